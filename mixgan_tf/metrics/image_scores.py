"""Scores of samples against real images, with the protocol that made them."""

import importlib.metadata
import os
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import cast

from mixgan_tf.metrics.features.extractor import Extractor
from mixgan_tf.metrics.features.extractor_folders import get_extractor
from mixgan_tf.metrics.features.reference import reference_statistics
from mixgan_tf.metrics.features.sources import GanSamples
from mixgan_tf.metrics.features.sources import ImageSource
from mixgan_tf.metrics.features.streaming import KEPT_FEATURES
from mixgan_tf.metrics.features.streaming import Statistics
from mixgan_tf.metrics.features.streaming import collect_statistics
from mixgan_tf.metrics.features.streaming import first_images
from mixgan_tf.metrics.frechet import frechet_distance
from mixgan_tf.metrics.frechet import require_more_samples
from mixgan_tf.metrics.kernel_distance import kernel_distance
from mixgan_tf.metrics.required import required
from mixgan_tf.metrics.score_with_spread import Score
from mixgan_tf.metrics.sliced_wasserstein import sliced_wasserstein
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.version import __version__

KERNEL_BLOCK_SIZE = 1000
# The sliced Wasserstein distance holds its images, and patches of them.
SLICED_IMAGES = 2000
SLICED_SEED = 0


def compute_scores(
    samples: ImageSource | MixtureModel,
    real: ImageSource,
    extractor: str | os.PathLike[str] | Extractor | None,
    metrics: str | Sequence[str] = ("classifier_score", "frechet", "kernel"),
    splits: int = 10,
) -> dict[str, Any]:
    """Scores samples against real images.

    Two scores are comparable if their protocols agree, but for the samples.
    The same protocol gives the same numbers.

    Args:
        samples: a `GanSamples`, or another source: an `ImageSplit`, for what
            real images score, or an `ImageArray`. A `MixGAN` stands for
            `GanSamples(gan)`.
        real: an `ImageSplit`, whose statistics are cached, or another source.
        extractor: what `get_extractor` takes: a name, a folder, or an
            `Extractor`. `None` if only `"sliced_wasserstein"` is asked for.
        metrics: names of scores: `"classifier_score"` (of the samples alone),
            `"frechet"`, `"kernel"`, `"sliced_wasserstein"`.
        splits: of the classifier score.

    Returns:
        A dict for JSON. `"scores"` maps the name of each score, such as
        `"frechet@mnist"`, to a dict of its `"value"` and, where it was
        computed on several parts of the samples, `"sd"` over the `"parts"`.
        `"protocol"` says what the numbers depend on: both sources with data
        set, version, split, counts and seeds, the extractor with its hash and
        resizer, the settings of the metrics, and the versions of packages.

    Raises:
        ValueError: if a metric or extractor is unknown, the images do not suit
            the extractor, or they are too few for a metric.

    Example:
    ```python
    gan = mg.MixGAN.from_preset("mix_dcgan_mnist")
    result = mg.metrics.compute_scores(
        mg.metrics.GanSamples(gan, num=10_000, seed=0),
        real=mg.metrics.ImageSplit("mnist", "test"),
        extractor="mnist",
    )
    result["scores"]["frechet@mnist"]["value"]
    ```
    """
    names = _checked_metrics(metrics)
    if hasattr(samples, "sample"):
        source: ImageSource = GanSamples(cast(MixtureModel, samples))
    else:
        source = cast(ImageSource, samples)
    judge: Extractor | None = None
    if extractor is not None or any(m not in _PIXEL_METRICS for m in names):
        judge = get_extractor(extractor)  # which says what it may be
    # What takes long comes last: bad input is refused at once.
    if "frechet" in names:
        dimensions = required(judge, "an extractor").feature_dim
        require_more_samples(dimensions, real.num, source.num)
    statistics = _statistics(source, real, judge, names, splits)
    return {
        "scores": {
            score_name(metric, judge): METRICS[metric](*statistics)
            for metric in names
        },
        "protocol": {
            "samples": source.describe(),
            "real": real.describe(),
            "pixels": "rounded to 8 bits",
            "extractor": judge and judge.describe(),
            "settings": _settings(names, splits),
            "versions": _versions(),
        },
    }


def score_name(metric: str, extractor: Extractor | None) -> str:
    """Returns the name of a metric's score.

    Args:
        metric: a key of `METRICS`.
        extractor: the extractor it was computed with, if it needs one.

    Returns:
        A string such as `"frechet@mnist"`.
    """
    if metric in _PIXEL_METRICS:
        return metric
    return required(extractor, "an extractor").score_name(metric)


def _classifier_score(real: Statistics, fake: Statistics) -> dict[str, Any]:
    score = required(fake.classifier_score, "a classifier score")
    return _score_entry(score)


def _frechet(real: Statistics, fake: Statistics) -> dict[str, Any]:
    return {"value": frechet_distance(real.moments, fake.moments)}


def _kernel(real: Statistics, fake: Statistics) -> dict[str, Any]:
    return _score_entry(
        kernel_distance(real.features, fake.features, KERNEL_BLOCK_SIZE)
    )


def _sliced_wasserstein(real: Statistics, fake: Statistics) -> dict[str, Any]:
    levels = sliced_wasserstein(
        required(real.images, "real images"),
        required(fake.images, "images of samples"),
        seed=SLICED_SEED,
    )
    return {
        "value": sum(levels.values()) / len(levels),
        "levels": {str(side): value for side, value in levels.items()},
    }


# Functions of two `Statistics`, of the real images and of the samples.
METRICS: dict[str, Callable[[Statistics, Statistics], dict[str, Any]]] = {
    "classifier_score": _classifier_score,
    "frechet": _frechet,
    "kernel": _kernel,
    "sliced_wasserstein": _sliced_wasserstein,
}
_PIXEL_METRICS = ("sliced_wasserstein",)


def _checked_metrics(metrics: str | Sequence[str]) -> tuple[str, ...]:
    names = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    unknown = [name for name in names if name not in METRICS]
    if unknown or not names:
        raise ValueError(
            f"Argument `metrics` must name some of {', '.join(METRICS)}. "
            f"Received: metrics={metrics!r}"
        )
    return names


def _statistics(
    samples: ImageSource,
    real: ImageSource,
    extractor: Extractor | None,
    metrics: Sequence[str],
    splits: int,
) -> tuple[Statistics, Statistics]:
    """Returns the statistics of the real images and of the samples."""
    num = 0
    if "sliced_wasserstein" in metrics:
        num = min(SLICED_IMAGES, samples.num, real.num)
    if extractor is None:
        return (
            Statistics.without_features(first_images(real, num)),
            Statistics.without_features(first_images(samples, num)),
        )
    real_statistics = reference_statistics(real, extractor)
    fake_statistics = collect_statistics(
        samples,
        extractor,
        keep_images=num,
        splits=splits if "classifier_score" in metrics else None,
    )
    if num:
        images = first_images(real, num)
        real_statistics = real_statistics._replace(images=images)
    return real_statistics, fake_statistics


def _settings(metrics: Sequence[str], splits: int) -> dict[str, dict[str, int]]:
    every = {
        "classifier_score": {"splits": splits},
        "frechet": {},
        "kernel": {
            "most_samples": KEPT_FEATURES,
            "block_size": KERNEL_BLOCK_SIZE,
        },
        "sliced_wasserstein": {
            "most_images": SLICED_IMAGES,
            "seed": SLICED_SEED,
        },
    }
    return {metric: every[metric] for metric in metrics}


def _score_entry(score: Score) -> dict[str, Any]:
    return {"value": score.mean, "sd": score.sd, "parts": score.parts}


def _versions() -> dict[str, str]:
    packages = ("tensorflow", "keras", "numpy", "tensorflow-gan")
    return {
        "mixgan_tf": __version__,
        **{name: importlib.metadata.version(name) for name in packages},
    }
