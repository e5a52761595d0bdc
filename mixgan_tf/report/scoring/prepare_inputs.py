"""Loads what a protocol names, and checks it before anything takes long."""

from mixgan_tf import metrics
from mixgan_tf.metrics.features.extractor import Extractor
from mixgan_tf.metrics.features.extractor_folders import INCEPTION
from mixgan_tf.metrics.features.extractor_folders import list_extractors
from mixgan_tf.metrics.required import required
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.report.scoring import requirements
from mixgan_tf.report.scoring.inputs import Inputs
from mixgan_tf.report.scoring.protocol import STACKED_SETS
from mixgan_tf.report.scoring.protocol import Protocol
from mixgan_tf.report.scoring.protocol import metrics_for
from mixgan_tf.report.scoring.real_data import MOST_TRAINING_IMAGES
from mixgan_tf.report.scoring.real_data import image_source
from mixgan_tf.report.scoring.stacked_extractor import StackedExtractor

# Metrics that look at no features.
_WITHOUT_EXTRACTOR = ("sliced_wasserstein", "game")


def prepare_inputs(gan: MixGAN, protocol: Protocol) -> Inputs:
    """Loads what a protocol names, and finds which metrics apply to a model.

    Args:
        gan: a `MixGAN`.
        protocol: a `Protocol`.

    Returns:
        `Inputs`.

    Raises:
        ValueError: if data or extractor are unavailable or do not suit the
            model, a metric that was asked for does not apply, or samples are
            too few.
    """
    _check_shape(gan, protocol)
    wanted = protocol.metrics or metrics_for(protocol.dataset)
    inputs = Inputs(gan, protocol, wanted, {})
    if not protocol.of_points:
        size = gan.sample_shape[0]
        split = required(protocol.split, "a split")
        inputs = inputs._replace(
            real=image_source(protocol.dataset, split, size)
        )
        if any(metric not in _WITHOUT_EXTRACTOR for metric in wanted):
            inputs = inputs._replace(extractor=_extractor(protocol))
        _check_images(inputs)
    for metric in wanted:
        reason = requirements.why_inapplicable(metric, inputs)
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
            required(protocol.training_split, "a training split"),
            gan.sample_shape[0],
            most=MOST_TRAINING_IMAGES,
        )
        inputs = inputs._replace(train=train)
    return inputs


def _check_shape(gan: MixGAN, protocol: Protocol) -> None:
    if protocol.of_points == (gan.sample_shape == (2,)):
        return
    kind = "points of the plane" if protocol.of_points else "images"
    raise ValueError(
        f"The data set {protocol.dataset!r} holds {kind}, and the model's "
        f"samples have shape {tuple(gan.sample_shape)}: name the data set it "
        f"was trained on. Received: dataset={protocol.dataset!r}"
    )


def _extractor(protocol: Protocol) -> Extractor:
    stacked = protocol.dataset in STACKED_SETS
    name = protocol.extractor
    if name is None:
        name = STACKED_SETS.get(protocol.dataset, protocol.dataset)
        if name not in list_extractors():
            raise ValueError(
                f"There is no extractor for the data set {protocol.dataset!r}. "
                "Name one that its images suit: "
                f"{', '.join(list_extractors())}, or a folder that "
                "`mg.metrics.save_extractor` wrote. Received: extractor=None"
            )
    extractor = metrics.get_extractor(name)
    if stacked and name != INCEPTION:
        return StackedExtractor(extractor, name)
    return extractor


def _check_images(inputs: Inputs) -> None:
    shape = tuple(inputs.gan.sample_shape)
    real = next(iter(required(inputs.real, "real images").batches()))
    if real.shape[1:] != shape:
        raise ValueError(
            f"The model's samples have shape {shape}, and the images of "
            f"{inputs.protocol.dataset!r} {real.shape[1:]}: name the data set "
            f"it was trained on. Received: dataset={inputs.protocol.dataset!r}"
        )
    if inputs.extractor is not None:
        inputs.extractor(real[:1])  # raises if it takes another shape
