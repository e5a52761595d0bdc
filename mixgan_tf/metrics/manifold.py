"""Fidelity and diversity, measured by how balls around samples overlap.

Both pairs of measures take the support of a distribution to be the union of
balls around its samples, each reaching to the `k`-th nearest of the others.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.metrics.distances import nearest
from mixgan_tf.metrics.distances import require_features
from mixgan_tf.metrics.distances import require_same_width
from mixgan_tf.metrics.distances import rounding_error_bound
from mixgan_tf.metrics.distances import squared_distance_blocks


class PrecisionRecall(NamedTuple):
    """The result of `precision_recall`."""

    precision: float  # of the generated samples, those inside a real ball
    recall: float  # of the real samples, those inside a generated ball
    k: int  # neighbours that a ball reaches to
    num_real: int
    num_fake: int


class DensityCoverage(NamedTuple):
    """The result of `density_coverage`."""

    density: float  # real balls around a generated sample, mean, over k
    coverage: float  # of the real balls, those that hold a generated sample
    k: int  # neighbours that a ball reaches to
    num_real: int
    num_fake: int


def precision_recall(
    real: npt.ArrayLike, fake: npt.ArrayLike, k: int = 3
) -> PrecisionRecall:
    """Measures fidelity and diversity by improved precision and recall.

    Precision is the fraction of generated samples that lie in the ball of any
    real one: samples like the data. Recall is the fraction of real samples
    that lie in the ball of any generated one: data the generator could make.
    Both grow with `k` and with the number of samples, and a single outlier
    with a large ball raises them: compare values with equal `k` and counts
    only, and see `density_coverage`.

    Args:
        real: finite array `(n, ...)`, features of real samples (or samples
            themselves, which are flattened).
        fake: finite array `(m, ...)`, features of generated ones.
        k: positive int below `n` and `m`. Balls are closed: the `k`-th
            neighbour lies inside.

    Returns:
        A `PrecisionRecall`, with `precision` and `recall` in `[0, 1]`. All
        distances are computed, in memory that grows with `n + m`.

    Raises:
        ValueError: if an argument has the wrong shape, holds NaN, or `k` is
            too large.

    Example:
    ```python
    real, _ = extractor(test_images)
    fake, _ = extractor(gan.sample(10_000, seed=0))
    found = mg.metrics.precision_recall(real, fake)
    found.precision, found.recall, found.k
    ```

    Reference:
        [Kynkäänniemi et al., 2019](https://arxiv.org/abs/1904.06991),
        section 2.
    """
    real, fake = _checked(real, fake, k)
    in_real, _ = _memberships(fake, real, k)
    in_fake, _ = _memberships(real, fake, k)
    return PrecisionRecall(
        precision=float(np.mean(in_real > 0)),
        recall=float(np.mean(in_fake > 0)),
        k=int(k),
        num_real=len(real),
        num_fake=len(fake),
    )


def density_coverage(
    real: npt.ArrayLike, fake: npt.ArrayLike, k: int = 5
) -> DensityCoverage:
    """Measures fidelity and diversity by density and coverage.

    Density is the mean number of real balls that a generated sample lies in,
    divided by `k`; it may exceed 1. Coverage is the fraction of real balls
    that hold any generated sample. Only real samples have balls, so outliers
    among the generated ones change little.

    Where both come from one distribution, the expected density is 1 and the
    expected coverage `1 - prod_{i=1..k} (n - i) / (n + m - i)`, about
    `1 - 2**-k` for `n = m`.

    Args:
        real: finite array `(n, ...)`, features of real samples (or samples
            themselves, which are flattened).
        fake: finite array `(m, ...)`, features of generated ones.
        k: positive int below `n`. Balls are closed.

    Returns:
        A `DensityCoverage`, with a nonnegative `density` and `coverage` in
        `[0, 1]`. All distances are computed, in memory that grows with
        `n + m`.

    Raises:
        ValueError: if an argument has the wrong shape, holds NaN, or `k` is
            too large.

    Example:
    ```python
    found = mg.metrics.density_coverage(real_features, fake_features)
    found.density, found.coverage, found.k
    ```

    Reference:
        [Naeem et al., 2020](https://arxiv.org/abs/2002.09797), section 3.
    """
    real, fake = _checked(real, fake, k, with_balls=("real",))
    balls, members = _memberships(fake, real, k)
    return DensityCoverage(
        density=float(balls.mean() / k),
        coverage=float(np.mean(members > 0)),
        k=int(k),
        num_real=len(real),
        num_fake=len(fake),
    )


def _checked(
    real: npt.ArrayLike,
    fake: npt.ArrayLike,
    k: int,
    with_balls: Sequence[str] = ("real", "fake"),
) -> tuple[np.ndarray, np.ndarray]:
    given = {
        "real": require_features("real", real),
        "fake": require_features("fake", fake),
    }
    require_same_width(**given)
    require_positive_int("k", k)
    for name in with_balls:
        if k >= len(given[name]):
            raise ValueError(
                f"Argument `k` must be below the number of rows of `{name}`, "
                f"{len(given[name])}. Received: k={k!r}"
            )
    return given["real"], given["fake"]


def _memberships(
    queries: np.ndarray, points: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Counts the balls each query lies in, and the queries in each ball."""
    radii, _ = nearest(None, points, k)
    # A ball's own k-th neighbour must count if it is among the queries.
    squared = radii[:, -1] ** 2 + rounding_error_bound(queries, points)
    balls = np.zeros(len(queries), "int64")
    members = np.zeros(len(points), "int64")
    for rows, columns, distances in squared_distance_blocks(queries, points):
        inside = distances <= squared[columns]
        balls[rows] += inside.sum(axis=1)
        members[columns] += inside.sum(axis=0)
    return balls, members
