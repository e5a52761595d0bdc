"""The losses of discriminators' further heads, beside the payoff.

A class head learns the classes of real samples, and those of generated ones
where there is a logit of its own beside it (AC-GAN); a reconstruction head
learns a sample's latents. Generators want both to succeed.
"""

import tensorflow as tf

from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model.mixture import weights_of_rows
from mixgan_tf.payoff.estimators import FakeInputs
from mixgan_tf.training.discriminator_outputs import DiscriminatorOutputs
from mixgan_tf.training.game import Game


def discriminator_loss(
    gan: Game,
    real: DiscriminatorOutputs,
    labels: tf.Tensor | None,
    rows: Rows,
    fakes: list[DiscriminatorOutputs],
    inputs: list[FakeInputs],
    weights: tf.Tensor,
) -> tf.Tensor:
    """Returns one discriminator's auxiliary loss.

    Args:
        gan: a compiled `MixGAN`.
        real: `DiscriminatorOutputs` of the real samples.
        labels: int32 tensor `(n,)` of their classes, or `None`.
        rows: their `Rows`.
        fakes: list of `DiscriminatorOutputs`s of each generator's samples.
        inputs: list of their `FakeInputs`.
        weights: the generators' mixture weights.

    Returns:
        A float32 scalar: this replica's share.

    Reference:
        [Odena et al., 2017](https://arxiv.org/abs/1610.09585), section 3.
    """
    loss = 0.0
    if real.class_logits is not None:
        errors = _class_errors(real.class_logits, labels)
        total = tf.cast(rows.total, tf.float32)
        loss += gan.class_loss_weight * tf.reduce_sum(errors) / total
    for i, (judged, component) in enumerate(zip(fakes, inputs, strict=True)):
        weight = weights_of_rows(weights, i, component.labels)
        errors = loss_of_rows(gan, judged, component, own_logit_only=True)
        loss += tf.reduce_sum(weight * errors) / component.total
    return loss


def loss_of_rows(
    gan: Game,
    judged: DiscriminatorOutputs,
    component: FakeInputs,
    own_logit_only: bool = False,
) -> tf.Tensor | float:
    """Returns the auxiliary loss of each sample that a generator made.

    Args:
        gan: a compiled `MixGAN`.
        judged: `DiscriminatorOutputs` of the samples.
        component: their `FakeInputs`.
        own_logit_only: whether to leave out the classes where the logit is
            made of them: such a head learns from real samples alone.

    Returns:
        A float32 tensor `(n,)`, or 0 without further heads.
    """
    errors = 0.0
    by_class = judged.class_logits is not None
    if by_class and not (own_logit_only and judged.logits_from_classes):
        errors += gan.class_loss_weight * _class_errors(
            judged.class_logits, component.labels
        )
    if judged.latents is not None:
        errors += gan.reconstruction_weight * tf.reduce_mean(
            (judged.latents - component.latents) ** 2, axis=-1
        )
    return errors


def _class_errors(logits: tf.Tensor, labels: tf.Tensor | None) -> tf.Tensor:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
