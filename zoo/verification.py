"""Whether a preset is what its metadata says: files, card and scores."""

import dataclasses
from typing import NamedTuple

from mixgan_tf.zoo.cards import CARD
from mixgan_tf.zoo.cards import card

from mixgan_tf.metrics import get_extractor
from mixgan_tf.report.formatting import short_protocol
from mixgan_tf.report.scoring.protocol import Protocol
from mixgan_tf.report.scoring.real_data import is_at_hand
from mixgan_tf.report.scoring.score_model import scores_again
from mixgan_tf.saving import preset_folders
from mixgan_tf.saving import presets

# On the machine that recorded them scores are equal, to the six digits that
# are kept; without oneDNN, or with other instructions, they were within 3e-6 of
# themselves. They may differ by this share of the score or of its spread over
# seeds, whichever is larger, ...
OF_THE_SCORE = 1e-3
OF_THE_SPREAD = 0.1
# ... or, where samples are counted, by what so many of them change: rounding
# can move one over a threshold.
SAMPLES = 2
COUNTED = (
    "precision",
    "recall",
    "density",
    "coverage",
    "class_kl",
    "high_quality",
)


class Drift(NamedTuple):
    """A score that was taken again."""

    name: str
    recorded: float
    found: float
    tolerance: float

    @property
    def within(self):
        """Whether it is what was recorded, but for rounding."""
        return abs(self.found - self.recorded) <= self.tolerance

    def __str__(self):
        """Returns the score and both values."""
        return (
            f"{self.name} is {self.found:.6g}, recorded {self.recorded:.6g} "
            f"(may differ by {self.tolerance:.2g})"
        )


def verify(preset, num=None):
    """Checks a preset: every file's hash, its card, and its scores.

    Args:
        preset: name of a preset, or a preset folder.
        num: how many samples to score: what the scores were recorded with, by
            default, or the smaller number of their check, which is of the
            mixture and one seed alone.

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
    if not is_at_hand(data):
        return [
            *lines,
            f"{name}: not scored again: the data set {data!r} is not at hand. "
            "Let TFDS_DATA_DIR name a folder that has it.",
        ]
    protocol = Protocol.from_record(entry["protocol"])
    _check_extractor(name, entry["protocol"]["extractor"], protocol)
    compared = _score_again(preset, entry, protocol, num)
    drifted = [drift for drift in compared if not drift.within]
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


def compare(recorded, found, num, spreads=None, whose=""):
    """Compares scores with recorded ones.

    Args:
        recorded: dict from name to float.
        found: dict from name to float.
        num: how many samples they are of.
        spreads: dict from name to the standard deviation over seeds, or
            `None` where there is none.
        whose: what to call them.

    Returns:
        A list of `Drift`, one for each recorded score.

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
        Drift(
            f"{name}{whose}",
            value,
            found[name],
            tolerance(name, value, num, spreads.get(name)),
        )
        for name, value in recorded.items()
    ]


def tolerance(name, value, num, spread=None):
    """Returns how far a score may be from the recorded one.

    Args:
        name: its name.
        value: the recorded score.
        num: how many samples it is of.
        spread: its standard deviation over seeds, or `None`.

    Returns:
        A positive float.
    """
    counted = name.partition("@")[0] in COUNTED
    return max(
        OF_THE_SCORE * abs(value),
        OF_THE_SPREAD * (spread or 0),
        SAMPLES / num if counted else 1e-9,
    )


def _check_card(preset, metadata):
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


def _check_extractor(name, recorded, protocol):
    if recorded is None:
        return
    extractor = get_extractor(protocol.extractor)
    if extractor.sha256 != recorded["sha256"]:
        raise ValueError(
            f"The scores of the preset {name!r} were recorded with another "
            f"extractor {protocol.extractor!r}: score it again. Expected "
            f"SHA-256 {recorded['sha256']}. Received: {extractor.sha256}"
        )


def _score_again(preset, entry, protocol, num):
    gan = presets.load(preset, load_discriminators=False)
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
        (found,) = scores_again(gan, small, components=False)
        return compare(check["values"], _means(found), small.num, spreads)
    compared = []
    parts = [entry["mixture"], *entry["components"]]
    for index, (part, found) in enumerate(
        zip(parts, scores_again(gan, protocol), strict=True)
    ):
        compared += compare(
            _means(part),
            _means(found),
            protocol.num,
            {n: score["sd"] for n, score in part.items()},
            f" of generator {index - 1}" if index else "",
        )
    return compared


def _means(scores):
    return {name: score["mean"] for name, score in scores.items()}


def _versions(recorded):
    return ", ".join(f"{name} {version}" for name, version in recorded.items())
