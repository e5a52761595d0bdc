"""Saving training so that it can go on after any interruption."""

import pathlib
import re

import keras
import numpy as np

from mixgan_tf import files
from mixgan_tf.arguments import summary_of
from mixgan_tf.callbacks.every import EverySteps

_NAME = re.compile(r"step_(\d{8})\.weights\.h5")


class Checkpoint(EverySteps):
    """Saves everything training needs, and keeps the latest files.

    A file holds both players' networks and mixture logits, all optimizers,
    the step and the random state. It is written under a temporary name and
    renamed, and holds finite weights only, so that the latest file can always
    be resumed from.

    Args:
        directory: folder of the checkpoints.
        every: how often, in training steps. There is one more at the end of
            training.
        keep: how many of the latest files to keep.

    Raises:
        FloatingPointError: when weights are not finite; nothing is written.

    Example:
    ```python
    gan.fit(data, callbacks=[mg.callbacks.Checkpoint("checkpoints")])
    mg.callbacks.restore_latest(gan, "checkpoints")
    ```
    """

    def __init__(self, directory, every=500, keep=2):
        super().__init__(every)
        self.directory = pathlib.Path(directory)
        self.keep = keep

    def on_step(self, step, logs):
        """Saves one checkpoint and deletes those no longer kept."""
        for variable in self.model.weights:
            if not np.isfinite(np.asarray(variable)).all():
                raise FloatingPointError(
                    f"The weights {variable.path} are not finite at step "
                    f"{step}; no checkpoint was written. Lower the learning "
                    "rates and train again: it goes on from the last one. To "
                    "go back further, delete the newest checkpoint."
                )
        path = self.directory / f"step_{step:08d}.weights.h5"
        with files.atomic_file(path) as temporary:
            self.model.save_weights(temporary)
        for old in checkpoints(self.directory)[: -self.keep]:
            old.unlink()

    def on_train_end(self, logs=None):
        """Saves the last checkpoint, unless it was saved just now."""
        step = int(self.model.train_steps.numpy())
        if not (self.directory / f"step_{step:08d}.weights.h5").exists():
            self.on_step(step, logs or {})


class StopOnNaN(keras.callbacks.Callback):
    """Raises as soon as a metric is NaN or infinite.

    Put it before `Checkpoint`, so that nothing is saved after that.

    Raises:
        FloatingPointError: with the step and the metrics.
    """

    def on_train_batch_end(self, batch, logs=None):
        """Checks the metrics of the batch."""
        values = {name: float(value) for name, value in (logs or {}).items()}
        bad = [n for n, value in values.items() if not np.isfinite(value)]
        if bad:
            step = int(self.model.train_steps.numpy())
            raise FloatingPointError(
                f"Training diverged at step {step}: {', '.join(bad)} is not "
                "finite. Lower the learning rates, or look for extreme values "
                "in the data. To go back further than the newest checkpoint, "
                f"delete it. Received: {values}"
            )


def checkpoints(directory):
    """Returns the checkpoint files of a folder, oldest first.

    Args:
        directory: a folder, which need not exist.

    Returns:
        A list of `pathlib.Path`.
    """
    found = pathlib.Path(directory).glob("step_*.weights.h5")
    return sorted(p for p in found if _NAME.fullmatch(p.name))


def restore_latest(gan, directory):
    """Loads the latest checkpoint of a folder that can be read.

    Args:
        gan: a compiled `MixGAN` of the same architecture.
        directory: folder of the checkpoints.

    Returns:
        The step that training has reached: 0 if there is no checkpoint.

    Raises:
        ValueError: if there are checkpoints, and none fits the model.
    """
    errors = []
    for path in reversed(checkpoints(directory)):
        try:
            gan.load_weights(path)
        except (OSError, KeyError, ValueError) as error:
            errors.append(f"{path}: {summary_of(error)}")
            continue
        if errors:
            print(f"Went back to {path}, because of {errors[0]}")
        return int(gan.train_steps.numpy())
    if errors:
        raise ValueError(
            "No checkpoint can be loaded: they are damaged, or belong to "
            f"another model. {'; '.join(errors)}"
        )
    return 0
