"""The memorization test: whether samples copy the training data."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.metrics.distances import nearest
from mixgan_tf.metrics.distances import require_features
from mixgan_tf.metrics.distances import require_same_width
from mixgan_tf.pictures import image_grid


class Memorization(NamedTuple):
    """The result of `memorization`."""

    nearer: float  # P(a sample is nearer to training data than held-out is)
    z: float  # how many standard errors that is above a half
    median_ratio: float  # median distance of samples over held-out data's
    very_near: float  # of the samples, those nearer than 99 % of held-out
    num_samples: int
    num_heldout: int
    distances: np.ndarray  # float64 (n,), of the samples to training data
    indices: np.ndarray  # int64 (n,), the training rows they are nearest to


def nearest_neighbors(
    samples: npt.ArrayLike, train: npt.ArrayLike, k: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the training samples nearest to given samples.

    Args:
        samples: finite array `(n, ...)`, features of samples (or samples
            themselves, which are flattened).
        train: finite array `(m, ...)`, features of the training data.
        k: positive int, how many neighbours of each.

    Returns:
        A tuple of Euclidean distances, float64, and indices into `train`,
        int64, `(n, k)` each, the nearest first.

    Raises:
        ValueError: if an argument has the wrong shape, holds NaN, or there are
            fewer than `k` training samples.

    Example:
    ```python
    distances, indices = mg.metrics.nearest_neighbors(features, train, k=5)
    picture = mg.metrics.neighbor_grid(images, train_images, indices)
    ```
    """
    samples = require_features("samples", samples)
    train = require_features("train", train)
    require_same_width(samples=samples, train=train)
    return nearest(samples, train, k)


def memorization(
    samples: npt.ArrayLike, train: npt.ArrayLike, heldout: npt.ArrayLike
) -> Memorization:
    """Tests whether samples lie nearer to the training data than new data do.

    Samples of the data's own distribution would be as far from the training
    set as held-out data: `nearer` is then 1/2 and `z` standard normal. Copies
    make `nearer` go to 1. Samples of poor quality are far from everything and
    make it smaller, and can hide copies: see `very_near`, about 0.01 without
    copies, and the pictures.

    Args:
        samples: finite array `(n, ...)`, features of independent generated
            samples.
        train: finite array `(m, ...)`, features of the training data.
        heldout: finite array `(h, ...)`, features of data of the same
            distribution that nothing was trained on.

    Returns:
        A `Memorization`. `nearer` counts ties for a half; `z` is the
        Mann-Whitney statistic, without a correction for ties; `median_ratio`
        is infinite if the held-out median is 0 and the samples' is not.

    Raises:
        ValueError: if an argument has the wrong shape or holds NaN.

    Example:
    ```python
    found = mg.metrics.memorization(features, train_features, test_features)
    found.nearer, found.z  # near 0.5 and 0: no sign of copies
    ```

    Reference:
        [Meehan et al., 2020](https://arxiv.org/abs/2004.05675), section 3, on
        the whole space; the sign of `z` is the opposite of theirs.
    """
    from scipy import stats

    given = {
        "samples": require_features("samples", samples),
        "train": require_features("train", train),
        "heldout": require_features("heldout", heldout),
    }
    require_same_width(**given)
    distances, indices = nearest(given["samples"], given["train"])
    new_distances, _ = nearest(given["heldout"], given["train"])
    distances, new_distances = distances[:, 0], new_distances[:, 0]
    n, h = len(distances), len(new_distances)
    wins = stats.mannwhitneyu(new_distances, distances).statistic
    medians = np.median(distances), np.median(new_distances)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = 1.0 if medians[0] == medians[1] else np.divide(*medians)
    near = np.quantile(new_distances, 0.01, method="lower")
    return Memorization(
        nearer=float(wins / (n * h)),
        z=float((wins - n * h / 2) / np.sqrt(n * h * (n + h + 1) / 12)),
        median_ratio=float(ratio),
        very_near=float(np.mean(distances < near)),
        num_samples=n,
        num_heldout=h,
        distances=distances,
        indices=indices[:, 0],
    )


def neighbor_grid(
    samples: npt.ArrayLike,
    train: npt.ArrayLike,
    indices: npt.ArrayLike,
    rows: int = 10,
) -> np.ndarray:
    """Draws samples and, to the right of each, its nearest neighbours.

    Args:
        samples: float array `(n, height, width, 1 or 3)` in [-1, 1].
        train: float array `(m, height, width, 1 or 3)` in [-1, 1]: images
            among which neighbours were sought, in the same order.
        indices: int array `(n, k)` or `(n,)` of training images: see
            `nearest_neighbors`.
        rows: positive int, how many samples at most, from the first.

    Returns:
        A uint8 array `(H, W, channels)`, for `mixgan_tf.image_grid.save_png`.

    Raises:
        ValueError: if the shapes do not fit, or an index is out of range.

    Example:
    ```python
    picture = mg.metrics.neighbor_grid(images, train_images, indices)
    mixgan_tf.image_grid.save_png(picture, "neighbours.png")
    ```
    """
    require_positive_int("rows", rows)
    samples, train = np.asarray(samples), np.asarray(train)
    if samples.ndim != 4 or samples.shape[1:] != train.shape[1:]:
        raise ValueError(
            "Arguments `samples` and `train` must be images of one shape. "
            f"Received: shapes {samples.shape} and {train.shape}"
        )
    indices = np.asarray(indices)
    indices = indices[:, None] if indices.ndim == 1 else indices
    if (
        indices.ndim != 2
        or indices.dtype.kind not in "iu"
        or len(indices) != len(samples)
        or not indices.size
        or indices.min() < 0
        or indices.max() >= len(train)
    ):
        raise ValueError(
            f"Argument `indices` must be ints ({len(samples)}, k) in [0, "
            f"{len(train)}), a row for each sample. Received: shape "
            f"{indices.shape}, dtype {indices.dtype}"
        )
    tiles = [
        tile
        for sample, row in zip(samples[:rows], indices, strict=False)
        for tile in (sample, *train[row])
    ]
    return image_grid.image_grid(np.stack(tiles), indices.shape[1] + 1)
