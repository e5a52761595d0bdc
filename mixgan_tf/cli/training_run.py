"""One training in a work folder: its callbacks, its epochs and its preset."""

from __future__ import annotations

import json
import pathlib
import sys
from typing import TYPE_CHECKING
from typing import Any

from mixgan_tf.cli import models

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from ml_collections import ConfigDict

    from mixgan_tf.mixgan import MixGAN
    from mixgan_tf.zoo.validation import ValidationScore


def make_callbacks(
    recipe: ConfigDict, workdir: pathlib.Path, score: ValidationScore | None
) -> list[keras.callbacks.Callback]:
    """Returns the callbacks of a training, in the order they must run in.

    Args:
        recipe: `ml_collections.ConfigDict`.
        workdir: `pathlib.Path` of the work folder.
        score: what the best weights are chosen by, or `None`.

    Returns:
        A list of Keras callbacks.
    """
    from mixgan_tf import callbacks

    return [
        callbacks.StopOnNaN(),
        *([] if score is None else [_best_checkpoint(score, recipe, workdir)]),
        callbacks.MixtureMonitor(workdir / "logs", every=recipe.log_every),
        callbacks.SampleGrid(
            workdir / "samples",
            workdir / "logs" / "samples",
            every=recipe.sample_every,
            last_step=recipe.steps,
        ),
        callbacks.CollapseMonitor(every=recipe.sample_every),
        # Last: what is resumed from has been scored, logged and drawn.
        callbacks.Checkpoint(
            workdir / models.CHECKPOINTS, every=recipe.checkpoint_every
        ),
    ]


def fit(
    gan: MixGAN,
    recipe: ConfigDict,
    dataset: tf.data.Dataset,
    callbacks: list[keras.callbacks.Callback],
    step: int,
) -> int:
    """Trains a model up to the last step of its recipe.

    An epoch lasts from one checkpoint to the next; the first and the last may
    be short.

    Args:
        gan: the `MixGAN`.
        recipe: `ml_collections.ConfigDict`.
        dataset: the training data, from the batch of `step` on.
        callbacks: list of Keras callbacks.
        step: the step that the model stands at.

    Returns:
        The step that it stands at in the end.
    """
    from mixgan_tf.zoo.building import build_dataset

    while step < recipe.steps:
        epoch, epochs, length = _next_epochs(recipe, step)
        gan.fit(
            dataset,
            steps_per_epoch=length,
            initial_epoch=epoch,
            epochs=epochs,
            callbacks=callbacks,
            verbose=1 if sys.stdout.isatty() else 2,
        )
        step = int(gan.train_steps.numpy())
        if step < recipe.steps:
            dataset = build_dataset(recipe, start_step=step)
    return step


def restore_best(
    gan: MixGAN, workdir: pathlib.Path, score: ValidationScore | None
) -> dict[str, Any] | None:
    """Loads the weights that scored best, if any were scored.

    Args:
        gan: the `MixGAN`.
        workdir: `pathlib.Path` of the work folder.
        score: what the best weights are chosen by, or `None`.

    Returns:
        The preset's record of the choice, a dict for JSON; `None` if the last
        weights stay.
    """
    from mixgan_tf import callbacks

    if score is None:
        return None
    best = callbacks.restore_best(gan, workdir / models.BEST)
    if best is None:
        return None
    print(
        f"Step {best['step']} scored best: {best['name']} "
        f"{best['score']:.4g} on validation data."
    )
    return {**best, "protocol": score.describe()}


def save_preset(
    gan: MixGAN,
    recipe: ConfigDict,
    workdir: pathlib.Path,
    selection: dict[str, Any] | None,
    command: str,
    commit: str | None,
) -> None:
    """Saves a trained model as the preset of its work folder.

    Args:
        gan: the `MixGAN`.
        recipe: `ml_collections.ConfigDict`.
        workdir: `pathlib.Path` of the work folder.
        selection: how its weights were chosen, or `None`.
        command: the command line.
        commit: the commit of the source tree, if known.
    """
    from mixgan_tf.pictures import image_grid
    from mixgan_tf.pictures.component_grid import component_grid

    picture = component_grid(gan, columns=10, rows_per_component=3)
    gan.save_to_preset(
        workdir / "preset",
        metadata={
            "dataset": recipe.dataset.to_dict(),
            "recipe": json.loads(recipe.to_json_best_effort()),
            "command": command,
            "commit": commit,
            "selection": selection,
        },
        extra_files={"samples.png": image_grid.png_bytes(picture, scale=2)},
    )


def print_summary(workdir: pathlib.Path, step: int) -> None:
    """Prints what a finished training left in its work folder.

    Args:
        workdir: `pathlib.Path` of the work folder.
        step: how many steps were trained.
    """
    print(f"Trained {step} steps. In {workdir}:")
    print("  preset/       the model: mixgan sample --model=WORKDIR/preset")
    print("  samples/      a picture every so often, a row for each generator")
    print("  logs/         tensorboard --logdir=WORKDIR/logs")
    print("  checkpoints/  to go on from: run again with more --recipe.steps")


def _best_checkpoint(
    score: ValidationScore, recipe: ConfigDict, workdir: pathlib.Path
) -> keras.callbacks.Callback:
    from mixgan_tf import callbacks

    return callbacks.BestCheckpoint(
        score,
        workdir / models.BEST,
        every=recipe.validation.every,
        log_dir=workdir / "logs" / "validation",
        name=score.name,
        resumes_from=workdir / models.CHECKPOINTS,
    )


def _next_epochs(recipe: ConfigDict, step: int) -> tuple[int, int, int]:
    """Returns the first epoch of the next `fit`, its end, and steps per epoch.

    A short epoch, up to the next checkpoint or the last step, has a `fit` of
    its own.
    """
    every = recipe.checkpoint_every
    epoch = step // every
    length = min(every - step % every, recipe.steps - step)
    if length < every:
        return epoch, epoch + 1, length
    return epoch, epoch + (recipe.steps - step) // length, length
