"""How a folded generator sends each row to its component.

`routed` and `dense` pick a component by comparing the selector coordinate with
thresholds, exactly. `relu` (`mixgan_tf.export.relu_selector`) uses nothing but
affine maps and ReLUs, as the paper's theorem does.
"""

import tensorflow as tf

from mixgan_tf.model.routing import routed
from mixgan_tf.networks.inspection import with_labels

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


def grouped(run, count, chosen):
    """Runs each component on its own rows and puts them back in order.

    `routed` from fewer kinds of operators, which converters know.

    Args:
        run: function from a component's index and an int32 tensor `(n,)` of
            rows to float32 samples `(n, *sample_shape)`.
        count: number of components.
        chosen: int32 tensor `(B,)`, the component of each row.

    Returns:
        A float32 tensor of samples `(B, *sample_shape)`.
    """
    rows = [
        tf.cast(tf.where(tf.equal(chosen, i))[:, 0], tf.int32)
        for i in range(count)
    ]
    groups = [run(i, index) for i, index in enumerate(rows)]
    order = tf.concat(rows, 0)
    place = tf.scatter_nd(
        order[:, None], tf.range(tf.shape(order)[0]), tf.shape(order)
    )
    return tf.gather(tf.concat(groups, 0), place)


ROUTES = {"routed": routed, "dense": dense}
