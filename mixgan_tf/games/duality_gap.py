"""The duality gap: what new networks could gain against a trained mixture."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.data.splitting import split_in_three
from mixgan_tf.games.held_out import Estimate
from mixgan_tf.games.held_out import check_samples
from mixgan_tf.games.held_out import estimate
from mixgan_tf.games.held_out import require_game
from mixgan_tf.games.opponents import Opponent
from mixgan_tf.games.opponents import Splits
from mixgan_tf.games.opponents import best_opponent
from mixgan_tf.mixgan import MixGAN


class DualityGap(NamedTuple):
    """A lower-bound estimate of the duality gap.

    `print(result.summary())` shows all of it.

    Attributes:
        gap: `Estimate`: how much more the new discriminator earns against
            the mixture of generators than the mixture of discriminators
            earns against the new generator.
        discriminator_payoff: `Estimate` of the former.
        generator_payoff: `Estimate` of the latter.
        steps: updates that each opponent was trained for.
        chosen_steps: after how many of them the new discriminator, and the
            new generator, was best on the validation samples.
        restarts: how many opponents of each kind there were to choose from.
        num_samples: how many samples the estimates are from.
    """

    gap: Estimate
    discriminator_payoff: Estimate
    generator_payoff: Estimate
    steps: int
    chosen_steps: tuple[int, int]
    restarts: int
    num_samples: int

    def summary(self) -> str:
        """Returns the estimates and how they were made, as text."""
        discriminator, generator = self.chosen_steps
        return "\n".join(
            [
                f"Duality gap, a lower-bound estimate: {self.gap}",
                "  new discriminator against the generators  "
                f"{self.discriminator_payoff}  (step {discriminator})",
                "  new generator against the discriminators  "
                f"{self.generator_payoff}  (step {generator})",
                f"best of {self.restarts} of each kind, {self.steps} steps, "
                f"judged on {self.num_samples} samples that neither they nor "
                "their choice have seen; ± standard error of that judgement "
                "alone",
            ]
        )


def duality_gap(
    gan: MixGAN,
    samples: ArrayLike,
    labels: ArrayLike | None = None,
    steps: int = 1000,
    restarts: int = 2,
    batch_size: int = 64,
    validations: int = 10,
    shares: Sequence[float] = (0.6, 0.2, 0.2),
    seed: int = 0,
    verbose: bool = True,
) -> DualityGap:
    """Estimates the duality gap of a mixture with newly trained networks.

    The gap is `max over v of F(generators, D_v) - min over u of
    F(G_u, discriminators)`, where the mixtures keep their networks and
    weights: what either side could gain from *any* other network, added up.
    It is 0 at an equilibrium. For the two extremes new networks, fresh copies
    of the model's own architectures, are trained with the objective, the
    regularisers and the optimizers the model was compiled with (Adam in place
    of a competitive one), on one part of the samples. The best one on a second
    part, over all restarts and validations, is judged on the third.

    No network reaches the extremes, so this estimates a lower bound, better
    with more steps, and negative if they do not suffice. With an objective
    whose payoff has no bound, such as Wasserstein's, the new discriminator is
    only held by the regularisers, as in training.

    Args:
        gan: a compiled `MixGAN` with discriminators. It is left as it is;
            averages of its weights, if it keeps any, are what is judged.
        samples: float array `(n, *sample_shape)` of real samples that the
            model was not trained on.
        labels: int array `(n,)` of their classes, if conditional.
        steps: positive int, the updates of each new network.
        restarts: positive int, how many of each kind are trained.
        batch_size: positive int, of an update.
        validations: positive int, how often an opponent is validated.
        shares: three positive floats that sum to one: the parts of the
            samples to train, to choose and to judge with. The samples are
            shuffled first.
        seed: int that fixes the split, the initial weights, the batches and
            the latents.
        verbose: whether to show progress.

    Returns:
        A `DualityGap`.

    Raises:
        ValueError: if an argument does not fit the model, or there are too
            few samples.

    Example:
    ```python
    result = mg.games.duality_gap(gan, held_out_images, steps=5000)
    print(result.summary())
    ```

    Reference:
        [Grnarova et al., 2019](https://arxiv.org/abs/1811.05512).
    """
    from tqdm import tqdm

    require_game(gan, "duality_gap")
    for argument, value in dict(
        steps=steps, restarts=restarts, validations=validations
    ).items():
        require_positive_int(argument, value)
    checked = check_samples(gan, samples, labels, batch_size)
    splits = _split(*checked, shares, seed)
    if batch_size < gan.num_generators:
        raise ValueError(
            "Argument `batch_size` must be at least the number of generators, "
            f"{gan.num_generators}. Received: batch_size={batch_size!r}"
        )
    found: dict[str, Opponent] = {}
    with tqdm(
        total=2 * restarts * steps,
        desc="duality gap",
        unit="step",
        disable=not verbose,
    ) as progress:
        for player in ("discriminator", "generator"):
            found[player] = best_opponent(
                gan,
                player,
                splits,
                steps=steps,
                restarts=restarts,
                validate_every=-(-steps // validations),
                batch_size=batch_size,
                seed=seed,
                progress=progress,
            )
    gain, loss = found["discriminator"], found["generator"]
    return DualityGap(
        # Both were judged on the same samples: their errors partly cancel.
        gap=estimate(gain.payoffs - loss.payoffs),
        discriminator_payoff=estimate(gain.payoffs),
        generator_payoff=estimate(loss.payoffs),
        steps=steps,
        chosen_steps=(gain.step, loss.step),
        restarts=restarts,
        num_samples=len(splits.test[0]),
    )


def _split(
    samples: np.ndarray,
    labels: np.ndarray | None,
    shares: Sequence[float],
    seed: int,
) -> Splits:
    parts = split_in_three("samples", len(samples), shares, seed)
    return Splits(
        *(
            (samples[part], None if labels is None else labels[part])
            for part in parts
        )
    )
