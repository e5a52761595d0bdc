"""What discriminators say of samples."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from mixgan_tf import random_streams
from mixgan_tf.compat.variable_overrides import call_with
from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.networks.inspection import depends_on_batch
from mixgan_tf.networks.inspection import with_labels
from mixgan_tf.training.game import Game


class DiscriminatorOutputs(NamedTuple):
    """A discriminator's answer for `n` samples, in float32."""

    logits: tf.Tensor | None  # (n,), or None with several features
    class_logits: tf.Tensor | None = None  # (n, num_classes), a class head's
    latents: tf.Tensor | None = None  # (n, latent_dim), reconstructed ones
    logits_from_classes: bool = False  # they are the class head's logsumexp
    features: tf.Tensor | None = None  # (n, F), without further heads


def run_discriminator(
    gan: Game,
    j: int,
    samples: Sequence[tf.Tensor],
    labels: Sequence[tf.Tensor | None],
    row_draws: Sequence[RowDraws] | None = None,
    discriminators: list[keras.Model] | None = None,
) -> list[DiscriminatorOutputs]:
    """Returns what one discriminator says of several sets of samples.

    The sets go through it together, unless batch normalisation would let one
    set's logits depend on the others.

    Args:
        gan: a compiled `MixGAN`.
        j: index of the discriminator.
        samples: list of float tensors `(n_k, ...)`.
        labels: list of int32 tensors `(n_k,)`, or of `None`.
        row_draws: list of `RowDraws`, of each set's rows: the discriminator is
            in training mode, and sees what the regularizers make of the
            samples. `None`: it is in inference mode.
        discriminators: other networks than the trained ones, such as their
            averages.

    Returns:
        A list of `DiscriminatorOutputs`.
    """
    trained = gan.player("discriminator").components
    discriminator = (discriminators or trained)[j]
    training = row_draws is not None
    if row_draws is not None:
        samples = [
            _transformed(gan, j, x, numbers)
            for x, numbers in zip(samples, row_draws, strict=True)
        ]
    run = _runner(gan, discriminator, j, training)
    if len(samples) == 1 or depends_on_batch(discriminator):
        return [run(x, y) for x, y in zip(samples, labels, strict=True)]
    together = tf.concat([tf.cast(x, samples[-1].dtype) for x in samples], 0)
    classes = None if labels[0] is None else tf.concat(labels, 0)
    judged = run(together, classes)
    sizes = [x.shape[0] for x in samples]
    if None in sizes:
        sizes = [tf.shape(x)[0] for x in samples]
    parts = [
        tf.split(head, sizes) if tf.is_tensor(head) else [head] * len(sizes)
        for head in judged
    ]
    return [DiscriminatorOutputs(*heads) for heads in zip(*parts, strict=True)]


def _transformed(
    gan: Game, j: int, samples: tf.Tensor, row_draws: RowDraws
) -> tf.Tensor:
    own = random_streams.regularizer(j)
    for index, regularizer in enumerate(gan.regularizers):
        numbers = row_draws.fold_in(own).fold_in(index)
        samples = regularizer.transform(gan, samples, numbers)
    return samples


def _runner(
    gan: Game, discriminator: keras.Model, j: int, training: bool
) -> Callable[[tf.Tensor, tf.Tensor | None], DiscriminatorOutputs]:
    substitutes = [
        pair
        for regularizer in gan.regularizers
        for pair in regularizer.substitutes(discriminator, j)
    ]
    sees_labels = len(discriminator.inputs) == 2

    def run(x: tf.Tensor, labels: tf.Tensor | None) -> DiscriminatorOutputs:
        outputs = call_with(
            discriminator,
            substitutes,
            with_labels(x, labels if sees_labels else None),
            training,
        )
        return _read(outputs)

    return run


def _read(outputs: tf.Tensor | dict[str, tf.Tensor]) -> DiscriminatorOutputs:
    if not isinstance(outputs, dict):
        features = tf.cast(outputs, tf.float32)
        if features.shape.rank == 1:
            features = features[:, None]
        logits = features[:, 0] if features.shape[-1] == 1 else None
        return DiscriminatorOutputs(logits, features=features)
    heads = {name: tf.cast(x, tf.float32) for name, x in outputs.items()}
    classes = heads.get("class_logits")
    from_classes = "logit" not in heads
    if from_classes:
        logits = tf.reduce_logsumexp(classes, axis=-1)
    else:
        logits = tf.reshape(heads["logit"], [-1])
    return DiscriminatorOutputs(
        logits, classes, heads.get("latents"), from_classes
    )
