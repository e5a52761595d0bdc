"""The update of both players at once, for competitive optimizers."""

import keras
import tensorflow as tf

from mixgan_tf.distribution.row_draws import draws_for_sets
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model.mixture import uniformity_penalty
from mixgan_tf.training.game import Game
from mixgan_tf.training.updates.payoff_terms import generate_fakes
from mixgan_tf.training.updates.payoff_terms import pair_payoff


def chosen_variables(
    gan: Game,
) -> tuple[list[keras.Variable], list[keras.Variable]]:
    """Returns what each player of a `MixGAN` chooses.

    Args:
        gan: a `MixGAN`.

    Returns:
        A tuple of two lists of Keras variables: the generators' and their
        mixture logits, the discriminators' and theirs.
    """
    generators, discriminators = gan.players
    return (
        [*generators.network_variables, generators.logits],
        [*discriminators.network_variables, discriminators.logits],
    )


def competitive_update(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    reals: tf.Tensor,
    labels: tf.Tensor | None,
) -> dict[str, tf.Tensor]:
    """Makes one step of both players.

    The payoff is handed to the optimizer as one function of what both choose.

    Args:
        gan: a `MixGAN` compiled with a competitive optimizer.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of `reals`.
        reals: float tensor `(n, ...)`.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A dict of float32 scalars: the payoff and both losses before the step.
    """
    generators, discriminators = (player.mixture for player in gan.players)

    def penalties() -> list[tf.Tensor]:
        return [
            gan.entropy_weight * uniformity_penalty(mixture.mixture_logits)
            for mixture in (generators, discriminators)
        ]

    def regularised_payoff() -> tf.Tensor:
        inputs, fakes = generate_fakes(gan, key, rows, labels)
        w, q = generators.mixture_weights, discriminators.mixture_weights
        ours, theirs = penalties()
        total = ours - theirs
        row_draws = [draws_for_sets(key, rows, group) for group in inputs]
        for j in range(gan.num_discriminators):
            group = j % len(fakes)
            payoff, *_ = pair_payoff(
                gan,
                j,
                (reals, labels, rows),
                fakes[group],
                inputs[group],
                row_draws[group],
                w,
            )
            total += q[j] * payoff
        return total

    ours, theirs = [tf.identity(penalty) for penalty in penalties()]
    value = gan.optimizer.minimize_maximize(
        regularised_payoff, *chosen_variables(gan)
    )
    payoff = value - ours + theirs
    return {
        "payoff": payoff,
        "generator_loss": payoff + ours,
        "discriminator_loss": theirs - payoff,
    }
