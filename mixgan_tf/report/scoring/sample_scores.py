"""The scores of one set of samples, and their spread over seeds."""

from typing import NamedTuple

import numpy as np

from mixgan_tf import metrics
from mixgan_tf.metrics.features.pixels import rounded_to_8_bits
from mixgan_tf.metrics.features.streaming import KEPT_FEATURES
from mixgan_tf.metrics.features.streaming import first_images
from mixgan_tf.metrics.image_scores import METRICS
from mixgan_tf.metrics.image_scores import SLICED_IMAGES
from mixgan_tf.report.scoring import requirements
from mixgan_tf.report.scoring.protocol import STACKED_SETS
from mixgan_tf.report.scoring.real_data import centers_and_sd


class Real(NamedTuple):
    """What scores need of the real images."""

    statistics: metrics.Statistics | None = None
    class_frequencies: np.ndarray | None = None  # by the same classifier


class Scored(NamedTuple):
    """The scores of one set of samples, and what else was seen of them."""

    scores: dict  # name -> float
    class_frequencies: np.ndarray | None = None  # (num_classes,)
    features: np.ndarray | None = None  # (k, feature_dim), of the first k
    images: np.ndarray | None = None  # uint8 (k, ...), of the same


class Recorder:
    """An extractor that remembers the classes it saw, and the first images.

    Args:
        extractor: an `Extractor`.
        keep_images: the most images to keep, as bytes.
    """

    def __init__(self, extractor, keep_images=0):
        self._extractor = extractor
        self._room = keep_images
        self._classes = []
        self._images = []

    def __getattr__(self, name):
        return getattr(self._extractor, name)

    def __call__(self, images):
        """Returns what the extractor says of images `(B, ...)`."""
        outputs = self._extractor(images)
        self._classes.append(outputs.logits.argmax(axis=-1))
        if self._room:
            kept = np.rint((images[: self._room] + 1) * 127.5)
            self._images.append(kept.astype("uint8"))
            self._room -= len(kept)
        return outputs

    @property
    def classes(self):
        """Int array `(n,)`: the class of every image."""
        return np.concatenate(self._classes)

    @property
    def images(self):
        """Uint8 array `(k, height, width, channels)`, or `None`."""
        return np.concatenate(self._images) if self._images else None


def real_statistics(inputs):
    """Collects what scores need of the real images.

    Args:
        inputs: `Inputs` of a model of images.

    Returns:
        A `Real`.
    """
    real = Real()
    if inputs.extractor is not None:
        real = real._replace(
            statistics=metrics.reference_statistics(
                inputs.real, inputs.extractor
            )
        )
    if "sliced_wasserstein" in inputs.metrics:
        statistics = real.statistics or metrics.Statistics.without_features()
        num = min(SLICED_IMAGES, inputs.real.num, inputs.protocol.num)
        images = first_images(inputs.real, num)
        real = real._replace(statistics=statistics._replace(images=images))
    if "classes" in inputs.metrics:
        classes = inputs.extractor.num_classes
        # Of stacked digits, all are meant to be equally frequent.
        frequencies = np.full(classes, 1 / classes)
        if inputs.protocol.dataset not in STACKED_SETS:
            recorder = Recorder(inputs.extractor)
            metrics.collect_statistics(inputs.real, recorder, keep_features=0)
            counts = np.bincount(recorder.classes, minlength=classes)
            frequencies = counts / counts.sum()
        real = real._replace(class_frequencies=frequencies)
    return real


def score_images(inputs, real, seed, component=None, keep_images=False):
    """Scores images that a model makes.

    Args:
        inputs: `Inputs` of a model of images.
        real: a `Real`.
        seed: int that fixes the samples.
        component: index of the one generator to score, instead of the mixture.
        keep_images: whether to keep the images whose features are kept.

    Returns:
        A `Scored`.
    """
    chosen = inputs.metrics
    samples = metrics.GanSamples(
        inputs.gan, inputs.protocol.num, seed, component=component
    )
    num = 0
    if "sliced_wasserstein" in chosen:
        num = len(real.statistics.images)
    extractor = inputs.extractor
    if extractor is None:
        images = first_images(samples, num) if num else None
        fake = metrics.Statistics.without_features(images)
    else:
        recorder = Recorder(extractor, KEPT_FEATURES if keep_images else 0)
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
            name = _score_name(metric, extractor)
            scores[name] = METRICS[metric](real.statistics, fake)["value"]
    if extractor is None:
        return Scored(scores)
    scores.update(_manifold_scores(chosen, real, fake, extractor))
    frequencies = None
    if "classes" in chosen:
        found = metrics.class_coverage(
            recorder.classes, extractor.num_classes, real.class_frequencies
        )
        scores[f"modes@{extractor.name}"] = float(found.modes)
        scores[f"class_kl@{extractor.name}"] = found.kl
        frequencies = found.frequencies
    return Scored(scores, frequencies, fake.features, recorder.images)


def score_points(inputs, seed, component=None):
    """Scores points of the plane that a model makes.

    Args:
        inputs: `Inputs` of a model of points.
        seed: int that fixes the samples.
        component: index of the one generator to score, instead of the mixture.

    Returns:
        A `Scored`.
    """
    if "mode_coverage" not in inputs.metrics:
        return Scored({})
    points = inputs.gan.sample(
        inputs.protocol.num, seed=seed, component=component
    )
    found = metrics.mode_coverage(
        points, *centers_and_sd(inputs.protocol.dataset)
    )
    return Scored(
        {"modes": float(found.modes), "high_quality": found.high_quality}
    )


def over_seeds(values):
    """Returns the mean and the spread of one score over seeds.

    Args:
        values: list of floats, one for each seed.

    Returns:
        A dict of `"mean"`, `"sd"` (`None` for a single seed) and `"values"`.
    """
    score = metrics.Score.from_parts(values)
    return {"mean": score.mean, "sd": score.sd, "values": list(values)}


def as_floats(images):
    """Returns images kept as bytes as floats in [-1, 1] again."""
    return rounded_to_8_bits(images / np.float32(127.5) - np.float32(1))


def _score_name(metric, extractor):
    if metric == "sliced_wasserstein":
        return metric
    return extractor.score_name(metric)


def _manifold_scores(chosen, real, fake, extractor):
    features = real.statistics.features, fake.features
    scores = {}
    if "precision_recall" in chosen:
        found = metrics.precision_recall(
            *features, requirements.PRECISION_NEIGHBORS
        )
        scores["precision"], scores["recall"] = found.precision, found.recall
    if "density_coverage" in chosen:
        found = metrics.density_coverage(
            *features, requirements.DENSITY_NEIGHBORS
        )
        scores["density"], scores["coverage"] = found.density, found.coverage
    return {f"{name}@{extractor.name}": x for name, x in scores.items()}
