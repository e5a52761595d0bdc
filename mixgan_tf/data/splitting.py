"""A random split of samples in three: for training, validation and testing."""

from collections.abc import Sequence

import numpy as np


def split_in_three(
    argument: str, num: int, shares: Sequence[float], seed: int | Sequence[int]
) -> list[np.ndarray]:
    """Returns the indices of the samples in each of three random parts.

    Args:
        argument: the name of the samples' argument, for error messages.
        num: int, the number of samples.
        shares: three positive floats that sum to one.
        seed: int, or list of ints, that fixes which sample goes where.

    Returns:
        A list of three int arrays, each of two indices at least.

    Raises:
        ValueError: if the shares are no shares, or a part would be too small.
    """
    fractions = np.asarray(shares, "float64")
    if (
        fractions.shape != (3,)
        or not np.all(fractions > 0)
        or not abs(fractions.sum() - 1) < 1e-6
    ):
        raise ValueError(
            "Argument `shares` must be three positive numbers that sum to "
            f"one. Received: shares={fractions.tolist()}"
        )
    order = np.random.default_rng(seed).permutation(num)
    ends = np.round(np.cumsum(fractions)[:2] * num).astype(int)
    parts = np.split(order, ends)
    if min(map(len, parts)) < 2:
        raise ValueError(
            f"Argument `{argument}` must leave at least two samples in each "
            f"part. Received: {num} samples, in parts of "
            f"{[len(part) for part in parts]}"
        )
    return parts
