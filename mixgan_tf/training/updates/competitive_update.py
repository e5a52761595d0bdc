"""The payoff as one function of both players, for competitive optimizers."""

import tensorflow as tf

from mixgan_tf.model.mixture import uniformity_penalty
from mixgan_tf.training.updates.payoff_terms import generate_fakes
from mixgan_tf.training.updates.payoff_terms import pair_payoff


def players(gan):
    """Returns what each player of a `MixGAN` chooses.

    Args:
        gan: a `MixGAN`.

    Returns:
        A tuple of two lists of Keras variables: the generators' and their
        mixture logits, the discriminators' and theirs.
    """
    return (
        [*gan.generator_variables, gan.generator_mixture.mixture_logits],
        [
            *gan.discriminator_variables,
            gan.discriminator_mixture.mixture_logits,
        ],
    )


def update(gan, key, rows, reals, labels):
    """Makes one step of both players.

    Args:
        gan: a `MixGAN` compiled with a competitive optimizer.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of `reals`.
        reals: float tensor `(n, ...)`.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A dict of float32 scalars: the payoff and both losses before the step.
    """
    generators, discriminators = (
        gan.generator_mixture,
        gan.discriminator_mixture,
    )

    def penalties():
        return [
            gan.entropy_weight * uniformity_penalty(mixture.mixture_logits)
            for mixture in (generators, discriminators)
        ]

    def regularised_payoff():
        inputs, fakes = generate_fakes(gan, key, rows, labels)
        w, q = generators.mixture_weights, discriminators.mixture_weights
        ours, theirs = penalties()
        total = ours - theirs
        for j in range(gan.num_discriminators):
            group = j % len(fakes)
            payoff, *_ = pair_payoff(
                gan,
                key,
                j,
                (reals, labels, rows),
                fakes[group],
                inputs[group],
                w,
            )
            total += q[j] * payoff
        return total

    ours, theirs = [tf.identity(penalty) for penalty in penalties()]
    value = gan.optimizer.minimize_maximize(regularised_payoff, *players(gan))
    payoff = value - ours + theirs
    return {
        "payoff": payoff,
        "generator_loss": payoff + ours,
        "discriminator_loss": theirs - payoff,
    }
