"""Checks of a fold's mixture weights, and removal of negligible components."""

import numpy as np
from numpy.typing import ArrayLike

from mixgan_tf.arguments import require_nonnegative


def prune(
    weights: ArrayLike, min_weight: float
) -> tuple[list[int], np.ndarray, dict[int, float]]:
    """Returns the components to keep and their weights.

    Args:
        weights: float array `(T,)` or `(T, num_classes)`; columns sum to one.
        min_weight: nonnegative float; a component whose weight is less, for
            every class, is dropped.

    Returns:
        A tuple: the list of indices kept, their float64 weights divided by
        their sum, and a dict from index dropped to its largest weight.

    Raises:
        ValueError: if nothing would be left, for some class or at all.
    """
    require_nonnegative("min_weight", min_weight)
    weights = np.asarray(weights, "float64")
    largest = weights.reshape([len(weights), -1]).max(axis=1)
    kept = np.flatnonzero((largest >= min_weight) & (largest > 0))
    if not kept.size:
        raise ValueError(
            "Argument `min_weight` leaves no component: the largest weight is "
            f"{largest.max():.3g}. Received: min_weight={min_weight!r}"
        )
    dropped = {
        int(i): float(largest[i])
        for i in range(len(weights))
        if i not in set(kept.tolist())
    }
    rest = weights[kept]
    totals = rest.sum(axis=0)
    if np.any(totals <= 0):
        raise ValueError(
            "Argument `min_weight` leaves a class without any component. "
            f"Received: min_weight={min_weight!r}"
        )
    return kept.tolist(), rest / totals, dropped


def checked_weights(
    weights: ArrayLike, count: int, num_classes: int | None
) -> np.ndarray:
    """Returns mixture weights as an array, after checking them.

    Args:
        weights: `T` floats, or an array `(T, num_classes)`.
        count: `T`, the number of components.
        num_classes: `None`, or the number of classes.

    Returns:
        A float64 array.

    Raises:
        ValueError: if they are negative, do not sum to one, or have another
            shape.
    """
    weights = np.asarray(weights, "float64")
    shapes = [(count,)] + [(count, num_classes)] * (num_classes is not None)
    if (
        weights.shape not in shapes
        or not (np.isfinite(weights) & (weights >= 0)).all()
        or not np.allclose(weights.sum(axis=0), 1.0, atol=1e-3)
    ):
        raise ValueError(
            "Argument `mixture_weights` must be nonnegative, sum to one and "
            f"have shape {' or '.join(map(str, shapes))}. "
            f"Received: mixture_weights={weights.tolist()}"
        )
    return weights
