"""How a folded generator sends each row to its component.

`routed` and `dense` pick a component by comparing the selector coordinate with
thresholds, exactly. `relu` (`mixgan_tf.export.relu_selector`) uses nothing but
affine maps and ReLUs, as the paper's theorem does.
"""

import tensorflow as tf

from mixgan_tf.judging import with_labels
from mixgan_tf.routing import routed

SELECTORS = ("routed", "dense", "relu")


def dense(components, chosen, latents, labels):
    """Runs every row through all components and keeps the chosen one's.

    `T` times the cost of `routed`, without any control flow.

    Args:
        components: list of Keras generators.
        chosen: int32 tensor `(B,)`, the component of each row.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.

    Returns:
        A float32 tensor of samples `(B, *sample_shape)`.
    """
    samples = all_outputs(components, latents, labels)
    chosen = tf.reshape(chosen, [-1, *[1] * (samples[0].shape.rank - 1)])
    kept = samples[0]
    for i, sample in enumerate(samples[1:], start=1):
        kept = tf.where(chosen == i, sample, kept)
    return kept


def all_outputs(components, latents, labels):
    """Returns what each component makes of all rows.

    Args:
        components: list of Keras generators.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.

    Returns:
        A list of float32 tensors `(B, *sample_shape)`.
    """
    inputs = with_labels(latents, labels)
    return [tf.cast(c(inputs, training=False), tf.float32) for c in components]


ROUTES = {"routed": routed, "dense": dense}
