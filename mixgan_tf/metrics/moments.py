"""Mean and covariance of features that arrive in batches."""

from typing import Self

import numpy as np
import numpy.typing as npt


class Moments:
    """Count, mean and covariance, accumulated in float64.

    Batches are merged by their means and scatter matrices, so that no large
    sums cancel and the result does not depend on how rows were batched, up to
    rounding.

    Args:
        dimensions: number of features.

    Example:
    ```python
    moments = Moments(2)
    for batch in batches:  # (B, 2) each
        moments.update(batch)
    moments.mean, moments.covariance
    ```

    Reference:
        [Chan et al., 1979](http://i.stanford.edu/pub/cstr/reports/cs/tr/79/773/CS-TR-79-773.pdf).
    """

    def __init__(self, dimensions: int) -> None:
        self.count = 0
        self.mean = np.zeros(dimensions)
        # Sum of outer products of the rows less their mean.
        self.scatter = np.zeros((dimensions, dimensions))

    @classmethod
    def from_features(cls, features: npt.ArrayLike) -> Self:
        """Returns the moments of an array `(n, dimensions)`."""
        features = np.asarray(features)
        if features.ndim != 2 or features.dtype.kind not in "fiub":
            raise ValueError(
                "Argument `features` must be an array (n, dimensions) of "
                "numbers. "
                f"Received: shape {features.shape}, dtype {features.dtype}"
            )
        moments = cls(features.shape[1])
        moments.update(features)
        return moments

    @classmethod
    def from_values(
        cls, count: int, mean: npt.ArrayLike, scatter: npt.ArrayLike
    ) -> Self:
        """Returns moments with given values."""
        mean = np.asarray(mean, "float64")
        moments = cls(len(mean))
        moments.count = int(count)
        moments.mean = mean
        moments.scatter = np.asarray(scatter, "float64")
        return moments

    @property
    def covariance(self) -> np.ndarray:
        """The sample covariance, float64 `(dimensions, dimensions)`.

        Divided by `count - 1`; NaN for fewer than two rows.
        """
        if self.count < 2:
            return np.full_like(self.scatter, np.nan)
        return self.scatter / (self.count - 1)

    def update(self, features: npt.ArrayLike) -> None:
        """Adds more rows of features.

        Args:
            features: float array `(B, dimensions)`.

        Raises:
            ValueError: if a feature is not finite.
        """
        features = np.asarray(features, "float64")
        if not np.isfinite(features).all():
            raise ValueError(
                "Argument `features` must hold finite numbers. "
                "Received: NaN or infinity"
            )
        if len(features) == 0:
            return
        mean = features.mean(axis=0)
        centred = features - mean
        total = self.count + len(features)
        step = mean - self.mean
        self.scatter += centred.T @ centred
        self.scatter += np.outer(step, step) * (
            self.count * len(features) / total
        )
        self.mean = self.mean + step * (len(features) / total)
        self.count = total
