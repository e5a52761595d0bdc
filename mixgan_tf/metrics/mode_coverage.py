"""Coverage of the modes of a Gaussian mixture by samples."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_number
from mixgan_tf.metrics.distances import require_numbers


class ModeCoverage(NamedTuple):
    """The result of `mode_coverage`."""

    modes: int  # modes that hold enough of the samples
    high_quality: float  # fraction of the samples that lie near any mode


def mode_coverage(
    samples: npt.ArrayLike,
    centers: npt.ArrayLike,
    sd: float,
    radius: float = 3.0,
    share: float = 0.2,
) -> ModeCoverage:
    """Counts the modes that samples cover, and the samples near any mode.

    A sample is of high quality if it lies within `radius * sd` of its nearest
    mode. A mode is covered if it holds, of such samples, at least `share` of
    what an equal division of *all* samples would give it: a few strays do not
    count as coverage.

    In the plane, samples of the data themselves have a high quality of
    `1 - exp(-radius**2 / 2)`, 0.989 by default.

    Args:
        samples: float array `(n, dimensions)`.
        centers: float array `(modes, dimensions)`; see
            `mixgan_tf.data.ring_centers` and `grid_centers`.
        sd: positive float, the standard deviation around a mode.
        radius: positive float, in standard deviations.
        share: float in `(0, 1]`.

    Returns:
        A `ModeCoverage` of `modes`, an int, and `high_quality`, a float in
        `[0, 1]`.

    Raises:
        ValueError: if an argument has the wrong shape or is out of range.

    Example:
    ```python
    points = next(iter(mg.data.ring(batch_size=10_000)))
    found = mode_coverage(points, mg.data.ring_centers(), sd=0.02)
    found.modes  # 8
    found.high_quality  # 0.989
    ```

    Reference:
        The measures of
        [Srivastava et al., 2017](https://arxiv.org/abs/1705.07761), section
        4.1, with a threshold for a mode to count.
    """
    samples = require_numbers("samples", samples).astype("float64")
    centers = require_numbers("centers", centers).astype("float64")
    if (
        samples.ndim != 2
        or centers.ndim != 2
        or samples.shape[1] != centers.shape[1]
        or not (samples.size and centers.size)
    ):
        raise ValueError(
            "Arguments `samples` and `centers` must be non-empty arrays "
            "(n, dimensions) and (modes, dimensions). "
            f"Received: shapes {samples.shape} and {centers.shape}"
        )
    sd = require_number("sd", sd)
    radius = require_number("radius", radius)
    share = require_number("share", share, high=1.0)
    distances = np.stack(
        [np.linalg.norm(samples - center, axis=1) for center in centers]
    )
    near = distances.min(axis=0) <= radius * sd  # not so where it is NaN
    counts = np.bincount(distances.argmin(axis=0)[near], minlength=len(centers))
    enough = share * len(samples) / len(centers)
    return ModeCoverage(
        modes=int(np.sum(counts >= enough)), high_quality=float(near.mean())
    )
