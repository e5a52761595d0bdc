"""`mixgan zoo list | show | verify | card`: the pretrained models."""

import json
from collections.abc import Sequence
from typing import Any

from absl import flags

from mixgan_tf.cli import parsing
from mixgan_tf.cli.errors import UsageError
from mixgan_tf.cli.quiet import load_tensorflow
from mixgan_tf.saving import preset_folders

SUMMARY = (
    "list: the pretrained models and their scores. show PRESET: what is known "
    "of one. verify [PRESET]: whether files and scores are what is recorded. "
    "card PRESET: writes its README.md again."
)
_HEADS = ("preset", "data", "T", "parameters", "steps", "scores", "protocol")


def run(arguments: Sequence[str]) -> int:
    """Runs `mixgan zoo`.

    Args:
        arguments: the command line after `zoo`.

    Returns:
        The exit code.
    """
    actions = {"list": _list, "show": _show, "verify": _verify, "card": _card}
    action = arguments[0] if arguments else None
    values = parsing.new_flags()
    if action in ("-h", "--help"):
        command = f"zoo {'|'.join(actions)}"
        parsing.parse(values, command, SUMMARY, arguments)
        return 0
    if action not in actions:
        raise UsageError(
            "say `mixgan zoo list`, `mixgan zoo show PRESET`, `mixgan zoo "
            "verify [PRESET]` or `mixgan zoo card PRESET`. "
            f"Received: {' '.join(arguments) or 'nothing'}"
        )
    return actions[action](values, arguments[1:])


def _list(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    flags.DEFINE_bool("json", False, "Print JSON.", flag_values=values)
    summary = "Lists the pretrained models: scores are mean ± sd over seeds."
    if parsing.parse(values, "zoo list", summary, arguments) is None:
        return 0
    found = {name: _checked_metadata(name) for name in preset_folders.named()}
    if values.json:
        print(json.dumps(found, indent=1))
        return 0
    table = [_HEADS, *(_row(name, found[name]) for name in found)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = zip(row, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip())
    return 0


def _row(name: str, metadata: dict[str, Any]) -> tuple[str, ...]:
    from mixgan_tf.report.formatting import main_scores
    from mixgan_tf.report.formatting import short_protocol
    from mixgan_tf.report.formatting import with_spread

    entry = metadata.get("scores")
    scores, protocol = "none recorded", ""
    if entry:
        mixture = entry["mixture"]
        scores = ", ".join(
            f"{n} {with_spread(mixture[n]['mean'], mixture[n]['sd'])}"
            for n in main_scores(mixture)
        )
        protocol = short_protocol(entry["protocol"])
    return (
        name,
        metadata.get("dataset", {}).get("name", "?"),
        f"{metadata['num_generators']}+{metadata['num_discriminators']}",
        f"{metadata['generator_parameters']:,}",
        f"{metadata['train_steps']:,}",
        scores,
        protocol,
    )


def _show(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    summary = "Shows what is known of one preset, as JSON."
    rest = parsing.parse(values, "zoo show", summary, arguments, ["preset"])
    if rest is None:
        return 0
    metadata = preset_folders.read_metadata(rest[0])
    print(
        json.dumps(
            {"folder": str(preset_folders.find(rest[0])), **metadata}, indent=1
        )
    )
    return 0


def _verify(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    flags.DEFINE_integer(
        "num",
        None,
        "Samples to score: as many as the scores were recorded with, or the "
        "1000 of the quick check recorded beside them.",
        lower_bound=1,
        flag_values=values,
    )
    summary = (
        "Checks a preset, or all: the SHA-256 of every file, the card, and the "
        "scores, which are taken again by the recorded protocol. Anything "
        "wrong is one line on standard error and exit code 2."
    )
    named = any(not argument.startswith("-") for argument in arguments)
    positional = ["preset"] if named else []
    rest = parsing.parse(values, "zoo verify", summary, arguments, positional)
    if rest is None:
        return 0
    load_tensorflow()
    from mixgan_tf.zoo.verification import verify

    wrong = []
    for preset in rest or preset_folders.named():
        try:
            _checked_metadata(preset)
            print("\n".join(verify(preset, values.num)), flush=True)
        except ValueError as error:
            if rest:
                raise
            print(f"{preset}: NOT as recorded.", flush=True)
            wrong.append(str(error))
    if wrong:
        raise ValueError(" ".join(wrong))
    return 0


def _card(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    summary = "Writes a preset's card README.md again, from its metadata."
    rest = parsing.parse(values, "zoo card", summary, arguments, ["preset"])
    if rest is None:
        return 0
    load_tensorflow()
    from mixgan_tf.zoo.recording import rewrite_card

    _checked_metadata(rest[0])
    print(f"Wrote {rewrite_card(rest[0])}.")
    return 0


def _checked_metadata(preset: str) -> dict[str, Any]:
    from mixgan_tf.saving.preset_schema import check_entries

    metadata = preset_folders.read_metadata(preset)
    check_entries(metadata, f"The metadata of the preset {preset}")
    return metadata
