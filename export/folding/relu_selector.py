"""The theorem's selector: affine maps and ReLUs that pick a component.

Between consecutive thresholds `tau_i` the selector coordinate `h` picks one
component. A ramp of width `eta` about each threshold takes the place of a step,
which no ReLU network can have; `h` falls on a ramp with a probability of at
most `delta`.
"""

import math

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

# Beyond it a standard normal number has a probability of 1e-23.
FAR = 10.0
# Ramps need not be wider, and those at `FAR` must not reach to where `h` lies.
WIDEST = 2.0


def finite_thresholds(thresholds: ArrayLike) -> np.ndarray:
    """Returns thresholds, those at infinity replaced by `FAR`.

    Args:
        thresholds: float array `(T - 1,)` or `(T - 1, num_classes)`, see
            `mixgan_tf.sampling.selector_thresholds`.

    Returns:
        A float64 array of that shape.
    """
    return np.clip(np.asarray(thresholds, "float64"), -FAR, FAR)


def failure_mass(thresholds: np.ndarray, eta: float) -> float:
    """Returns the probability that `h` lies on a ramp.

    `m = sum_i Phi(tau_i + eta / 2) - Phi(tau_i - eta / 2)` over the distinct
    thresholds.

    Args:
        thresholds: float array `(T - 1,)`.
        eta: nonnegative float, the width of a ramp.

    Returns:
        A float in `[0, 1]`, for ramps that do not overlap.

    Example:
    ```python
    failure_mass(np.array([0.0]), 2.0)  # 0.6827: within one sd
    ```
    """
    tau = np.unique(thresholds)
    upper = (tau + eta / 2) / math.sqrt(2)
    lower = (tau - eta / 2) / math.sqrt(2)
    # In the tail of each side, lest small differences of ones be lost.
    sign = np.where(tau > 0, -1.0, 1.0)
    masses = 0.5 * np.abs(
        [
            math.erfc(-s * u) - math.erfc(-s * v)
            for s, u, v in zip(sign, upper, lower, strict=True)
        ]
    )
    return float(np.sum(masses))


def ramp_width(thresholds: np.ndarray, delta: float) -> float:
    """Returns the width of the widest ramps that fail rarely enough.

    `h` falls on one of them with a probability of at most `delta`.

    No wider than 2, nor than the least distance of two thresholds, so that
    ramps never overlap. Equal thresholds (a component of weight 0 lies between
    them) share one ramp.

    Args:
        thresholds: float array `(T - 1,)` or `(T - 1, num_classes)`; `delta`
            then holds for each class.
        delta: float in `(0, 1)`.

    Returns:
        A positive float, in units of `h`.

    Example:
    ```python
    ramp_width(np.array([0.0]), 0.01)  # 0.0251, about delta * sqrt(2 pi)
    ```
    """
    columns = np.reshape(thresholds, [len(thresholds), -1]).T
    return min(_ramp_width(np.unique(column), delta) for column in columns)


def _ramp_width(tau: np.ndarray, delta: float) -> float:
    gaps = np.diff(tau)
    high = min([WIDEST, *gaps.tolist()])
    if failure_mass(tau, high) <= delta:
        return high
    low = 0.0
    for _ in range(200):  # far beyond the precision of floats
        middle = (low + high) / 2
        if failure_mass(tau, middle) <= delta:
            low = middle
        else:
            high = middle
    return low


def gates(
    h: tf.Tensor,
    thresholds: ArrayLike,
    eta: float,
    labels: tf.Tensor | None = None,
) -> tf.Tensor:
    """Returns the gates `B_i` of the components, made of ReLUs alone.

    With `t_i = (h - tau_i) / eta + 1/2` and `S_i = 1 - relu(1 - relu(t_i))`,
    `S_0 = 1`, `S_T = 0`: `B_i = S_{i-1} - S_i`. They sum to one; off the ramps
    one of them is exactly 1 and the others exactly 0, in float32 too. (The
    difference `relu(t) - relu(t - 1)` would be a layer less deep, but rounds
    to something else than 0 and 1 where `t` is large.)

    Args:
        h: float32 tensor `(B,)`.
        thresholds: finite float array `(T - 1,)`, or `(T - 1, num_classes)`.
        eta: positive float, the width of a ramp.
        labels: int32 tensor `(B,)`, where the thresholds depend on the class.

    Returns:
        A float32 tensor `(B, T)`.
    """
    slope = 1.0 / eta
    offsets = 0.5 - slope * np.asarray(thresholds, "float64")
    if offsets.ndim == 2:
        one_hot = tf.one_hot(labels, offsets.shape[1])
        # The affine map of the label, exactly: on GPUs a matrix product would
        # round the offsets to ten bits.
        by_class = one_hot[:, None, :] * tf.cast(offsets, tf.float32)
        offsets = tf.reduce_sum(by_class, axis=-1)
    t = tf.cast(slope, tf.float32) * h[:, None] + tf.cast(offsets, tf.float32)
    steps = 1.0 - tf.nn.relu(1.0 - tf.nn.relu(t))
    first = tf.pad(steps, [[0, 0], [1, 0]], constant_values=1.0)
    return first - tf.pad(steps, [[0, 0], [0, 1]])
