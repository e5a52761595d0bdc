"""How a folded generator sends each row to its component."""

import tensorflow as tf

from mixgan_tf.updates import with_labels


def routed(components, chosen, latents, labels):
    """Runs every row through its own component alone.

    Rows are grouped by component, each group goes through its network in one
    call, and the results are put back in order. A component without rows does
    not run.

    Args:
        components: list of Keras generators.
        chosen: int32 tensor `(B,)`, the component of each row.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.

    Returns:
        A tensor of samples `(B, *sample_shape)`.
    """
    count = len(components)
    rows = tf.dynamic_partition(tf.range(tf.shape(chosen)[0]), chosen, count)
    groups = [
        # A convolution of an empty batch has a wrong shape under oneDNN.
        tf.cond(
            tf.shape(index)[0] > 0,
            lambda g=component, i=index: _run(g, i, latents, labels),
            lambda g=component: tf.zeros([0, *g.output_shape[1:]]),
        )
        for component, index in zip(components, rows, strict=True)
    ]
    return tf.dynamic_stitch(rows, groups)


def routed_with_builtins(components, chosen, latents, labels):
    """`routed`, from operators that TFLite has built in.

    Args:
        components: list of Keras generators.
        chosen: int32 tensor `(B,)`, the component of each row.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.

    Returns:
        A tensor of samples `(B, *sample_shape)`.
    """
    rows = [
        tf.cast(tf.where(tf.equal(chosen, i))[:, 0], tf.int32)
        for i in range(len(components))
    ]
    groups = [
        _run(component, index, latents, labels)
        for component, index in zip(components, rows, strict=True)
    ]
    order = tf.concat(rows, 0)
    place = tf.scatter_nd(
        order[:, None], tf.range(tf.shape(order)[0]), tf.shape(order)
    )
    return tf.gather(tf.concat(groups, 0), place)


def _run(component, index, latents, labels):
    labels = None if labels is None else tf.gather(labels, index)
    inputs = with_labels(tf.gather(latents, index), labels)
    return tf.cast(component(inputs, training=False), tf.float32)


SELECTORS = {"routed": routed}
