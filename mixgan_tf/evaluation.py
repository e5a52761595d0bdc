"""The payoff of every pair of networks, without any update."""

import tensorflow as tf

from mixgan_tf.payoff import Rows
from mixgan_tf.payoff import Shared
from mixgan_tf.updates import entropy_share
from mixgan_tf.updates import judge
from mixgan_tf.updates import with_labels


def pairwise(gan, key, rows, samples, labels):
    """Returns the payoff and the generator's loss of every pair.

    Each generator makes as many samples as there are real ones, from latents
    of its own; networks run in inference mode.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of `samples`.
        samples: float tensor `(n, ...)`.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A tuple of float32 tensors `(T_g, T_d)`, this replica's shares.
    """
    inputs = Shared().fake_inputs(
        key, rows, labels, gan.num_generators, gan.latent_dim
    )
    fakes = [
        generator(with_labels(i.latents, i.labels), training=False)
        for generator, i in zip(
            gan.generator_mixture.components, inputs, strict=True
        )
    ]
    total = tf.cast(rows.total, tf.float32)
    payoffs, losses = [], []
    for discriminator in gan.discriminator_mixture.components:
        real, *fake = judge(
            discriminator,
            [samples, *fakes],
            [labels, *(i.labels for i in inputs)],
            training=False,
        )
        earned = tf.reduce_sum(gan.objective.real_payoff(real))
        payoffs.append(
            [
                (earned + tf.reduce_sum(gan.objective.fake_payoff(logit)))
                / total
                for logit in fake
            ]
        )
        losses.append(
            [
                tf.reduce_sum(gan.objective.generator_loss(logit)) / total
                for logit in fake
            ]
        )
    return tf.transpose(tf.stack(payoffs)), tf.transpose(tf.stack(losses))


def evaluate(gan, key, rows, samples, labels):
    """Returns this replica's shares of both losses and of the payoff.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of `samples`.
        samples: float tensor `(n, ...)`.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A dict of float32 scalars.
    """
    payoffs, losses = pairwise(gan, key, rows, samples, labels)
    w = tf.nn.softmax(gan.generator_mixture.mixture_logits)
    q = tf.nn.softmax(gan.discriminator_mixture.mixture_logits)
    pairs = w[:, None] * q[None, :]
    payoff = tf.reduce_sum(pairs * payoffs)
    return {
        "payoff": payoff,
        "generator_loss": tf.reduce_sum(pairs * losses)
        + entropy_share(gan, gan.generator_mixture),
        "discriminator_loss": -payoff
        + entropy_share(gan, gan.discriminator_mixture),
    }


def payoff_matrix(gan, samples, labels, seed, batch_size):
    """Returns the payoff of every pair on one device. See `MixGAN`.

    Args:
        gan: a compiled `MixGAN`.
        samples: float32 array `(n, ...)`.
        labels: int array `(n,)`, or `None`.
        seed: int that fixes the latents.
        batch_size: the most samples that are judged at once.

    Returns:
        A float32 NumPy array `(T_g, T_d)`.
    """
    num = len(samples)
    matrix = 0.0
    for start in range(0, num, batch_size):
        batch = tf.constant(samples[start : start + batch_size])
        classes = None
        if labels is not None:
            chunk = labels[start : start + batch_size]
            classes = tf.cast(chunk, tf.int32)
        rows = Rows(batch.shape[0], batch.shape[0], 0)
        key = tf.constant([seed, start], tf.int32)
        payoffs, _ = pairwise(gan, key, rows, batch, classes)
        matrix = matrix + payoffs.numpy() * (rows.total / num)
    return matrix
