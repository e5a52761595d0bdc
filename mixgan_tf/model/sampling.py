"""Samples drawn from a mixture: one component makes each.

A sample is made from `latent_dim + 1` independent Gaussian numbers. The last
one, `h`, selects the component: `i` where `h` lies between the quantiles of
the cumulative mixture weights. A folded and exported generator
(`mixgan_tf.export`) follows the same convention, so that the same seed gives
the same images there.
"""

import statistics
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from mixgan_tf import random_streams
from mixgan_tf.networks.inspection import with_labels


def selector_thresholds(weights: Sequence[float] | np.ndarray) -> np.ndarray:
    """Returns the `T - 1` thresholds that the selector coordinate meets.

    `tau_i = Phi^-1(w_1 + ... + w_i)`, so that a standard normal `h` lies
    between `tau_{i-1}` and `tau_i` with probability `w_i`.

    Args:
        weights: `T` nonnegative floats that sum to one, or an array
            `(T, num_classes)` of such columns.

    Returns:
        A float64 NumPy array `(T - 1,)`, increasing; infinite where the
        cumulative weight is 0 or 1. `(T - 1, num_classes)` for columns.

    Example:
    ```python
    selector_thresholds([0.5, 0.5])  # [0.]
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), theorem 4.3.
    """
    weights = np.asarray(weights, "float64")
    cumulative = np.cumsum(weights / weights.sum(axis=0), axis=0)[:-1]
    inverse = statistics.NormalDist().inv_cdf
    thresholds = [
        -np.inf if p <= 0 else np.inf if p >= 1 else inverse(p)
        for p in cumulative.ravel()
    ]
    return np.array(thresholds).reshape(cumulative.shape)


def select_components(
    h: tf.Tensor,
    thresholds: np.ndarray | tf.Tensor,
    labels: tf.Tensor | np.ndarray | None = None,
) -> tf.Tensor:
    """Returns the component that each selector coordinate picks.

    Args:
        h: float tensor `(n,)`, standard normal.
        thresholds: `selector_thresholds` of the mixture weights.
        labels: int tensor `(n,)`, where the weights depend on the class.

    Returns:
        An int32 tensor `(n,)` with values in `[0, T)`.
    """
    thresholds = tf.cast(thresholds, h.dtype)
    if len(thresholds.shape) == 2:
        thresholds = tf.gather(tf.transpose(thresholds), labels)
    return tf.reduce_sum(tf.cast(h[:, None] > thresholds, tf.int32), axis=1)


def draw_latents(
    num: int | tf.Tensor, latent_dim: int, seed: int | tf.Tensor
) -> tf.Tensor:
    """Draws the Gaussian input of `num` samples.

    Args:
        num: int or scalar tensor.
        latent_dim: size of the latent vector.
        seed: int or int scalar tensor. For one seed, the first rows do not
            depend on `num`.

    Returns:
        A float32 tensor `(num, latent_dim + 1)`.
    """
    return tf.random.stateless_normal(
        [num, latent_dim + 1], random_streams.sampled_latents(seed)
    )


def draw_labels(
    num: int | tf.Tensor, num_classes: int, seed: int | tf.Tensor
) -> tf.Tensor:
    """Draws uniform class labels.

    Args:
        num: int or scalar tensor.
        num_classes: number of classes.
        seed: as in `draw_latents`.

    Returns:
        An int32 tensor `(num,)`.
    """
    return tf.random.stateless_uniform(
        [num],
        random_streams.sampled_labels(seed),
        maxval=num_classes,
        dtype=tf.int32,
    )


def draw_inputs(
    num: int | tf.Tensor,
    latent_dim: int,
    num_classes: int | None,
    seed: int | tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor | None]:
    """Draws what a folded generator takes: latents, and labels with classes.

    Args:
        num: int or scalar tensor.
        latent_dim: size of the latent vector.
        num_classes: number of classes, or `None`.
        seed: as in `draw_latents`.

    Returns:
        A tuple of a float32 tensor `(num, latent_dim + 1)` and an int32 tensor
        `(num,)`, or `None` without classes.
    """
    latents = draw_latents(num, latent_dim, seed)
    if num_classes is None:
        return latents, None
    return latents, draw_labels(num, num_classes, seed)


def generate(
    runners: Sequence[Callable[[Any], tf.Tensor]],
    components: np.ndarray,
    latents: np.ndarray,
    labels: np.ndarray | None,
    batch_size: int,
) -> np.ndarray:
    """Runs each row through its own component: one evaluation for each row.

    Args:
        runners: list of functions from `inputs` to samples.
        components: int NumPy array `(n,)`.
        latents: float32 NumPy array `(n, latent_dim)`.
        labels: int32 NumPy array `(n,)`, or `None`.
        batch_size: the most rows that one call gets.

    Returns:
        A float32 NumPy array `(n, ...)`.
    """
    samples: np.ndarray | None = None
    for index, run in enumerate(runners):
        rows = np.flatnonzero(components == index)
        for start in range(0, len(rows), batch_size):
            chunk = rows[start : start + batch_size]
            chosen = None if labels is None else labels[chunk]
            outputs = np.asarray(run(with_labels(latents[chunk], chosen)))
            if samples is None:
                samples = np.empty(
                    (len(components), *outputs.shape[1:]), outputs.dtype
                )
            samples[chunk] = outputs
    assert samples is not None  # there is a row at least
    return samples


def check_labels(labels: np.ndarray, num: int, num_classes: int) -> None:
    """Checks concrete class labels.

    Args:
        labels: int array.
        num: how many there must be.
        num_classes: their exclusive upper bound.

    Raises:
        ValueError: if they do not fit.
    """
    if labels.shape != (num,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"Argument `labels` must be integers of shape ({num},). "
            f"Received: shape {labels.shape}, dtype {labels.dtype}"
        )
    if num and (labels.min() < 0 or labels.max() >= num_classes):
        raise ValueError(
            f"Labels must lie in [0, {num_classes}). "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )
