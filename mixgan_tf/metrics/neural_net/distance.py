"""The neural-net distance between two distributions, on held-out samples."""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from mixgan_tf.arguments import require_number
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.metrics.neural_net import checks
from mixgan_tf.metrics.neural_net import training
from mixgan_tf.model.mixture import fresh_copies
from mixgan_tf.model.mixture import initial_weights_from
from mixgan_tf.objectives import Objective


class NeuralNetDistance(NamedTuple):
    """The result of `neural_net_distance`."""

    distance: float  # payoff on the test part, less an undecided one's
    standard_error: float  # of that, over the samples of the test part
    gap: float  # by how much the training part gave more
    validation_distances: tuple[
        float, ...
    ]  # of each restart; the largest was chosen
    step: int  # of training, when the chosen network was best
    num_real: int  # real samples in the test part
    num_fake: int

    def __str__(self) -> str:
        """Returns `distance ± standard error`."""
        return f"{self.distance:.4f} ± {self.standard_error:.4f}"


def neural_net_distance(
    real: npt.ArrayLike,
    fake: npt.ArrayLike,
    discriminator: keras.Model,
    objective: str | Objective = "minimax",
    steps: int = 2000,
    restarts: int = 3,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    weight_limit: float | None = None,
    validations: int = 40,
    patience: int = 8,
    shares: Sequence[float] = (0.5, 0.25, 0.25),
    seed: int = 0,
    verbose: bool = True,
) -> NeuralNetDistance:
    """Estimates how well networks of one kind can tell samples from data.

    The distance is the largest payoff any discriminator of the architecture
    gets, less what an undecided one gets: with `"minimax"` at most twice the
    Jensen-Shannon divergence (at most `2 log 2 = 1.386`), with `"wasserstein"`
    and 1-Lipschitz critics at most the Wasserstein-1 distance.

    Fresh copies of the discriminator are trained on a first part of the
    samples, stopped, and chosen among, by a second, and the best is judged on
    the third, which neither it nor the choice has seen. No training finds the
    best network, so the expected value of `distance` is a *lower bound* of the
    distance, and of equal distributions it is at most 0. A large `gap` says
    that the discriminators learn their training samples by heart: more samples
    or a smaller network would tighten the bound.

    Args:
        real: float array `(n, ...)` of real samples, or features of them. Use
            those the generators were not trained on, or the value is that of
            telling samples from the *training set*.
        fake: float array `(m, ...)` of generated ones.
        discriminator: a functional or Sequential Keras model from samples to
            `(B, 1)` logits, as a template: its weights are not used.
        objective: an objective made of logits, by name or as an object.
        steps: positive int, the most updates of each network, by Adam.
        restarts: positive int, how many networks are trained.
        batch_size: positive int, samples of either kind in an update.
        learning_rate: positive float.
        weight_limit: `None`, or a positive float to which every variable is
            clipped after an update, as in WGAN. A critic needs that, or each
            kernel held otherwise, by `mg.networks.SpectralNormalization` or a
            Keras constraint: the distance would be infinite without.
        validations: positive int, how often a network is validated.
        patience: positive int: validations without a new best after which a
            network's training ends.
        shares: three positive floats that sum to one: the parts to train, to
            choose and to judge with. The samples are shuffled first.
        seed: nonnegative int that fixes the parts, the initial weights and the
            batches.
        verbose: whether to show progress.

    Returns:
        A `NeuralNetDistance`; `str` gives `distance ± standard error`.

    Raises:
        ValueError: if an argument does not fit, there are too few samples, or
            no network ever had a finite payoff.

    Example:
    ```python
    found = mg.metrics.neural_net_distance(
        test_images,
        gan.sample(len(test_images), seed=0),
        mg.networks.DCGANDiscriminator((28, 28, 1)),
    )
    print(found, found.gap)
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), definition 2.
    """
    objective = checks.get_logit_objective(objective)
    checks.check_network(discriminator, objective, weight_limit)
    for argument, value in dict(
        steps=steps,
        restarts=restarts,
        batch_size=batch_size,
        validations=validations,
        patience=patience,
    ).items():
        require_positive_int(argument, value)
    learning_rate = require_number("learning_rate", learning_rate)
    if weight_limit is not None:
        weight_limit = require_number("weight_limit", weight_limit)
    train, validation, test = zip(
        checks.split_samples("real", real, discriminator, shares, [seed, 0]),
        checks.split_samples("fake", fake, discriminator, shares, [seed, 1]),
        strict=True,
    )
    with initial_weights_from(seed):
        networks = fresh_copies(discriminator, restarts)
    settings = training.TrainingSettings(
        steps, validations, patience, batch_size, learning_rate, weight_limit
    )
    found = _train_networks(
        networks, objective, train, validation, settings, seed, verbose
    )
    scores = [score for score, _ in found]
    best = int(np.argmax(scores))
    if scores[best] == -np.inf:
        raise ValueError(
            "No discriminator ever had a finite payoff: lower "
            f"`learning_rate`. Received: learning_rate={learning_rate!r}"
        )
    return _judged_distance(
        networks[best], objective, train, test, scores, found[best][1]
    )


def _judged_distance(
    network: keras.Model,
    objective: Objective,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    scores: list[float],
    step: int,
) -> NeuralNetDistance:
    undecided = undecided_payoff(objective)
    judged = training.payoffs(network, objective, *test)
    trained = training.payoffs(network, objective, *train)
    payoff = sum(values.mean() for values in judged)
    return NeuralNetDistance(
        distance=float(payoff - undecided),
        standard_error=float(
            np.sqrt(sum(v.var(ddof=1) / len(v) for v in judged))
        ),
        gap=float(sum(v.mean() for v in trained) - payoff),
        validation_distances=tuple(s - undecided for s in scores),
        step=step,
        num_real=len(test[0]),
        num_fake=len(test[1]),
    )


def _train_networks(
    networks: list[keras.Model],
    objective: Objective,
    train: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    settings: training.TrainingSettings,
    seed: int,
    verbose: bool,
) -> list[tuple[float, int]]:
    """Trains each network; returns its best validation payoff and the step."""
    with tqdm(
        total=len(networks) * settings.steps,
        desc="neural-net distance",
        unit="step",
        disable=not verbose,
    ) as progress:
        return [
            training.train_discriminator(
                network,
                objective,
                train,
                validation,
                settings,
                rng=np.random.default_rng([seed, 2, restart]),
                progress=progress,
            )
            for restart, network in enumerate(networks)
        ]


def undecided_payoff(objective: Objective) -> float:
    """Returns the most a discriminator earns with one logit for everything.

    Args:
        objective: an `Objective` of logits.

    Returns:
        A float, the maximum over logits of `a + b`: `-2 log 2` for minimax, 0
        for Wasserstein.
    """
    from scipy import optimize

    def lost(logit: float) -> float:
        single = np.float32(logit)
        return -float(objective.real_payoff(single)) - float(
            objective.fake_payoff(single)
        )

    # a + b is concave, and its maximum lies between the margins.
    return 0.0 - float(optimize.minimize_scalar(lost, bounds=(-10, 10)).fun)
