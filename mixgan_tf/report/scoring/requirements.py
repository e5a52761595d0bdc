"""The requirements of metrics: which models they suit, and how many samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mixgan_tf.games.empirical_game import require_matrix_game
from mixgan_tf.metrics.classifier_score import StreamingClassifierScore
from mixgan_tf.metrics.features.extractor_folders import INCEPTION
from mixgan_tf.metrics.features.streaming import KEPT_FEATURES
from mixgan_tf.metrics.frechet import require_more_samples
from mixgan_tf.metrics.image_scores import KERNEL_BLOCK_SIZE
from mixgan_tf.metrics.required import required
from mixgan_tf.report.scoring.inputs import Inputs
from mixgan_tf.report.scoring.protocol import STACKED_SETS
from mixgan_tf.report.scoring.real_data import splits_overlap

if TYPE_CHECKING:  # which imports this file
    from mixgan_tf.report.scoring.inputs import Inputs
    from mixgan_tf.report.scoring.protocol import Protocol

SPLITS = 10  # of the classifier score
PRECISION_NEIGHBORS = 3
DENSITY_NEIGHBORS = 5
PATCH_SIDE = 7  # of the sliced Wasserstein distance
# A batch of the birthday test, at most and at least.
BIRTHDAY_BATCH = 500
FEWEST_IN_BATCH = 10
# Batches of real images that calibrate a false alarm of one in twenty, and of
# samples that are tested.
REAL_BATCHES = 19
SAMPLE_BATCHES = 10


def why_inapplicable(metric: str, inputs: Inputs) -> str | None:
    """Returns why a metric does not apply to a model; `None` if it does.

    Args:
        metric: its name.
        inputs: `Inputs`.

    Returns:
        A string that completes "it is left out: ...", or `None`.
    """
    check = _CHECKS.get(metric)
    return None if check is None else check(inputs)


def birthday_batch_size(num_real: int, num_samples: int) -> int:
    """Returns the batch size of the birthday test.

    Args:
        num_real: how many held-out images there are.
        num_samples: how many samples.

    Returns:
        An int; below `FEWEST_IN_BATCH` if there are too few for a test.
    """
    return min(
        BIRTHDAY_BATCH,
        min(num_real, KEPT_FEATURES) // REAL_BATCHES,
        min(num_samples, KEPT_FEATURES) // SAMPLE_BATCHES,
    )


def require_enough(metric: str, inputs: Inputs) -> None:
    """Raises unless there are enough samples for a metric.

    Args:
        metric: its name.
        inputs: `Inputs`.

    Raises:
        ValueError: if there are too few, with the number that is needed.
    """
    num = inputs.protocol.num
    real = num if inputs.real is None else inputs.real.num
    if metric == "classifier_score":
        extractor = required(inputs.extractor, "an extractor")
        StreamingClassifierScore(num, extractor.num_classes, SPLITS)
    elif metric == "frechet":
        extractor = required(inputs.extractor, "an extractor")
        require_more_samples(extractor.feature_dim, real, num)
    else:
        needed = _fewest_samples(metric, real, num)
        if min(real, num) < needed:
            raise ValueError(
                f"The metric {metric!r} needs {needed} real images and samples "
                "or more: raise --num, take a larger split, or leave it out. "
                f"Received: {real} real images and {num} samples"
            )


def _fewest_samples(metric: str, real: int, num: int) -> int:
    if metric == "kernel":
        most = min(max(real, num), KEPT_FEATURES)
        return 2 * -(-most // KERNEL_BLOCK_SIZE)
    if metric == "birthday":
        too_few_real = real < REAL_BATCHES * FEWEST_IN_BATCH
        batches = REAL_BATCHES if too_few_real else SAMPLE_BATCHES
        return batches * FEWEST_IN_BATCH
    return {
        "precision_recall": PRECISION_NEIGHBORS + 1,
        "density_coverage": DENSITY_NEIGHBORS + 1,
        "components": 4,
        "game": 2,
    }.get(metric, 1)


def _classifier_score(inputs: Inputs) -> str | None:
    if inputs.protocol.dataset in STACKED_SETS:
        return "it says little about 1000 classes; see the modes"
    return None


def _classes(inputs: Inputs) -> str | None:
    if required(inputs.extractor, "an extractor").name == INCEPTION:
        return "Inception's classes are not those of the data"
    return None


def _sliced_wasserstein(inputs: Inputs) -> str | None:
    if min(inputs.gan.sample_shape[:2]) < PATCH_SIDE:
        return f"its patches have a side of {PATCH_SIDE} pixels"
    return None


def _components(inputs: Inputs) -> str | None:
    if inputs.gan.num_generators == 1:
        return "the model has one generator"
    return None


def _memorization(inputs: Inputs) -> str | None:
    protocol = inputs.protocol
    if protocol.dataset in STACKED_SETS:
        return "stacked digits are drawn anew in every step of training"
    if protocol.training_split is None:
        return "the split that the model was trained on is not known"
    if _was_trained_on(protocol):
        return (
            f"the split {protocol.split!r} was trained on, in part or whole; "
            "copies are recognised by comparing with images that were not"
        )
    return None


def _birthday(inputs: Inputs) -> str | None:
    if _was_trained_on(inputs.protocol):
        return "its threshold must be calibrated on images not trained on"
    return None


def _was_trained_on(protocol: Protocol) -> bool:
    return protocol.training_split is not None and splits_overlap(
        protocol.dataset,
        required(protocol.split, "a split"),
        protocol.training_split,
    )


def _game(inputs: Inputs) -> str | None:
    gan = inputs.gan
    if gan.num_generators * gan.num_discriminators == 1:
        return "with one network a side there are no weights to play"
    try:
        require_matrix_game(gan, "game")
    except ValueError as error:
        return str(error)
    return None


_CHECKS: dict[str, Callable[[Inputs], str | None]] = {
    "classifier_score": _classifier_score,
    "classes": _classes,
    "sliced_wasserstein": _sliced_wasserstein,
    "components": _components,
    "memorization": _memorization,
    "birthday": _birthday,
    "game": _game,
}
