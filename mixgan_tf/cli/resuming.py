"""Going on in a work folder: what may change, and what is forgotten."""

import json

from mixgan_tf import files
from mixgan_tf.cli import models

# What is written in them is renamed into place.
_FOLDERS = (models.CHECKPOINTS, models.BEST, "samples")


def rewind(workdir, step):
    """Removes what a killed process wrote after a step, and what it left half.

    Training that goes on from the step makes it again.

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


def preset_steps(preset):
    """Returns the steps of the recipe that a work folder's preset is of.

    That is -1 if there is none, or a damaged one, which is made again.

    Args:
        preset: its `pathlib.Path`.
    """
    from mixgan_tf.saving import preset_folders

    try:
        recipe = preset_folders.read_metadata(preset).get("recipe") or {}
    except ValueError:
        return -1
    return recipe.get("steps", -1)


def refuse_changes(recipe, recorded, workdir):
    """Raises if training could not go on as if it had never stopped.

    Args:
        recipe: `ml_collections.ConfigDict`.
        recorded: the one that the work folder was trained with.
        workdir: `pathlib.Path`, for the message.

    Raises:
        ValueError: with the entries that differ, learning rates and how often
            something is logged aside.
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
            f"--workdir, or undo the change. {'; '.join(changes)}"
        )


def _differences(old, new, prefix=""):
    for key in sorted({*old, *new}):
        a, b = old.get(key), new.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            yield from _differences(a, b, f"{prefix}{key}.")
        elif a != b:
            yield f"{prefix}{key}", a, b
