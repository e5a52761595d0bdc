"""What an evaluation works with, checked before anything takes long."""

from typing import NamedTuple

from mixgan_tf import metrics
from mixgan_tf.metrics.features.extractor_folders import INCEPTION
from mixgan_tf.metrics.features.extractor_folders import list_extractors
from mixgan_tf.report.scoring import requirements
from mixgan_tf.report.scoring.protocol import STACKED_SETS
from mixgan_tf.report.scoring.protocol import metrics_of
from mixgan_tf.report.scoring.real_data import MOST_TRAINING_IMAGES
from mixgan_tf.report.scoring.real_data import image_source
from mixgan_tf.report.scoring.stacked_extractor import StackedExtractor

# Metrics that look at no features.
_WITHOUT_EXTRACTOR = ("sliced_wasserstein", "game")


class Inputs(NamedTuple):
    """A model's protocol with what it names at hand."""

    gan: object
    protocol: object
    metrics: tuple  # names of those that are computed
    skipped: dict  # name -> why one that could be is not
    real: object = None  # source of real images; None for points
    train: object = None  # source of training images, if they are sought
    extractor: object = None  # None if no metric needs one

    @property
    def image_size(self):
        """Side to which real images are resized; `None` for points."""
        return None if self.real is None else self.gan.sample_shape[0]


def prepare(gan, protocol):
    """Finds what a protocol names, and which metrics apply to a model.

    Args:
        gan: a `MixGAN`.
        protocol: a `Protocol`.

    Returns:
        `Inputs`.

    Raises:
        ValueError: if data or extractor are not at hand or do not suit the
            model, a metric that was asked for does not apply, or samples are
            too few.
    """
    _check_shape(gan, protocol)
    wanted = protocol.metrics or metrics_of(protocol.dataset)
    inputs = Inputs(gan, protocol, wanted, {})
    if not protocol.of_points:
        size = gan.sample_shape[0]
        inputs = inputs._replace(
            real=image_source(protocol.dataset, protocol.split, size)
        )
        if any(metric not in _WITHOUT_EXTRACTOR for metric in wanted):
            inputs = inputs._replace(extractor=_extractor(protocol))
        _check_images(inputs)
    for metric in wanted:
        reason = requirements.inapplicable(metric, inputs)
        if reason is None:
            continue
        if protocol.metrics is not None:
            raise ValueError(f"The metric {metric!r} does not apply: {reason}")
        inputs.skipped[metric] = reason
    chosen = tuple(m for m in wanted if m not in inputs.skipped)
    inputs = inputs._replace(metrics=chosen)
    for metric in chosen:
        requirements.require_enough(metric, inputs)
    if "memorization" in chosen:
        train = image_source(
            protocol.dataset,
            protocol.training_split,
            gan.sample_shape[0],
            most=MOST_TRAINING_IMAGES,
        )
        inputs = inputs._replace(train=train)
    return inputs


def _check_shape(gan, protocol):
    if protocol.of_points == (gan.sample_shape == (2,)):
        return
    kind = "points of the plane" if protocol.of_points else "images"
    raise ValueError(
        f"The data set {protocol.dataset!r} holds {kind}, and the model's "
        f"samples have shape {tuple(gan.sample_shape)}: name the data set it "
        f"was trained on. Received: dataset={protocol.dataset!r}"
    )


def _extractor(protocol):
    stacked = protocol.dataset in STACKED_SETS
    name = protocol.extractor
    if name is None:
        name = STACKED_SETS.get(protocol.dataset, protocol.dataset)
        if name not in list_extractors():
            raise ValueError(
                f"There is no extractor for the data set {protocol.dataset!r}. "
                "Name one that its images suit: "
                f"{', '.join(list_extractors())}, or a folder that "
                "`mg.metrics.save_extractor` wrote."
            )
    extractor = metrics.get_extractor(name)
    if stacked and name != INCEPTION:
        return StackedExtractor(extractor, name)
    return extractor


def _check_images(inputs):
    shape = tuple(inputs.gan.sample_shape)
    real = next(iter(inputs.real.batches()))
    if real.shape[1:] != shape:
        raise ValueError(
            f"The model's samples have shape {shape}, and the images of "
            f"{inputs.protocol.dataset!r} {real.shape[1:]}: name the data set "
            f"it was trained on. Received: dataset={inputs.protocol.dataset!r}"
        )
    if inputs.extractor is not None:
        inputs.extractor(real[:1])  # raises if it takes another shape
