"""Checkpoints from which training can go on after any interruption."""

import pathlib
import re

import numpy as np

from mixgan_tf import files
from mixgan_tf.arguments import error_summary
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.untrusted.weights_files import inspect_weights

_NAME = re.compile(r"step_(\d{8})\.weights\.h5")
KEEP = 2
# What HDF5 adds to an array's bytes is less, and to a file.
_BYTES_PER_ARRAY = 8192
_BYTES_PER_FILE = 2**18


class Checkpoint(EverySteps):
    """Saves everything that training needs, and keeps the latest files.

    A file holds both players' networks and mixture logits, all optimizers,
    the step and the random state. It is written under a temporary name and
    renamed, and holds finite values only, so that the latest file can always
    be resumed from.

    Put it last: what other callbacks write at a step is then written before
    training can go on from that step.

    Args:
        directory: folder of the checkpoints.
        every: how often, in training steps. There is one more at the end of
            training.
        keep: how many of the latest files to keep.

    Raises:
        FloatingPointError: when weights or an optimizer's state are not
            finite; nothing is written.
        OSError: if there is no room; the files before are still there.

    Example:
    ```python
    gan.fit(data, callbacks=[mg.callbacks.Checkpoint("checkpoints")])
    mg.callbacks.restore_latest(gan, "checkpoints")
    ```
    """

    def __init__(
        self, directory: str | pathlib.Path, every: int = 500, keep: int = KEEP
    ) -> None:
        super().__init__(every)
        self.directory = pathlib.Path(directory)
        self.keep = keep
        self._saved: int | None = None

    def on_step(self, step: int, logs: dict[str, float]) -> None:
        """Saves one checkpoint and deletes those no longer kept."""
        save_state(self.model, self.directory / f"step_{step:08d}.weights.h5")
        self._saved = step
        prune_checkpoints(self.directory, step, self.keep)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Saves the last checkpoint, unless it was saved just now."""
        step = int(self.model.train_steps.numpy())
        if self._saved != step:
            self.on_step(step, logs or {})


def checkpoints(directory: str | pathlib.Path) -> list[pathlib.Path]:
    """Returns the checkpoint files of a folder, oldest first.

    Args:
        directory: a folder, which need not exist.

    Returns:
        A list of `pathlib.Path`.
    """
    found = pathlib.Path(directory).glob("step_*.weights.h5")
    return sorted(p for p in found if _NAME.fullmatch(p.name))


def checkpoint_step(path: str | pathlib.Path) -> int:
    """Returns the step in a checkpoint's name.

    Args:
        path: one of `checkpoints`.

    Raises:
        ValueError: if the name is not that of a checkpoint.
    """
    name = _NAME.fullmatch(pathlib.Path(path).name)
    if name is None:
        raise ValueError(
            "Argument `path` must be a checkpoint, such as "
            f"step_00000500.weights.h5. Received: path={str(path)!r}"
        )
    return int(name[1])


def prune_checkpoints(
    directory: str | pathlib.Path, step: int, keep: int = KEEP
) -> None:
    """Deletes all but the latest checkpoints.

    Args:
        directory: a folder, which need not exist.
        step: the latest step that could be read or was written. Later ones are
            left alone: they are damaged, and overwritten when training gets
            there.
        keep: number of checkpoints to keep.
    """
    found = [p for p in checkpoints(directory) if checkpoint_step(p) <= step]
    for old in found[:-keep]:
        old.unlink()


def save_state(gan: MixGAN, path: str | pathlib.Path) -> None:
    """Saves all that training needs, completely or not at all.

    Args:
        gan: a compiled `MixGAN`.
        path: the file, which ends in `.weights.h5`.

    Raises:
        FloatingPointError: if weights or an optimizer's state are not finite.
        OSError: if there is no room. A file that was there stays as it was.
    """
    num_bytes = _BYTES_PER_FILE
    variables = [*gan.weights, *gan.optimizer_variables()]
    for variable in {id(v): v for v in variables}.values():
        value = np.asarray(variable)
        num_bytes += value.nbytes + _BYTES_PER_ARRAY
        finite = np.isfinite(value.astype("float32"))
        if not finite.all():
            raise FloatingPointError(
                f"{variable.path} is not finite at step "
                f"{int(gan.train_steps.numpy())}; {path} was not written. "
                "Lower the learning rates and train again: it goes on from "
                "the last checkpoint. To go back further, delete the newest. "
                f"Received: {np.sum(~finite)} of {finite.size} values that are "
                "not finite"
            )
    files.require_space(pathlib.Path(path).parent, num_bytes)
    with files.atomic_file(path) as temporary:
        gan.save_weights(temporary)


def restore_latest(gan: MixGAN, directory: str | pathlib.Path) -> int:
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
            inspect_weights(path, str(path))
            gan.load_weights(path)
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            errors.append(f"{path}: {error_summary(error)}")
            continue
        if errors:
            print(f"Went back to {path}, because of {errors[0]}")
        return int(gan.train_steps.numpy())
    if errors:
        raise ValueError(
            "No checkpoint can be loaded: they are damaged, or belong to "
            f"another model. Received: {'; '.join(errors)}"
        )
    return 0
