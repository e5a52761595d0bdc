"""Routes of rows to their component, made of TFLite's builtin operators.

A row's component is found by comparing integers. TFLite's converter would
quantise a comparison of floats with everything else, and rows next to a
quantile would go to the wrong component.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from mixgan_tf.export.folding import selectors
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from numpy.typing import ArrayLike

from mixgan_tf.model.routing import run_rows
from mixgan_tf.networks.inspection import with_labels

_MAGNITUDE = 0x7FFFFFFF  # all bits of an int32 but the sign


def ordered_keys(values: ArrayLike) -> np.ndarray:
    """Returns int32 keys that compare as float32 numbers do.

    A nonnegative float's bits, read as an integer, grow with it; a negative
    one's bits but the sign are inverted.

    Args:
        values: float array.

    Returns:
        An int32 NumPy array of that shape. The keys of 0 and -0 are both 0.

    Example:
    ```python
    ordered_keys([-1.0, 0.0, 1.0])  # [-1065353217, 0, 1065353216]
    ```
    """
    values = np.asarray(values, "float32") + np.float32(0)  # -0 becomes 0
    bits = values.view("int32")
    return np.where(bits < 0, bits ^ np.int32(_MAGNITUDE), bits)


def select_by_keys(
    latents: tf.Tensor, thresholds: ArrayLike, labels: tf.Tensor | None = None
) -> tf.Tensor:
    """Returns each row's component, as `sampling.select_components` does.

    The two agree on every float32 number, thresholds included, but for NaN and
    subnormal ones, which TensorFlow takes for 0.

    Args:
        latents: float32 tensor `(B, latent_dim + 1)`; its last column selects.
        thresholds: finite float array `(T - 1,)` or `(T - 1, num_classes)`.
        labels: int32 tensor `(B,)`, where the thresholds depend on the class.

    Returns:
        An int32 tensor `(B,)` with values in `[0, T)`.
    """
    # All the latents' bits are read, so that no column is quantised before.
    bits = tf.bitcast(latents, tf.int32)[:, -1:]
    keys = tf.where(bits < 0, tf.bitwise.bitwise_xor(bits, _MAGNITUDE), bits)
    marks = tf.constant(ordered_keys(thresholds).T)
    if len(marks.shape) == 2:
        marks = tf.gather(marks, labels)
    return tf.reduce_sum(tf.cast(keys > marks, tf.int32), axis=1)


def routed_with_builtins(
    components: Sequence[keras.Model],
    chosen: tf.Tensor,
    latents: tf.Tensor,
    labels: tf.Tensor | None,
) -> tf.Tensor:
    """Runs every row through its own component alone, for any batch size.

    Args:
        components: list of Keras generators.
        chosen: int32 tensor `(B,)`, the component of each row.
        latents: float32 tensor `(B, latent_dim)`.
        labels: int32 tensor `(B,)`, or `None`.

    Returns:
        A float32 tensor of samples `(B, *sample_shape)`.
    """
    return selectors.grouped(
        lambda i, rows: _run_group(components[i], rows, latents, labels),
        len(components),
        chosen,
    )


def routed_one_row(
    components: Sequence[keras.Model],
    chosen: tf.Tensor,
    latents: tf.Tensor,
    labels: tf.Tensor | None,
) -> tf.Tensor:
    """Runs a batch of one row through its component alone.

    The component is found in `log2(T)` steps by nested conditions; TFLite runs
    the chosen branch alone.

    Args:
        components: list of Keras generators.
        chosen: int32 tensor `(1,)`.
        latents: float32 tensor `(1, latent_dim)`.
        labels: int32 tensor `(1,)`, or `None`.

    Returns:
        A float32 tensor `(1, *sample_shape)`.

    Raises:
        ValueError: if the batch size is not fixed at one: a condition would
            send all rows where the first one goes.
    """
    if chosen.shape != (1,):
        raise ValueError(
            "A tree of conditions sends the whole batch to one component, so "
            "the batch size must be 1. "
            f"Received: chosen of shape {chosen.shape}"
        )

    def descend(first: int, last: int) -> tf.Tensor:
        if last - first == 1:
            return selectors.all_outputs(
                components[first:last], latents, labels
            )[0]
        middle = (first + last) // 2
        return tf.cond(
            chosen[0] < middle,
            lambda: descend(first, middle),
            lambda: descend(middle, last),
        )

    samples = descend(0, len(components))
    return tf.ensure_shape(samples, [1, *components[0].output_shape[1:]])


def generate(
    generator: FoldedGenerator,
    latents: tf.Tensor,
    labels: tf.Tensor | None = None,
) -> tf.Tensor:
    """Runs a folded generator, each row through its component.

    Args:
        generator: a `FoldedGenerator`.
        latents: float32 tensor `(B, latent_dim + 1)`; a static batch size of 1
            gives a tree of conditions, any other one grouped rows.
        labels: int32 tensor `(B,)`, or `None`.

    Returns:
        A float32 tensor `(B, *sample_shape)`.
    """
    components = generator.components
    if len(components) == 1 or generator.selector == "relu":
        return generator(with_labels(latents, labels))
    chosen = select_by_keys(
        latents,
        generator.thresholds,
        labels if generator.thresholds.ndim == 2 else None,
    )
    route = _suitable_route(generator.selector, latents.shape[0])
    return route(components, chosen, latents[:, :-1], labels)


def _suitable_route(selector: str, batch_size: int | None) -> selectors.Route:
    if selector == "dense":
        return selectors.dense
    return routed_one_row if batch_size == 1 else routed_with_builtins


def _run_group(
    component: keras.Model,
    index: tf.Tensor,
    latents: tf.Tensor,
    labels: tf.Tensor | None,
) -> tf.Tensor:
    num = tf.shape(index)[0]
    return tf.cond(
        # LiteRT cannot prepare some convolutions of an empty batch; and a
        # network without rows costs a third of one with a row.
        num > 0,
        lambda: run_rows(component, index, latents, labels),
        lambda: tf.zeros([num, *component.output_shape[1:]]),
    )
