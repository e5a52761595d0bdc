"""`mixgan train`: trains a recipe in a work folder, or goes on there.

WORKDIR/recipe.json    what is being trained
WORKDIR/checkpoints/   the latest two
WORKDIR/logs/          for TensorBoard
WORKDIR/samples/       a grid of samples every so often
WORKDIR/preset/        the trained model, at the end
"""

import json
import pathlib
import subprocess
import sys

from absl import flags
from ml_collections import config_flags

from mixgan_tf.cli import models
from mixgan_tf.cli import parsing
from mixgan_tf.cli.errors import UsageError
from mixgan_tf.cli.quiet import load_tensorflow

SUMMARY = (
    "Trains a recipe's model in a work folder; run again, it goes on from the "
    "last checkpoint."
)


def run(arguments):
    """Runs `mixgan train`.

    Args:
        arguments: the command line after `train`.

    Returns:
        The exit code.
    """
    from mixgan_tf import zoo

    values = parsing.new_flags()
    flags.DEFINE_string(
        "workdir",
        None,
        "Folder for checkpoints, logs, samples and the trained preset.",
        flag_values=values,
    )
    config_flags.DEFINE_config_file(
        "recipe",
        None,
        f"One of {', '.join(zoo.list_recipes())}, or a Python file with "
        "get_config(). Override entries with --recipe.ENTRY=VALUE.",
        flag_values=values,
    )
    help_wanted = any(a in ("-h", "--help") for a in arguments)
    if not help_wanted:
        arguments = [_with_recipe_path(a, zoo) for a in _joined(arguments)]
    try:
        if parsing.parse(values, "train", SUMMARY, arguments) is None:
            return 0
    except (AttributeError, KeyError, TypeError) as error:
        raise UsageError(f"bad override of the recipe: {error}") from error
    if values.recipe is None or values.workdir is None:
        raise UsageError("the flags --recipe and --workdir are required")
    command = " ".join(["mixgan train", *_shown(arguments)])
    train(values.recipe, pathlib.Path(values.workdir), command)
    return 0


def train(recipe, workdir, command):
    """Trains a recipe in a work folder from wherever it stands there.

    Args:
        recipe: `ml_collections.ConfigDict`.
        workdir: `pathlib.Path`.
        command: the command line, recorded in the preset.

    Raises:
        ValueError: if the recipe differs from the folder's, or does not fit.
        FloatingPointError: if training diverges.
    """
    _record_recipe(recipe, workdir)
    load_tensorflow()
    from mixgan_tf import callbacks
    from mixgan_tf import image_grid
    from mixgan_tf.zoo.building import build_dataset
    from mixgan_tf.zoo.building import build_model

    commit = _commit()
    gan = build_model(recipe)
    checkpoints = workdir / models.CHECKPOINTS
    step = callbacks.restore_latest(gan, checkpoints)
    if step:
        print(f"Resuming {workdir} at step {step} of {recipe.steps}.")
    watchers = [
        callbacks.StopOnNaN(),
        callbacks.Checkpoint(checkpoints, every=recipe.checkpoint_every),
        callbacks.MixtureMonitor(workdir / "logs", every=recipe.log_every),
        callbacks.SampleGrid(
            workdir / "samples", workdir / "logs", every=recipe.sample_every
        ),
    ]
    # An epoch lasts from one checkpoint to the next; the last may be short.
    every = recipe.checkpoint_every
    while step < recipe.steps:
        epoch = step // every
        length = min(every - step % every, recipe.steps - step)
        epochs = epoch + (recipe.steps - step) // length
        if length < every:
            epochs = epoch + 1
        gan.fit(
            build_dataset(recipe, start_step=step),
            steps_per_epoch=length,
            initial_epoch=epoch,
            epochs=epochs,
            callbacks=watchers,
            verbose=1 if sys.stdout.isatty() else 2,
        )
        step = int(gan.train_steps.numpy())
    picture = callbacks.component_grid(gan, columns=10, rows_per_component=3)
    gan.save_to_preset(
        workdir / "preset",
        metadata={
            "dataset": recipe.dataset.to_dict(),
            "recipe": json.loads(recipe.to_json_best_effort()),
            "command": command,
            "commit": commit,
        },
        extra_files={"samples.png": image_grid.png_bytes(picture, scale=2)},
    )
    print(f"Trained {step} steps. In {workdir}:")
    print("  preset/       the model: mixgan sample --model=WORKDIR/preset")
    print("  samples/      a picture every so often, a row for each generator")
    print("  logs/         tensorboard --logdir=WORKDIR/logs")
    print("  checkpoints/  to go on from: run again with more --recipe.steps")


def _record_recipe(recipe, workdir):
    from mixgan_tf import files

    path = workdir / models.RECIPE_FILE
    text = recipe.to_json_best_effort(indent=1)
    if path.exists():
        old = json.loads(models.read_recipe(path).to_json_best_effort())
        new = json.loads(text)
        free = {"sample_every", "log_every"}
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
    with files.atomic_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def _commit():
    # Of the source tree the package runs from, if it runs from one.
    git = ["git", "-C", str(pathlib.Path(__file__).parent)]
    try:
        found = subprocess.run(
            [*git, "rev-parse", "HEAD"], capture_output=True, text=True
        )
    except OSError:
        return None
    return found.stdout.strip() or None


def _differences(old, new, prefix=""):
    for key in sorted({*old, *new}):
        a, b = old.get(key), new.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            yield from _differences(a, b, f"{prefix}{key}.")
        elif a != b:
            yield f"{prefix}{key}", a, b


def _joined(arguments):
    # `--recipe NAME` as well as `--recipe=NAME`.
    joined = []
    for argument in arguments:
        if joined and joined[-1] in ("--recipe", "-recipe"):
            joined[-1] = f"--recipe={argument}"
        else:
            joined.append(argument)
    return joined


def _with_recipe_path(argument, zoo):
    flag, equals, value = argument.partition("=")
    if equals and flag in ("--recipe", "-recipe"):
        return f"--recipe={zoo.recipe_path(value)}"
    return argument


def _shown(arguments):
    # The recipe by its name, not by the path it was found at.
    return [
        f"--recipe={pathlib.Path(a.partition('=')[2]).stem}"
        if a.startswith("--recipe=")
        else a
        for a in arguments
        if not a.startswith("--workdir")
    ]
