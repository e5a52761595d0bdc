"""Routing of each row of a batch to its own component, inside a graph."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from mixgan_tf.networks.inspection import with_labels


def routed(
    components: Sequence[keras.Model],
    chosen: tf.Tensor,
    latents: tf.Tensor,
    labels: tf.Tensor | None,
    training: bool = False,
) -> tf.Tensor:
    """Runs every row through its own component alone.

    Rows are grouped by component, each group goes through its network in one
    call, and the results are put back in order. A component without rows does
    not run.

    Args:
        components: list of Keras generators.
        chosen: int32 tensor `(B,)`, the component of each row.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.
        training: whether batch normalisation uses batch statistics.

    Returns:
        A float32 tensor of samples `(B, *sample_shape)`.
    """
    count = len(components)
    rows = tf.dynamic_partition(tf.range(tf.shape(chosen)[0]), chosen, count)
    groups = [
        # A convolution of an empty batch has a wrong shape under oneDNN.
        tf.cond(
            tf.shape(index)[0] > 0,
            lambda g=component, i=index: run_rows(
                g, i, latents, labels, training
            ),
            lambda g=component: tf.zeros([0, *g.output_shape[1:]]),
        )
        for component, index in zip(components, rows, strict=True)
    ]
    samples = tf.dynamic_stitch(rows, groups)
    return tf.ensure_shape(samples, [None, *components[0].output_shape[1:]])


def run_rows(
    component: keras.Model,
    index: tf.Tensor,
    latents: tf.Tensor,
    labels: tf.Tensor | None,
    training: bool = False,
) -> tf.Tensor:
    """Runs some rows of a batch through one component.

    Args:
        component: a Keras generator.
        index: int32 tensor `(n,)`, the rows.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.
        training: as in `routed`.

    Returns:
        A float32 tensor of samples `(n, *sample_shape)`.
    """
    labels = None if labels is None else tf.gather(labels, index)
    inputs = with_labels(tf.gather(latents, index), labels)
    return tf.cast(component(inputs, training=training), tf.float32)
