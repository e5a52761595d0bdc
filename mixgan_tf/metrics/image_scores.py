"""Scores of samples against real images, with the protocol that made them."""

import importlib.metadata

from mixgan_tf.metrics.features.extractor_folders import get_extractor
from mixgan_tf.metrics.features.reference import reference_statistics
from mixgan_tf.metrics.features.sources import GanSamples
from mixgan_tf.metrics.features.streaming import KEPT_FEATURES
from mixgan_tf.metrics.features.streaming import Statistics
from mixgan_tf.metrics.features.streaming import collect_statistics
from mixgan_tf.metrics.features.streaming import first_images
from mixgan_tf.metrics.frechet import frechet_distance
from mixgan_tf.metrics.frechet import require_more_samples
from mixgan_tf.metrics.kernel_distance import kernel_distance
from mixgan_tf.metrics.sliced_wasserstein import sliced_wasserstein
from mixgan_tf.version import __version__

KERNEL_BLOCK_SIZE = 1000
# The sliced Wasserstein distance holds its images, and patches of them.
SLICED_IMAGES = 2000
SLICED_SEED = 0


def compute_scores(
    samples,
    real,
    extractor,
    metrics=("classifier_score", "frechet", "kernel"),
    splits=10,
):
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
    metrics = _checked_metrics(metrics)
    if hasattr(samples, "sample"):
        samples = GanSamples(samples)
    if extractor is not None or any(m not in _OF_PIXELS for m in metrics):
        extractor = get_extractor(extractor)
    # What takes long comes last: bad input is refused at once.
    if "frechet" in metrics:
        require_more_samples(extractor.feature_dim, real.num, samples.num)
    of_real, of_samples = _statistics(samples, real, extractor, metrics, splits)
    return {
        "scores": {
            metric
            if metric in _OF_PIXELS
            else extractor.score_name(metric): METRICS[metric](
                of_real, of_samples
            )
            for metric in metrics
        },
        "protocol": {
            "samples": samples.describe(),
            "real": real.describe(),
            "pixels": "rounded to 8 bits",
            "extractor": extractor and extractor.describe(),
            "settings": _settings(metrics, splits),
            "versions": _versions(),
        },
    }


def _classifier_score(real, fake):
    return _of_parts(fake.classifier_score)


def _frechet(real, fake):
    return {"value": frechet_distance(real.moments, fake.moments)}


def _kernel(real, fake):
    return _of_parts(
        kernel_distance(real.features, fake.features, KERNEL_BLOCK_SIZE)
    )


def _sliced_wasserstein(real, fake):
    levels = sliced_wasserstein(real.images, fake.images, seed=SLICED_SEED)
    return {
        "value": sum(levels.values()) / len(levels),
        "levels": {str(side): value for side, value in levels.items()},
    }


# Functions of two `Statistics`, of the real images and of the samples.
METRICS = {
    "classifier_score": _classifier_score,
    "frechet": _frechet,
    "kernel": _kernel,
    "sliced_wasserstein": _sliced_wasserstein,
}
_OF_PIXELS = ("sliced_wasserstein",)


def _checked_metrics(metrics):
    names = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    unknown = [name for name in names if name not in METRICS]
    if unknown or not names:
        raise ValueError(
            f"Argument `metrics` must name some of {', '.join(METRICS)}. "
            f"Received: metrics={metrics!r}"
        )
    return names


def _statistics(samples, real, extractor, metrics, splits):
    num = 0
    if "sliced_wasserstein" in metrics:
        num = min(SLICED_IMAGES, samples.num, real.num)
    if extractor is None:
        return [
            Statistics(None, None, first_images(source, num))
            for source in (real, samples)
        ]
    of_real = reference_statistics(real, extractor)
    of_samples = collect_statistics(
        samples,
        extractor,
        keep_images=num,
        splits=splits if "classifier_score" in metrics else None,
    )
    if num:
        of_real = of_real._replace(images=first_images(real, num))
    return of_real, of_samples


def _settings(metrics, splits):
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


def _of_parts(score):
    return {"value": score.mean, "sd": score.sd, "parts": score.parts}


def _versions():
    packages = ("tensorflow", "keras", "numpy", "tensorflow-gan")
    return {
        "mixgan_tf": __version__,
        **{name: importlib.metadata.version(name) for name in packages},
    }
