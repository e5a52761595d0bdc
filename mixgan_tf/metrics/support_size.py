"""The birthday paradox inverted: the support size behind a collision rate."""

import numpy as np

from mixgan_tf.arguments import require_positive_int


def support_size(duplicate_rate: float, batch_size: int) -> float:
    """Returns the support size `N` that gives a rate of duplicates.

    Args:
        duplicate_rate: float in `[0, 1]`, the probability that `batch_size`
            independent uniform draws are not all different.
        batch_size: int of at least 2, `M`.

    Returns:
        A float, the solution of `prod_{i<M} (1 - i / N) = 1 - duplicate_rate`:
        infinite at 0, and `M - 1` at 1.

    Raises:
        ValueError: if an argument is out of range.

    Example:
    ```python
    support_size(0.5, 23)  # 372.6: nearly the days of a year
    ```
    """
    from scipy import optimize

    require_batch_size(batch_size)
    if not 0 <= duplicate_rate <= 1:
        raise ValueError(
            "Argument `duplicate_rate` must be in [0, 1]. "
            f"Received: duplicate_rate={duplicate_rate!r}"
        )
    if duplicate_rate == 0:
        return float("inf")
    if duplicate_rate == 1:
        return float(batch_size - 1)
    target = -np.log1p(-duplicate_rate)
    earlier = np.arange(1, batch_size)

    def excess(size: float) -> float:
        with np.errstate(divide="ignore"):
            logs = np.log1p(-np.minimum(earlier / size, 1.0))
        return target - min(-logs.sum(), 1e300)

    # Since x <= -log(1 - x) <= x / (1 - x), with room for rounding.
    paired = batch_size * (batch_size - 1) / (2 * target)
    low = max(paired, batch_size - 1) * (1 - 1e-9)
    high = (paired + batch_size - 1) * (1 + 1e-9)
    return float(optimize.brentq(excess, low, high))


def require_batch_size(batch_size: int) -> None:
    """Raises unless a batch has at least two samples.

    Args:
        batch_size: what the user gave.

    Raises:
        ValueError: if it is not an int of at least 2.
    """
    require_positive_int("batch_size", batch_size)
    if batch_size < 2:
        raise ValueError(
            "Argument `batch_size` must be at least 2, for pairs. "
            f"Received: batch_size={batch_size!r}"
        )
