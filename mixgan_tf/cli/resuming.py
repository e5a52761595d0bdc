"""Resuming in a work folder: what may change, and what is removed."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from mixgan_tf import files
from mixgan_tf.cli import models

if TYPE_CHECKING:
    from ml_collections import ConfigDict

# Folders whose files are renamed into place.
_FOLDERS = (models.CHECKPOINTS, models.BEST, "samples")


def rewind(workdir: pathlib.Path, step: int) -> None:
    """Removes half-written files, and what was written after a step.

    A killed process leaves both. Training that goes on from the step writes
    them again.

    Args:
        workdir: `pathlib.Path`.
        step: the step of the checkpoint that training goes on from.
    """
    from mixgan_tf import callbacks

    names = (models.RECIPE_FILE, "preset", files.SPACE)
    for name in (*names, *(f"{folder}/*" for folder in _FOLDERS)):
        files.remove_leftovers(workdir / name)
    callbacks.prune_checkpoints(workdir / models.CHECKPOINTS, step)
    callbacks.purge_events(workdir / "logs", step)
    callbacks.rewind_best(workdir / models.BEST, step)
    for picture in (workdir / "samples").glob("step_*.png"):
        number = picture.stem.removeprefix("step_")
        if number.isdigit() and int(number) > step:
            picture.unlink()


def preset_steps(preset: pathlib.Path) -> int:
    """Returns how many steps the recipe of a work folder's preset has.

    Args:
        preset: its `pathlib.Path`.

    Returns:
        An int; -1 if there is no preset, or a damaged one, which is made
        again.
    """
    from mixgan_tf.saving import preset_folders

    try:
        recipe = preset_folders.read_metadata(preset).get("recipe") or {}
    except ValueError:
        return -1
    return recipe.get("steps", -1)


def refuse_changes(
    recipe: ConfigDict, recorded: ConfigDict, workdir: pathlib.Path
) -> None:
    """Raises if a recipe differs too much from the recorded one to resume.

    Args:
        recipe: `ml_collections.ConfigDict`.
        recorded: the one that the work folder was trained with.
        workdir: `pathlib.Path`, for the message.

    Raises:
        ValueError: with the entries that differ. Learning rates, and how often
            something is logged, may differ.
    """
    old = json.loads(recorded.to_json_best_effort())
    new = json.loads(recipe.to_json_best_effort())
    free = {"sample_every", "log_every"} | {
        f"{player}_learning_rate"
        for player in ("generator", "discriminator", "mixture")
    }
    if recipe.final_learning_rate_fraction == 1.0:
        free.add("steps")  # else the learning rates depend on it
    changes = [
        f"{entry}: {old_value!r} -> {new_value!r}"
        for entry, old_value, new_value in _differences(old, new)
        if entry not in free
    ]
    if changes:
        raise ValueError(
            f"{workdir} was trained with another recipe; choose another "
            f"--workdir, or undo the change. Received: {'; '.join(changes)}"
        )


def _differences(
    old: dict[str, Any], new: dict[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    for key in sorted({*old, *new}):
        a, b = old.get(key), new.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            yield from _differences(a, b, f"{prefix}{key}.")
        elif a != b:
            yield f"{prefix}{key}", a, b
