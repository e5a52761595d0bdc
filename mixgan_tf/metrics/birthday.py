"""The birthday paradox test: an estimate of the number of distinct samples."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_number
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.metrics.distances import nearest
from mixgan_tf.metrics.distances import require_features
from mixgan_tf.metrics.support_size import require_batch_size
from mixgan_tf.metrics.support_size import support_size
from mixgan_tf.pictures import image_grid


class BirthdayTest(NamedTuple):
    """The result of `birthday_test`."""

    duplicate_rate: float  # of the batches, those with a duplicate
    rate_interval: tuple[float, float]  # (low, high) of that probability
    support: float  # size of a uniform support with as many duplicates
    support_interval: tuple[float, float]  # at the same confidence
    confidence: float
    batch_size: int
    num_batches: int
    threshold: float  # pairs nearer than this are duplicates
    pairs: np.ndarray  # int64 (num_batches, 2), rows of the nearest pairs
    distances: np.ndarray  # float64 (num_batches,), between them


def duplicate_threshold(
    real: npt.ArrayLike,
    batch_size: int,
    false_alarm: float = 0.05,
    seed: int = 0,
) -> float:
    """Returns the distance below which two samples count as one.

    It is small enough that a batch of real data holds such a pair with
    probability `false_alarm` at most, whatever their distribution: of the
    `B` batches that `real` fills, the nearest pairs' distances are sorted,
    and the one at place `floor(false_alarm (B + 1))` is taken.

    Args:
        real: finite array `(n, ...)`, features of real samples that nothing
            was trained on, in the space of the test.
        batch_size: int of at least 2: that of the test.
        false_alarm: float in `(0, 1)`. Needs `B >= 1 / false_alarm - 1`.
        seed: int that fixes which rows make up a batch.

    Returns:
        A positive float, in units of the features.

    Raises:
        ValueError: if `real` fills too few batches, or so many of them hold
            exact copies that no threshold will do.

    Example:
    ```python
    threshold = mg.metrics.duplicate_threshold(heldout_features, 400)
    ```
    """
    real = require_features("real", real, min_rows=2)
    require_batch_size(batch_size)
    if not require_number("false_alarm", false_alarm) < 1:
        raise ValueError(
            "Argument `false_alarm` must be below 1. "
            f"Received: false_alarm={false_alarm!r}"
        )
    num_batches = len(real) // batch_size
    # A new real batch is as likely in each gap between the B distances.
    place = int(np.floor(false_alarm * (num_batches + 1) + 1e-9))
    if place < 1:
        needed = int(np.ceil(1 / false_alarm - 1 - 1e-9))
        raise ValueError(
            f"Argument `real` must fill {needed} batches of {batch_size} for "
            f"false_alarm={false_alarm!r}: give {needed * batch_size} rows, "
            f"or a smaller `batch_size`. Received: {len(real)} rows"
        )
    _, distances = _nearest_pairs(real, batch_size, num_batches, seed)
    threshold = float(np.sort(distances)[place - 1])
    if threshold == 0:
        raise ValueError(
            "Argument `real` must not hold copies of one sample in more than "
            f"{place - 1} of {num_batches} batches of {batch_size}. Received: "
            f"copies in {np.sum(distances == 0)}"
        )
    return threshold


def birthday_test(
    samples: npt.ArrayLike,
    batch_size: int,
    threshold: float,
    confidence: float = 0.95,
    seed: int = 0,
) -> BirthdayTest:
    """Estimates how many distinct samples a generator makes.

    The samples are divided into batches, and a batch has a duplicate if its
    nearest pair is nearer than the threshold. From the probability of that,
    `support` is the `N` for which uniform draws from `N` things collide as
    often: `(1 - 1/N) ... (1 - (M-1)/N) = 1 - duplicate_rate`, close to
    `N = M**2 / (2 log(1 / (1 - duplicate_rate)))`.

    How to read it: unequal probabilities make more duplicates, so the true
    support can be larger than `N`, not smaller, but for chance. Real data have
    a duplicate rate up to `false_alarm` of `duplicate_threshold`: a rate like
    that is no sign of a small support. Choose `batch_size` for a rate of
    about a half, and look at the pairs (`pair_grid`): only eyes tell whether
    they are duplicates.

    Args:
        samples: finite array `(n, ...)`, features of independent generated
            samples (or samples themselves, which are flattened).
        batch_size: int of at least 2, the paper's `s`. There are
            `n // batch_size` batches.
        threshold: positive float: see `duplicate_threshold`.
        confidence: float in `(0, 1)`, of both intervals.
        seed: int that fixes which rows make up a batch.

    Returns:
        A `BirthdayTest`. Intervals are Clopper and Pearson's, and the supports
        at their ends; `support` is infinite without any duplicate, and
        `batch_size - 1` at most if every batch has one.

    Raises:
        ValueError: if there is not one batch of samples, or an argument is out
            of range.

    Example:
    ```python
    images = gan.sample(40_000, seed=0)
    features, _ = extractor(images)
    threshold = mg.metrics.duplicate_threshold(heldout_features, 400)
    found = mg.metrics.birthday_test(features, 400, threshold)
    found.support, found.support_interval
    picture = mg.metrics.pair_grid(images, found)
    ```

    Reference:
        [Arora and Zhang, 2018](https://arxiv.org/abs/1706.08224), section 2.
    """
    samples = require_features("samples", samples, min_rows=2)
    require_batch_size(batch_size)
    threshold = require_number("threshold", threshold)
    if not require_number("confidence", confidence) < 1:
        raise ValueError(
            "Argument `confidence` must be below 1. "
            f"Received: confidence={confidence!r}"
        )
    num_batches = len(samples) // batch_size
    if not num_batches:
        raise ValueError(
            f"Argument `samples` must fill a batch of {batch_size}. "
            f"Received: {len(samples)} rows"
        )
    pairs, distances = _nearest_pairs(samples, batch_size, num_batches, seed)
    hits = int(np.sum(distances < threshold))
    low, high = _clopper_pearson(hits, num_batches, confidence)
    rate = hits / num_batches
    return BirthdayTest(
        duplicate_rate=rate,
        rate_interval=(low, high),
        support=support_size(rate, batch_size),
        support_interval=(
            1.0 if high == 1 else support_size(high, batch_size),
            support_size(low, batch_size),
        ),
        confidence=float(confidence),
        batch_size=int(batch_size),
        num_batches=num_batches,
        threshold=threshold,
        pairs=pairs,
        distances=distances,
    )


def pair_grid(
    images: npt.ArrayLike, found: BirthdayTest, columns: int = 10
) -> np.ndarray:
    """Draws the nearest pairs of a birthday test, one below the other.

    Args:
        images: float array `(n, height, width, 1 or 3)` in [-1, 1]: the images
            whose features were tested.
        found: a `BirthdayTest`.
        columns: positive int: how many pairs, the nearest on the left.

    Returns:
        A uint8 array `(H, W, channels)`, for `mixgan_tf.image_grid.save_png`.

    Raises:
        ValueError: if `images` holds no images, or fewer than were tested.
    """
    require_positive_int("columns", columns)
    images = np.asarray(images)
    if len(images) <= found.pairs.max():
        raise ValueError(
            "Argument `images` must hold the images that were tested, in the "
            f"same order. Received: {len(images)} images, and a pair with "
            f"index {found.pairs.max()}"
        )
    pairs = found.pairs[np.argsort(found.distances, kind="stable")][:columns]
    return image_grid.image_grid(images[pairs.T.ravel()], len(pairs))


def _nearest_pairs(
    rows: np.ndarray, batch_size: int, num_batches: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(seed).permutation(len(rows))
    batches = order[: num_batches * batch_size].reshape(num_batches, batch_size)
    pairs = np.empty((num_batches, 2), "int64")
    smallest = np.empty(num_batches)
    for index, batch in enumerate(batches):
        distances, neighbors = nearest(None, rows[batch])
        first = int(distances.argmin())
        pairs[index] = batch[[first, neighbors[first, 0]]]
        smallest[index] = distances[first, 0]
    return pairs, smallest


def _clopper_pearson(
    hits: int, trials: int, confidence: float
) -> tuple[float, float]:
    from scipy import stats

    interval = stats.binomtest(hits, trials).proportion_ci(confidence, "exact")
    return float(interval.low), float(interval.high)
