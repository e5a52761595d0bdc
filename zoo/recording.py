"""The record of an evaluation in a preset: scores, protocol and card."""

import dataclasses
import os
import pathlib
from typing import Any

from mixgan_tf.zoo.cards import CARD
from mixgan_tf.zoo.cards import card

from mixgan_tf.metrics.features.extractor_folders import list_extractors
from mixgan_tf.metrics.required import required
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.pictures import image_grid
from mixgan_tf.pictures.component_grid import component_grid
from mixgan_tf.report.scoring import requirements
from mixgan_tf.report.scoring.inputs import Inputs
from mixgan_tf.report.scoring.prepare_inputs import prepare_inputs
from mixgan_tf.report.scoring.protocol import IMAGE_SCORES
from mixgan_tf.report.scoring.protocol import POINT_SCORES
from mixgan_tf.report.scoring.protocol import Protocol
from mixgan_tf.report.scoring.score_model import score_samples
from mixgan_tf.saving import preset_folders
from mixgan_tf.saving.preset_additions import add_to_preset

SAMPLES = "samples.png"
# The mixture's scores on so many samples of the first seed are recorded, too:
# `mixgan zoo verify --num=1000` computes them again in a fraction of the time.
CHECK_NUM = 1000
# Digits beyond these differ between machines.
_DIGITS = 6


def require_recordable(protocol: Protocol) -> None:
    """Raises unless others could repeat the scores of a protocol.

    Args:
        protocol: a `Protocol`.

    Raises:
        ValueError: if its extractor is not in the package.
    """
    name = protocol.extractor
    if name is not None and name not in list_extractors():
        raise ValueError(
            "Recorded scores need an extractor that everyone has: "
            f"{', '.join(list_extractors())}. Received: extractor={name!r}"
        )


def record(
    preset: str | os.PathLike[str], gan: MixGAN, result: dict[str, Any]
) -> pathlib.Path:
    """Writes an evaluation into a preset, with a card made of its metadata.

    metadata.json gets an entry `"scores"`; README.md is written, and
    samples.png if it is missing. The folder is replaced as a whole.

    Args:
        preset: name of a preset, or a preset folder.
        gan: the preset's `MixGAN`, which was evaluated.
        result: the `result` of its `Evaluation`.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: if nothing was scored, or the preset is damaged.
        OSError: if the folder cannot be written.
    """
    if not result["mixture"]["scores"]:
        raise ValueError(
            "Nothing to record: no scores were asked for. "
            f"Received: metrics={', '.join(result['protocol']['metrics'])}"
        )
    folder = preset_folders.find(preset)
    protocol = Protocol.from_record(result["protocol"])
    entry = scores_entry(result, _quick_check(gan, protocol))
    metadata = {**preset_folders.read_metadata(preset), "scores": entry}
    extra_files = {CARD: card(folder.name, metadata).encode()}
    if SAMPLES not in metadata["sha256"]:
        picture = component_grid(gan, columns=10, rows_per_component=3)
        extra_files[SAMPLES] = image_grid.png_bytes(picture, scale=2)
    return add_to_preset(preset, {"scores": entry}, extra_files)


def rewrite_card(preset: str | os.PathLike[str]) -> pathlib.Path:
    """Writes a preset's card again, from its metadata.

    Args:
        preset: name of a preset, or a preset folder.

    Returns:
        The card's path.

    Raises:
        ValueError: if the preset is damaged.
        OSError: if the folder cannot be written.
    """
    name = preset_folders.find(preset).name
    text = card(name, preset_folders.read_metadata(preset))
    return add_to_preset(preset, None, {CARD: text.encode()}) / CARD


def scores_entry(
    result: dict[str, Any], check: dict[str, Any] | None
) -> dict[str, Any]:
    """Returns the entry of an evaluation in a preset's metadata.

    Args:
        result: the `result` of an `Evaluation`.
        check: what `mixgan zoo verify --num` compares with.

    Returns:
        A dict for JSON; floats have six digits.
    """
    diagnostics = dict(result["diagnostics"])
    if "birthday" in diagnostics:
        diagnostics["birthday"] = {
            name: value
            for name, value in diagnostics["birthday"].items()
            if name != "nearest_distances"
        }
    protocol = result["protocol"]
    return {
        **_rounded(
            {
                "mixture": _without_values(result["mixture"]),
                "components": list(map(_without_values, result["components"])),
                "diagnostics": diagnostics,
            }
        ),
        "check": check,
        "protocol": protocol,
    }


def _quick_check(gan: MixGAN, protocol: Protocol) -> dict[str, Any] | None:
    """Returns the mixture's scores on few samples; `None` if too few."""
    num, seed = min(CHECK_NUM, protocol.num), protocol.seeds[0]
    named = required(protocol.metrics, "the protocol's metrics")
    scores = [m for m in named if m in IMAGE_SCORES + POINT_SCORES]
    inputs = prepare_inputs(gan, dataclasses.replace(protocol, metrics=scores))
    small = dataclasses.replace(protocol, num=num, seeds=(seed,))
    inputs = inputs._replace(protocol=small)
    enough = [m for m in scores if _are_enough(m, inputs)]
    if not enough:
        return None
    small = dataclasses.replace(small, metrics=enough)
    (found,) = score_samples(gan, small, components=False)
    values = {name: score["mean"] for name, score in found.items()}
    return {
        "num": num,
        "seed": seed,
        "metrics": enough,
        "values": _rounded(values),
    }


def _are_enough(metric: str, inputs: Inputs) -> bool:
    try:
        requirements.require_enough(metric, inputs)
    except ValueError:
        return False
    return True


def _without_values(part: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {"mean": score["mean"], "sd": score["sd"]}
        for name, score in part["scores"].items()
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    return value
