"""The verification of a preset: files, card and scores against its metadata."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from mixgan_tf.zoo.cards import CARD
from mixgan_tf.zoo.cards import card

from mixgan_tf.metrics import get_extractor
from mixgan_tf.metrics.required import required
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.report.formatting import short_protocol
from mixgan_tf.report.scoring.protocol import Protocol
from mixgan_tf.report.scoring.real_data import is_available_offline
from mixgan_tf.report.scoring.score_model import score_samples
from mixgan_tf.saving import preset_folders

# On the machine that recorded them, scores are equal to the six digits that are
# kept; without oneDNN, or with other instructions, they were within 3e-6. They
# may differ by this share of the score or of its spread over seeds, whichever
# is larger, ...
SCORE_TOLERANCE = 1e-3
SPREAD_TOLERANCE = 0.1
# ... or, where samples are counted, by the effect of so many of them: rounding
# can move one over a threshold.
COUNTED_SAMPLES = 2
COUNTED_SCORES = (
    "precision",
    "recall",
    "density",
    "coverage",
    "class_kl",
    "high_quality",
)


class ScoreComparison(NamedTuple):
    """A score that was computed again, beside the recorded one."""

    name: str
    recorded: float
    found: float
    tolerance: float

    @property
    def within_tolerance(self) -> bool:
        """Whether both are equal but for rounding."""
        return abs(self.found - self.recorded) <= self.tolerance

    def __str__(self) -> str:
        """Returns the score and both values."""
        return (
            f"{self.name} is {self.found:.6g}, recorded {self.recorded:.6g} "
            f"(may differ by {self.tolerance:.2g})"
        )


def verify(preset: str | os.PathLike[str], num: int | None = None) -> list[str]:
    """Checks a preset: every file's hash, its card, and its scores.

    Args:
        preset: name of a preset, or a preset folder.
        num: how many samples to score: by default as many as the scores were
            recorded with, or the smaller number of the quick check, which is
            of the mixture and one seed alone.

    Returns:
        A list of lines that say what was found, or skipped and why.

    Raises:
        ValueError: if a file is damaged, the card is not its metadata's, or a
            score has drifted.
    """
    name = preset_folders.find(preset).name
    metadata = preset_folders.read_metadata(preset)
    lines = [f"{name}: {len(metadata['sha256'])} files are intact."]
    lines += _check_card(preset, metadata)
    entry = metadata.get("scores")
    if entry is None:
        return [*lines, f"{name}: no scores are recorded."]
    data = entry["protocol"]["data"]["name"]
    if not is_available_offline(data):
        return [
            *lines,
            f"{name}: not scored again: the data set {data!r} is not at hand. "
            "Let TFDS_DATA_DIR name a folder that has it.",
        ]
    protocol = Protocol.from_record(entry["protocol"])
    _check_extractor(name, entry["protocol"]["extractor"], protocol)
    compared = _score_again(preset, entry, protocol, num)
    drifted = [score for score in compared if not score.within_tolerance]
    if drifted:
        recorded = entry["protocol"]["versions"]
        raise ValueError(
            f"{len(drifted)} of {len(compared)} scores of the preset {name!r} "
            f"have drifted: {'; '.join(map(str, drifted[:3]))}. They were "
            f"recorded with {_versions(recorded)}."
        )
    worst = max(compared, key=lambda d: abs(d.found - d.recorded) / d.tolerance)
    used = abs(worst.found - worst.recorded) / worst.tolerance
    return [
        *lines,
        f"{name}: {len(compared)} scores are as recorded; the largest "
        f"deviation is {used:.1%} of what is allowed ({worst.name}).",
    ]


def compare_scores(
    recorded: Mapping[str, float],
    found: Mapping[str, float],
    num: int,
    spreads: Mapping[str, float | None] | None = None,
    whose: str = "",
) -> list[ScoreComparison]:
    """Compares scores with recorded ones.

    Args:
        recorded: dict from name to float.
        found: dict from name to float.
        num: how many samples they are of.
        spreads: dict from name to the standard deviation over seeds, or
            `None` where there is none.
        whose: what to append to their names.

    Returns:
        A list of `ScoreComparison`, one for each recorded score.

    Raises:
        ValueError: if a recorded score was not found.
    """
    spreads = spreads or {}
    missing = [name for name in recorded if name not in found]
    if missing:
        raise ValueError(
            f"Recorded scores were not found again: {', '.join(missing)}"
        )
    return [
        ScoreComparison(
            f"{name}{whose}",
            value,
            found[name],
            tolerance(name, value, num, spreads.get(name)),
        )
        for name, value in recorded.items()
    ]


def tolerance(
    name: str, value: float, num: int, spread: float | None = None
) -> float:
    """Returns how far a score may be from the recorded one.

    Args:
        name: its name.
        value: the recorded score.
        num: how many samples it is of.
        spread: its standard deviation over seeds, or `None`.

    Returns:
        A positive float.
    """
    counted = name.partition("@")[0] in COUNTED_SCORES
    return max(
        SCORE_TOLERANCE * abs(value),
        SPREAD_TOLERANCE * (spread or 0),
        COUNTED_SAMPLES / num if counted else 1e-9,
    )


def _check_card(
    preset: str | os.PathLike[str], metadata: dict[str, Any]
) -> list[str]:
    if CARD not in metadata["sha256"]:
        return []
    folder = preset_folders.find(preset)
    written = (folder / CARD).read_text(encoding="utf-8")
    if written != card(folder.name, metadata):
        raise ValueError(
            f"The card {folder / CARD} is not the one that its metadata.json "
            f"makes. Write it again: mixgan zoo card {preset}"
        )
    return [f"{folder.name}: the card is what the metadata makes."]


def _check_extractor(
    name: str, recorded: dict[str, Any] | None, protocol: Protocol
) -> None:
    if recorded is None:
        return
    extractor = get_extractor(required(protocol.extractor, "an extractor"))
    if extractor.sha256 != recorded["sha256"]:
        raise ValueError(
            f"The scores of the preset {name!r} were recorded with another "
            f"extractor {protocol.extractor!r}: score it again. Expected "
            f"SHA-256 {recorded['sha256']}. Received: {extractor.sha256}"
        )


def _score_again(
    preset: str | os.PathLike[str],
    entry: dict[str, Any],
    protocol: Protocol,
    num: int | None,
) -> list[ScoreComparison]:
    gan = MixGAN.from_preset(preset, load_discriminators=False)
    spreads = {n: score["sd"] for n, score in entry["mixture"].items()}
    check = entry.get("check")
    if num is not None and num != protocol.num:
        if check is None or num != check["num"]:
            known = [protocol.num, *([check["num"]] if check else [])]
            raise ValueError(
                "Scores of different numbers of samples do not compare: "
                f"recorded are those of {' and '.join(map(str, known))} "
                f"({short_protocol(entry['protocol'])}). Received: num={num}"
            )
        small = dataclasses.replace(
            protocol,
            num=check["num"],
            seeds=(check["seed"],),
            metrics=check["metrics"],
        )
        (found,) = score_samples(gan, small, components=False)
        return compare_scores(
            check["values"], _means(found), small.num, spreads
        )
    compared: list[ScoreComparison] = []
    parts = [entry["mixture"], *entry["components"]]
    for index, (part, found) in enumerate(
        zip(parts, score_samples(gan, protocol), strict=True)
    ):
        compared += compare_scores(
            _means(part),
            _means(found),
            protocol.num,
            {n: score["sd"] for n, score in part.items()},
            f" of generator {index - 1}" if index else "",
        )
    return compared


def _means(scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {name: score["mean"] for name, score in scores.items()}


def _versions(recorded: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in recorded.items())
