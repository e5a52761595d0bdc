"""The scores of one set of samples, and their spread over seeds."""

from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import numpy as np

from mixgan_tf import metrics
from mixgan_tf.metrics.features.extractor import Extractor
from mixgan_tf.metrics.features.extractor import ExtractorOutputs
from mixgan_tf.metrics.features.pixels import rounded_to_8_bits
from mixgan_tf.metrics.features.streaming import KEPT_FEATURES
from mixgan_tf.metrics.features.streaming import Statistics
from mixgan_tf.metrics.features.streaming import first_images
from mixgan_tf.metrics.image_scores import METRICS
from mixgan_tf.metrics.image_scores import SLICED_IMAGES
from mixgan_tf.metrics.image_scores import score_name
from mixgan_tf.metrics.required import required
from mixgan_tf.report.scoring import requirements
from mixgan_tf.report.scoring.inputs import Inputs
from mixgan_tf.report.scoring.protocol import STACKED_SETS
from mixgan_tf.report.scoring.real_data import centers_and_sd


class RealStatistics(NamedTuple):
    """The statistics of the real images that scores need."""

    statistics: Statistics = Statistics.without_features()
    class_frequencies: np.ndarray | None = None  # by the same classifier


class ScoredSamples(NamedTuple):
    """The scores of one set of samples, and what is kept of the samples."""

    scores: dict[str, float]
    class_frequencies: np.ndarray | None = None  # (num_classes,)
    features: np.ndarray | None = None  # (k, feature_dim), of the first k
    images: np.ndarray | None = None  # uint8 (k, ...), of the same


class RecordingExtractor:
    """An extractor that remembers the classes it saw, and the first images.

    Args:
        extractor: an `Extractor`.
        keep_images: the most images to keep, as bytes.
    """

    def __init__(self, extractor: Extractor, keep_images: int = 0) -> None:
        self.feature_dim = extractor.feature_dim
        self.num_classes = extractor.num_classes
        self._extractor = extractor
        self._room = keep_images
        self._classes: list[np.ndarray] = []
        self._images: list[np.ndarray] = []

    def __call__(self, images: np.ndarray) -> ExtractorOutputs:
        """Returns the extractor's outputs for images `(B, ...)`."""
        outputs = self._extractor(images)
        self._classes.append(outputs.logits.argmax(axis=-1))
        if self._room:
            kept = np.rint((images[: self._room] + 1) * 127.5)
            self._images.append(kept.astype("uint8"))
            self._room -= len(kept)
        return outputs

    @property
    def classes(self) -> np.ndarray:
        """Int array `(n,)`: the class of every image."""
        return np.concatenate(self._classes)

    @property
    def images(self) -> np.ndarray | None:
        """Uint8 array `(k, height, width, channels)`, or `None`."""
        return np.concatenate(self._images) if self._images else None


def real_statistics(inputs: Inputs) -> RealStatistics:
    """Collects the statistics of the real images that scores need.

    Args:
        inputs: `Inputs` of a model of images.

    Returns:
        `RealStatistics`.
    """
    source = required(inputs.real, "real images")
    real = RealStatistics()
    if inputs.extractor is not None:
        real = real._replace(
            statistics=metrics.reference_statistics(source, inputs.extractor)
        )
    if "sliced_wasserstein" in inputs.metrics:
        num = min(SLICED_IMAGES, source.num, inputs.protocol.num)
        images = first_images(source, num)
        real = real._replace(statistics=real.statistics._replace(images=images))
    if "classes" in inputs.metrics:
        extractor = required(inputs.extractor, "an extractor")
        classes = extractor.num_classes
        # Of stacked digits, all are meant to be equally frequent.
        frequencies = np.full(classes, 1 / classes)
        if inputs.protocol.dataset not in STACKED_SETS:
            recorder = RecordingExtractor(extractor)
            metrics.collect_statistics(source, recorder, keep_features=0)
            counts = np.bincount(recorder.classes, minlength=classes)
            frequencies = counts / counts.sum()
        real = real._replace(class_frequencies=frequencies)
    return real


def score_images(
    inputs: Inputs,
    real: RealStatistics,
    seed: int,
    component: int | None = None,
    keep_images: bool = False,
) -> ScoredSamples:
    """Scores images that a model makes.

    Args:
        inputs: `Inputs` of a model of images.
        real: `RealStatistics`.
        seed: int that fixes the samples.
        component: index of the one generator to score, instead of the mixture.
        keep_images: whether to keep the images whose features are kept.

    Returns:
        `ScoredSamples`.
    """
    chosen = inputs.metrics
    samples = metrics.GanSamples(
        inputs.gan, inputs.protocol.num, seed, component=component
    )
    num = 0
    if "sliced_wasserstein" in chosen:
        num = len(required(real.statistics.images, "real images"))
    extractor = inputs.extractor
    if extractor is None:
        images = first_images(samples, num) if num else None
        fake = Statistics.without_features(images)
    else:
        recorder = RecordingExtractor(
            extractor, KEPT_FEATURES if keep_images else 0
        )
        fake = metrics.collect_statistics(
            samples,
            recorder,
            keep_images=num,
            splits=requirements.SPLITS
            if "classifier_score" in chosen
            else None,
        )
    scores = {}
    for metric in METRICS:
        if metric in chosen:
            name = score_name(metric, extractor)
            scores[name] = METRICS[metric](real.statistics, fake)["value"]
    if extractor is None:
        return ScoredSamples(scores)
    scores.update(_manifold_scores(chosen, real, fake, extractor))
    frequencies = None
    if "classes" in chosen:
        found = metrics.class_coverage(
            recorder.classes, extractor.num_classes, real.class_frequencies
        )
        scores[f"modes@{extractor.name}"] = float(found.modes)
        scores[f"class_kl@{extractor.name}"] = found.kl
        frequencies = found.frequencies
    return ScoredSamples(scores, frequencies, fake.features, recorder.images)


def score_points(
    inputs: Inputs, seed: int, component: int | None = None
) -> ScoredSamples:
    """Scores points of the plane that a model makes.

    Args:
        inputs: `Inputs` of a model of points.
        seed: int that fixes the samples.
        component: index of the one generator to score, instead of the mixture.

    Returns:
        `ScoredSamples`.
    """
    if "mode_coverage" not in inputs.metrics:
        return ScoredSamples({})
    points = inputs.gan.sample(
        inputs.protocol.num, seed=seed, component=component
    )
    found = metrics.mode_coverage(
        points, *centers_and_sd(inputs.protocol.dataset)
    )
    return ScoredSamples(
        {"modes": float(found.modes), "high_quality": found.high_quality}
    )


def spread_over_seeds(values: Sequence[float]) -> dict[str, Any]:
    """Returns the mean and the spread of one score over seeds.

    Args:
        values: list of floats, one for each seed.

    Returns:
        A dict of `"mean"`, `"sd"` (`None` for a single seed) and `"values"`.
    """
    score = metrics.Score.from_parts(values)
    return {"mean": score.mean, "sd": score.sd, "values": list(values)}


def bytes_to_floats(images: np.ndarray) -> np.ndarray:
    """Converts images kept as bytes back to floats in [-1, 1]."""
    return rounded_to_8_bits(images / np.float32(127.5) - np.float32(1))


def _manifold_scores(
    chosen: Sequence[str],
    real: RealStatistics,
    fake: Statistics,
    extractor: Extractor,
) -> dict[str, float]:
    features = real.statistics.features, fake.features
    scores = {}
    if "precision_recall" in chosen:
        overlap = metrics.precision_recall(
            *features, requirements.PRECISION_NEIGHBORS
        )
        scores["precision"] = overlap.precision
        scores["recall"] = overlap.recall
    if "density_coverage" in chosen:
        found = metrics.density_coverage(
            *features, requirements.DENSITY_NEIGHBORS
        )
        scores["density"], scores["coverage"] = found.density, found.coverage
    return {f"{name}@{extractor.name}": x for name, x in scores.items()}
