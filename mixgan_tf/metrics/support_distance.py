"""A lower bound on the distance of a distribution to a finite support."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mixgan_tf.metrics.distances import nearest
from mixgan_tf.metrics.distances import require_features
from mixgan_tf.metrics.distances import require_same_width


class SupportDistance(NamedTuple):
    """The result of `support_distance`."""

    distance: float  # mean distance of a sample to the nearest point
    standard_error: float


def support_distance(
    samples: npt.ArrayLike, support: npt.ArrayLike
) -> SupportDistance:
    """Returns a lower bound on the Wasserstein distance to a finite support.

    Whatever plan moves the samples' distribution onto the points, each sample
    travels at least to the nearest of them: the Wasserstein-1 distance to
    *every* distribution on the points is at least the expected distance to
    the nearest one. Between a Gaussian in many dimensions and its own training
    set that is far from 0, which is why distances on finite data do not
    measure generalisation.

    Args:
        samples: finite array `(n, ...)`, `n >= 2`, independent of `support`.
        support: finite array `(m, ...)`.

    Returns:
        A `SupportDistance`: the mean Euclidean distance, an unbiased estimate
        of the bound, and its standard error over the samples.

    Raises:
        ValueError: if an argument has the wrong shape or holds NaN.

    Example:
    ```python
    random = np.random.default_rng(0)
    points = random.normal(size=(4000, 256)) / 16  # N(0, I/256)
    bound = mg.metrics.support_distance(points[:2000], points[2000:])
    bound.distance  # 1.23
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), lemma 1.
    """
    samples = require_features("samples", samples, min_rows=2)
    support = require_features("support", support)
    require_same_width(samples=samples, support=support)
    distances = nearest(samples, support)[0][:, 0]
    return SupportDistance(
        distance=float(distances.mean()),
        standard_error=float(distances.std(ddof=1) / np.sqrt(len(distances))),
    )
