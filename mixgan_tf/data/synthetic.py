"""Mixtures of Gaussians in the plane, whose modes can be counted."""

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from mixgan_tf.arguments import require_nonnegative
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.data.pipeline import endless_draws


def ring_centers(num_modes: int = 8, radius: float = 2.0) -> np.ndarray:
    """Returns the modes of a ring: points on a circle.

    Args:
        num_modes: number of modes, equally spaced.
        radius: radius of the circle.

    Returns:
        A float32 array `(num_modes, 2)`.
    """
    require_positive_int("num_modes", num_modes)
    angles = 2 * np.pi * np.arange(num_modes) / num_modes
    points = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return points.astype("float32")


def grid_centers(side: int = 5, spacing: float = 2.0) -> np.ndarray:
    """Returns the modes of a square grid, centred on the origin.

    Args:
        side: modes along each axis.
        spacing: distance between neighbours.

    Returns:
        A float32 array `(side * side, 2)`.
    """
    require_positive_int("side", side)
    axis = spacing * (np.arange(side) - (side - 1) / 2)
    return (
        np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2).astype("float32")
    )


def gaussian_mixture(
    centers: ArrayLike,
    sd: float,
    batch_size: int = 128,
    seed: int = 0,
    start_step: int = 0,
) -> tf.data.Dataset:
    """Returns endless batches of points around given modes.

    Args:
        centers: float array `(modes, dimensions)`; each is equally likely.
        sd: standard deviation around a mode, in every direction.
        batch_size: points of a batch.
        seed: int that fixes the draws.
        start_step: the step whose batch comes first.

    Returns:
        An infinite `tf.data.Dataset` of float32 `(batch_size, dimensions)`.

    Raises:
        ValueError: if an argument is out of range or of the wrong shape.

    Example:
    ```python
    points = mg.data.gaussian_mixture(mg.data.ring_centers(), sd=0.02)
    gan.fit(points, steps_per_epoch=1000)
    ```
    """
    require_positive_int("batch_size", batch_size)
    sd = require_nonnegative("sd", sd)
    centers = np.asarray(centers, "float32")
    if centers.ndim != 2 or not centers.size or not np.isfinite(centers).all():
        raise ValueError(
            "Argument `centers` must be a finite array (modes, dimensions). "
            f"Received: shape {centers.shape}"
        )

    def draw(key: tf.Tensor) -> tf.Tensor:
        mode = tf.random.stateless_uniform(
            [batch_size], key, maxval=centers.shape[0], dtype=tf.int32
        )
        noise = tf.random.stateless_normal(
            [batch_size, centers.shape[1]], key + [1, 0], stddev=sd
        )
        return tf.gather(centers, mode) + noise

    return endless_draws(draw, seed, start_step)


def ring(
    batch_size: int = 128, seed: int = 0, start_step: int = 0
) -> tf.data.Dataset:
    """Returns endless batches of points around 8 modes on a circle.

    The circle has the radius 2, the modes the standard deviation 0.02.

    Args:
        batch_size: points of a batch.
        seed: int that fixes the draws.
        start_step: the step whose batch comes first.

    Returns:
        An infinite `tf.data.Dataset` of float32 `(batch_size, 2)`.
    """
    return gaussian_mixture(ring_centers(), 0.02, batch_size, seed, start_step)


def grid(
    batch_size: int = 128, seed: int = 0, start_step: int = 0
) -> tf.data.Dataset:
    """Returns endless batches of points around 25 modes on a square grid.

    Neighbours are 2 apart, the modes have the standard deviation 0.05.

    Args:
        batch_size: points of a batch.
        seed: int that fixes the draws.
        start_step: the step whose batch comes first.

    Returns:
        An infinite `tf.data.Dataset` of float32 `(batch_size, 2)`.
    """
    return gaussian_mixture(grid_centers(), 0.05, batch_size, seed, start_step)
