"""The description of an evaluation: all that its numbers depend on."""

from typing import Any

from mixgan_tf.metrics import image_scores
from mixgan_tf.metrics.features.sources import arrays_sha256
from mixgan_tf.report.scoring import diagnostics
from mixgan_tf.report.scoring import requirements
from mixgan_tf.report.scoring.inputs import Inputs
from mixgan_tf.report.scoring.protocol import versions
from mixgan_tf.report.scoring.real_data import HELD_OUT_SEED


def describe_evaluation(
    inputs: Inputs, name: str, commit: str | None = None
) -> dict[str, Any]:
    """Returns what the numbers of an evaluation depend on, for JSON.

    Args:
        inputs: `Inputs`.
        name: what the model is called.
        commit: see `evaluate`.

    Returns:
        A dict from which `Protocol.from_record` makes the protocol again.
    """
    protocol, gan = inputs.protocol, inputs.gan
    data: dict[str, object] = {"kind": "points", "name": protocol.dataset}
    if inputs.real is not None:
        data = inputs.real.describe()
    conditional = gan.num_classes is not None
    return {
        "data": data,
        "training_split": protocol.training_split,
        "samples": {
            "num": protocol.num,
            "seeds": list(protocol.seeds),
            "labels": "uniformly random" if conditional else None,
            "generators_sha256": arrays_sha256(
                gan.averaged_mixture("generator").get_weights()
            ),
        },
        "pixels": None if protocol.of_points else "rounded to 8 bits",
        "extractor": inputs.extractor and inputs.extractor.describe(),
        "metrics": list(inputs.metrics),
        "settings": {m: _SETTINGS.get(m, {}) for m in inputs.metrics},
        "versions": versions(),
        "commit": commit,
        "command": protocol.command(name),
    }


_SETTINGS: dict[str, dict[str, object]] = {
    "classifier_score": {"splits": requirements.SPLITS},
    "kernel": {
        "most_samples": image_scores.KEPT_FEATURES,
        "block_size": image_scores.KERNEL_BLOCK_SIZE,
    },
    "sliced_wasserstein": {
        "most_images": image_scores.SLICED_IMAGES,
        "seed": image_scores.SLICED_SEED,
    },
    "precision_recall": {
        "k": requirements.PRECISION_NEIGHBORS,
        "most_samples": image_scores.KEPT_FEATURES,
    },
    "density_coverage": {
        "k": requirements.DENSITY_NEIGHBORS,
        "most_samples": image_scores.KEPT_FEATURES,
    },
    "mode_coverage": {"radius": 3.0, "share": 0.2},
    "components": {
        "distance": "energy distance of features",
        "most_samples": diagnostics.COMPONENT_SAMPLES,
        "seed": diagnostics.COMPONENT_SEED,
    },
    "birthday": {
        "most_in_batch": requirements.BIRTHDAY_BATCH,
        "false_alarm": diagnostics.FALSE_ALARM,
        "seed": diagnostics.BIRTHDAY_SEED,
    },
    "game": {
        "most_samples": diagnostics.GAME_SAMPLES,
        "seed": diagnostics.GAME_SEED,
        "seed_of_drawn_data": HELD_OUT_SEED,
    },
}
