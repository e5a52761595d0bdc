"""`mixgan evaluate`: scores a model, and shows what was found on a page."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from absl import flags

from mixgan_tf.cli import models
from mixgan_tf.cli import parsing
from mixgan_tf.cli import source_tree
from mixgan_tf.cli.quiet import load_tensorflow

if TYPE_CHECKING:
    from mixgan_tf.mixgan import MixGAN
    from mixgan_tf.report.scoring.protocol import Protocol

SUMMARY = (
    "Scores a model by a stated protocol: writes the numbers as JSON, and a "
    "page report.html beside them."
)


def run(arguments: Sequence[str]) -> int:
    """Runs `mixgan evaluate`.

    Args:
        arguments: the command line after `evaluate`.

    Returns:
        The exit code.
    """
    values = parsing.new_flags()
    models.define_model_flag(values)
    _define_flags(values)
    if parsing.parse(values, "evaluate", SUMMARY, arguments) is None:
        return 0
    out = pathlib.Path(values.out)
    _require_writable(out)
    if values.record:
        _require_preset(values)
    evaluate(values, out)
    return 0


def evaluate(values: flags.FlagValues, out: pathlib.Path) -> None:
    """Scores the model and writes what was found.

    Args:
        values: the parsed flags.
        out: `pathlib.Path` of the JSON file.

    Raises:
        ValueError: if the model, the data or a flag is unusable.
    """
    load_tensorflow()
    from mixgan_tf import report
    from mixgan_tf.report.formatting import main_scores
    from mixgan_tf.report.formatting import short_protocol
    from mixgan_tf.report.formatting import with_spread
    from mixgan_tf.zoo import recording

    gan, name, metadata = _load(values.model)
    protocol = _protocol(values, metadata)
    if values.record:
        recording.require_recordable(protocol)
    found = report.evaluate(gan, protocol, name, source_tree.commit())
    result = found.result
    scores, page = report.write(found, out, metadata)
    if values.record:
        recording.record(values.model, gan, result)
    for metric, reason in result["skipped"].items():
        print(f"Left out {metric}: {reason}.")
    entries = result["mixture"]["scores"]
    for name in main_scores(entries):
        entry = entries[name]
        print(f"{name}: {with_spread(entry['mean'], entry['sd'])}")
    print(f"Scored on {short_protocol(result['protocol'])}.")
    if values.record:
        print(f"Recorded in the preset {values.model}, its card README.md too.")
    print(f"Wrote {scores} and {page}.")


def _define_flags(values: flags.FlagValues) -> None:
    flags.DEFINE_string(
        "dataset",
        None,
        "What to compare with: digits, a TFDS image set such as mnist, "
        "stacked_mnist, ring or grid. What the model was trained on if not "
        "given.",
        flag_values=values,
    )
    flags.DEFINE_string(
        "split",
        "test",
        "Its split, which nothing was trained on or chosen by.",
        flag_values=values,
    )
    flags.DEFINE_string(
        "extractor",
        None,
        "Classifier whose features are compared: mnist, cifar10, digits, "
        "inception or an extractor's folder. That of the data set's name if "
        "not given.",
        flag_values=values,
    )
    flags.DEFINE_integer(
        "num",
        10_000,
        "Number of samples of each seed.",
        lower_bound=1,
        upper_bound=10_000_000,
        flag_values=values,
    )
    flags.DEFINE_list(
        "seeds",
        ["0", "1", "2"],
        "Seeds of the samples; the spread is over them.",
        flag_values=values,
    )
    flags.DEFINE_list(
        "metrics",
        None,
        "Which metrics, separated by commas; all that apply if not given. Of "
        "images: classifier_score, frechet, kernel, sliced_wasserstein, "
        "precision_recall, density_coverage, classes, components, birthday, "
        "memorization, game. Of points: mode_coverage, components, game.",
        flag_values=values,
    )
    flags.DEFINE_string(
        "out", "scores.json", "The JSON file to write.", flag_values=values
    )
    flags.DEFINE_bool(
        "record",
        False,
        "Write the scores into the preset, too, with a card README.md.",
        flag_values=values,
    )


def _protocol(values: flags.FlagValues, metadata: dict[str, Any]) -> Protocol:
    from mixgan_tf.report import Protocol

    trained_on = metadata.get("dataset") or {}
    dataset = values.dataset or trained_on.get("name")
    if dataset is None:
        raise ValueError(
            f"What {values.model} was trained on is not recorded: name with "
            "--dataset what to compare it with. Received: no --dataset"
        )
    known = dataset == trained_on.get("name")
    return Protocol(
        dataset,
        split=values.split,
        training_split=trained_on.get("split") if known else None,
        extractor=values.extractor,
        num=values.num,
        seeds=tuple(_seed(text) for text in values.seeds),
        metrics=values.metrics and tuple(values.metrics),
    )


def _seed(text: str) -> int:
    if text.strip().isdecimal():
        return int(text)
    raise ValueError(
        f"--seeds takes nonnegative numbers, such as 0,1,2. Received: {text!r}"
    )


def _load(model: str) -> tuple[MixGAN, str, dict[str, Any]]:
    """Returns a model with its discriminators, its name and its metadata."""
    path = pathlib.Path(model)
    if path.suffix == ".keras":
        return models.load_model(model), path.stem, {}
    if (path / models.RECIPE_FILE).is_file():
        from mixgan_tf.callbacks.best_checkpoint import read_record

        recipe = models.read_recipe(path / models.RECIPE_FILE)
        metadata = {
            "dataset": recipe.dataset.to_dict(),
            "selection": read_record(path / models.BEST),
        }
        return models.load_model(model), path.name, metadata
    from mixgan_tf.mixgan import MixGAN
    from mixgan_tf.saving import preset_folders
    from mixgan_tf.saving.preset_schema import check_entries

    metadata = preset_folders.read_metadata(model)
    check_entries(metadata, f"The metadata of the preset {model}")
    gan = MixGAN.from_preset(model)
    return gan, preset_folders.find(model).name, metadata


def _require_preset(values: flags.FlagValues) -> None:
    from mixgan_tf.saving import preset_folders

    path = pathlib.Path(values.model)
    if path.suffix == ".keras" or (path / models.RECIPE_FILE).is_file():
        raise ValueError(
            "--record writes into a preset: name one, or its folder, such as "
            f"WORKDIR/preset. Received: --model={values.model}"
        )
    folder = preset_folders.find(values.model).resolve().parent
    if not os.access(folder, os.W_OK):
        raise ValueError(
            f"--record needs to write into {folder}. Received: "
            f"--model={values.model}"
        )


def _require_writable(out: pathlib.Path) -> None:
    """Raises, before any work, if the result could not be written."""
    if out.is_dir():
        raise ValueError(f"--out is a file to write. Received: folder {out}")
    folder = out.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise ValueError(
            f"--out cannot be written: {folder} is no folder that may be "
            f"written to. Received: --out={out}"
        )
