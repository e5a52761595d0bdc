"""Running many images through an extractor in bounded memory."""

from collections.abc import Iterator
from typing import NamedTuple
from typing import Self

import numpy as np
from tqdm import tqdm

from mixgan_tf.metrics.classifier_score import StreamingClassifierScore
from mixgan_tf.metrics.features.extractor import CallableExtractor
from mixgan_tf.metrics.features.pixels import check_range
from mixgan_tf.metrics.features.pixels import rounded_to_8_bits
from mixgan_tf.metrics.features.sources import ImageSource
from mixgan_tf.metrics.moments import Moments
from mixgan_tf.metrics.score_with_spread import Score

# Features kept beside the moments, which are of all images.
KEPT_FEATURES = 10_000


class Statistics(NamedTuple):
    """The statistics that are kept of a source's images."""

    moments: Moments  # of the features of all images
    features: np.ndarray  # float32 (k, feature_dim), of the first k images
    images: np.ndarray | None = None  # float32, the first few, if asked for
    classifier_score: Score | None = None  # if asked for

    @classmethod
    def without_features(cls, images: np.ndarray | None = None) -> Self:
        """Returns the statistics of images that no extractor has seen."""
        return cls(Moments(0), np.empty((0, 0), "float32"), images)

    @property
    def num(self) -> int:
        """How many images there were."""
        return self.moments.count


def collect_statistics(
    source: ImageSource,
    extractor: CallableExtractor,
    keep_features: int = KEPT_FEATURES,
    keep_images: int = 0,
    splits: int | None = None,
) -> Statistics:
    """Runs a source's images through an extractor, one batch at a time.

    Memory holds one batch, the first features and images, and the moments,
    however many images there are. A progress bar shows on a terminal.

    Args:
        source: a `GanSamples`, `ImageSplit` or `ImageArray`.
        extractor: an `Extractor`.
        keep_features: the most features to keep.
        keep_images: the most images to keep.
        splits: of the classifier score; no such score if `None`.

    Returns:
        `Statistics`.

    Raises:
        ValueError: if the images do not suit the extractor, or are too few for
            the classifier score.

    Example:
    ```python
    samples = mg.metrics.GanSamples(gan, num=50_000, seed=0)
    extractor = mg.metrics.get_extractor("mnist")
    statistics = mg.metrics.collect_statistics(samples, extractor)
    statistics.features  # (10000, 64)
    ```
    """
    moments = Moments(extractor.feature_dim)
    score = None
    if splits is not None:
        score = StreamingClassifierScore(
            source.num, extractor.num_classes, splits
        )
    features = np.empty(
        (min(keep_features, source.num), extractor.feature_dim), "float32"
    )
    kept_images = []
    seen = 0
    for images in image_batches(source):
        outputs = extractor(images)
        moments.update(outputs.features)
        if score is not None:
            score.update(outputs.logits)
        if seen < len(features):
            room = features[seen : seen + len(images)]
            room[:] = outputs.features[: len(room)]
        if seen < keep_images:
            kept_images.append(images[: keep_images - seen])
        seen += len(images)
    return Statistics(
        moments,
        features,
        np.concatenate(kept_images) if kept_images else None,
        None if score is None else score.result(),
    )


def first_images(source: ImageSource, num: int) -> np.ndarray:
    """Returns the first images of a source.

    Args:
        source: a `GanSamples`, `ImageSplit` or `ImageArray`.
        num: how many, at most `source.num`.

    Returns:
        A float32 array `(num, height, width, channels)`, of 8-bit levels.
    """
    found, seen = [], 0
    for images in image_batches(source, num):
        found.append(images[: num - seen])
        seen += len(found[-1])
        if seen == num:
            break
    return np.concatenate(found)


def image_batches(
    source: ImageSource, num: int | None = None
) -> Iterator[np.ndarray]:
    """Yields a source's images as scores use them, with a progress bar.

    Args:
        source: a `GanSamples`, `ImageSplit` or `ImageArray`.
        num: how many the bar expects; all by default.

    Yields:
        Float32 arrays `(B, height, width, channels)`, of 8-bit levels.

    Raises:
        ValueError: if images are not finite or not in [-1, 1].
    """
    what = source.describe()["kind"]
    total = source.num if num is None else num
    with tqdm(total=total, desc=what, unit="image", disable=None) as bar:
        for images in source.batches():
            check_range(images)
            yield rounded_to_8_bits(images)
            bar.update(len(images))
