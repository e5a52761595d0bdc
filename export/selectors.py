"""How a folded generator sends each row to its component."""

import tensorflow as tf

from mixgan_tf.routing import routed
from mixgan_tf.routing import run_rows

SELECTORS = {"routed": routed}


def routed_with_builtins(components, chosen, latents, labels):
    """`routed`, from operators that TFLite has built in.

    Args:
        components: list of Keras generators.
        chosen: int32 tensor `(B,)`, the component of each row.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.

    Returns:
        A float32 tensor of samples `(B, *sample_shape)`.
    """
    rows = [
        tf.cast(tf.where(tf.equal(chosen, i))[:, 0], tf.int32)
        for i in range(len(components))
    ]
    groups = [
        run_rows(component, index, latents, labels)
        for component, index in zip(components, rows, strict=True)
    ]
    order = tf.concat(rows, 0)
    place = tf.scatter_nd(
        order[:, None], tf.range(tf.shape(order)[0]), tf.shape(order)
    )
    return tf.gather(tf.concat(groups, 0), place)
