"""The ways in which a folded generator sends each row to its component.

`routed` and `dense` pick a component by comparing the selector coordinate with
thresholds, exactly. `relu` (`mixgan_tf.export.folding.relu_selector`) uses
nothing but affine maps and ReLUs, as the paper's theorem does.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import TypeAlias

import keras
import tensorflow as tf

from mixgan_tf.model.routing import routed
from mixgan_tf.networks.inspection import with_labels

SELECTORS = ("routed", "dense", "relu")

# From components, each row's component, latents and labels to samples.
Route: TypeAlias = Callable[
    [Sequence[keras.Model], tf.Tensor, tf.Tensor, tf.Tensor | None], tf.Tensor
]


def dense(
    components: Sequence[keras.Model],
    chosen: tf.Tensor,
    latents: tf.Tensor,
    labels: tf.Tensor | None,
) -> tf.Tensor:
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


def all_outputs(
    components: Sequence[keras.Model],
    latents: tf.Tensor,
    labels: tf.Tensor | None,
) -> list[tf.Tensor]:
    """Returns the samples that each component makes of all rows.

    Args:
        components: list of Keras generators.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.

    Returns:
        A list of float32 tensors `(B, *sample_shape)`.
    """
    inputs = with_labels(latents, labels)
    return [tf.cast(c(inputs, training=False), tf.float32) for c in components]


def grouped(
    run: Callable[[int, tf.Tensor], tf.Tensor], count: int, chosen: tf.Tensor
) -> tf.Tensor:
    """Runs each component on its own rows and puts them back in order.

    It does the same as `routed` with fewer kinds of operators, all known to
    converters.

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


ROUTES: dict[str, Route] = {"routed": routed, "dense": dense}
