"""The discriminators' update."""

import tensorflow as tf

from mixgan_tf.compat import draws
from mixgan_tf.regularizers.regularizer import PenaltyInputs
from mixgan_tf.training.discriminator_outputs import judge
from mixgan_tf.training.updates import head_losses
from mixgan_tf.training.updates.payoff_terms import Update
from mixgan_tf.training.updates.payoff_terms import dense
from mixgan_tf.training.updates.payoff_terms import entropy_share
from mixgan_tf.training.updates.payoff_terms import for_each_opponent
from mixgan_tf.training.updates.payoff_terms import generate_fakes
from mixgan_tf.training.updates.payoff_terms import opponents
from mixgan_tf.training.updates.payoff_terms import pair_payoff
from mixgan_tf.training.updates.payoff_terms import values_of


def discriminator_update(gan, key, rows, reals, labels):
    """Returns the discriminators' `Update` for one batch of real samples.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of `reals`.
        reals: float tensor `(n, ...)`.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        An `Update`.
    """
    discriminators = gan.discriminator_mixture.components
    inputs, fakes = generate_fakes(gan, key, rows, labels)
    w = gan.generator_mixture.mixture_weights
    q = gan.discriminator_mixture.mixture_weights
    indices, factor = opponents(gan, key)
    sampled = tf.is_tensor(indices)

    def payoff_and_gradients(j):
        variables = values_of(discriminators[j].trainable_variables)
        group = j % len(fakes)
        with tf.GradientTape() as tape:
            payoff, real, judged = pair_payoff(
                gan,
                key,
                j,
                (reals, labels, rows),
                fakes[group],
                inputs[group],
                w,
            )
            penalty = head_losses.discriminator_loss(
                gan, real, labels, rows, judged, inputs[group], w
            )
            penalised = PenaltyInputs(
                lambda x, y, d: judge(gan, j, [x], [y], [d])[0].logits,
                reals,
                labels,
                fakes[group],
                inputs[group],
                w,
                rows,
                draws.fold_in(key, 10_000 + j),
            )
            for regularizer in gan.regularizers:
                penalty += regularizer.penalty(penalised)
            loss = gan.discriminator_optimizer.scale_loss(penalty - payoff)
        gradients = dense(tape.gradient(loss, variables), variables)
        gradients = [factor * q[j] * g for g in gradients]
        if sampled:  # the branches of a switch return the same structure
            gradients = [
                g
                for k, d in enumerate(discriminators)
                for g in (
                    gradients
                    if k == j
                    else [
                        tf.zeros(v.shape, v.dtype)
                        for v in values_of(d.trainable_variables)
                    ]
                )
            ]
        return payoff, tf.convert_to_tensor(penalty), gradients

    results = for_each_opponent(gan, indices, payoff_and_gradients)
    payoffs = tf.stack([payoff for payoff, _, _ in results])
    penalties = tf.stack([penalty for _, penalty, _ in results])
    if sampled:
        gradients = [
            tf.add_n(list(g))
            for g in zip(
                *(gradients for _, _, gradients in results), strict=True
            )
        ]
    else:
        gradients = [g for _, _, gradients in results for g in gradients]

    # A sampled payoff is measured from that of an undecided discriminator,
    # known in advance: the estimate stays unbiased and is far less noisy.
    baseline = _undecided_payoff(gan) if sampled else 0.0
    logits = gan.discriminator_mixture.mixture_logits.value
    with tf.GradientTape() as tape:
        weights = tf.gather(tf.nn.softmax(logits), indices)
        payoff = baseline + factor * tf.reduce_sum(
            weights * (payoffs - baseline)
        )
        if not gan.aux_in_weights:
            weights = tf.stop_gradient(weights)
        penalty = factor * tf.reduce_sum(weights * penalties)
        loss = penalty - payoff + entropy_share(gan, gan.discriminator_mixture)
    return Update(gradients, tape.gradient(loss, logits), loss, payoff)


def _undecided_payoff(gan):
    zero = tf.zeros([])
    value = gan.objective.real_payoff(zero) + gan.objective.fake_payoff(zero)
    return value / tf.distribute.get_strategy().num_replicas_in_sync
