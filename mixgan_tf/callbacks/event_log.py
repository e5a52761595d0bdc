"""TensorBoard logs that neither lose nor repeat a point."""

import contextlib
import pathlib
from collections.abc import Iterator
from typing import TypeVar

import tensorflow as tf
from tensorboard.compat.proto import event_pb2

from mixgan_tf import files

# More than one picture or one step's curves take.
_ROOM = 2**20

_Item = TypeVar("_Item")


class EventLog:
    """A TensorBoard log that is on disk whenever a checkpoint is saved.

    TensorFlow's writer keeps events for two minutes, which a killed process
    loses, and drops them without a word when the disk is full.

    Args:
        log_dir: TensorBoard folder.

    Example:
    ```python
    log = EventLog("logs")
    with log.at(step):
        tf.summary.scalar("loss", loss)
    log.close()
    ```
    """

    def __init__(self, log_dir: str | pathlib.Path) -> None:
        self.log_dir = str(log_dir)
        files.require_space(self.log_dir, _ROOM)
        self._writer = tf.summary.create_file_writer(self.log_dir)

    @contextlib.contextmanager
    def at(self, step: int) -> Iterator[None]:
        """Logs what the block writes through `tf.summary`, at one step.

        Args:
            step: int, the step of these points.

        Raises:
            OSError: if there is no room.
        """
        files.require_space(self.log_dir, _ROOM)
        with self._writer.as_default(step=step):
            yield
        self._writer.flush()

    def close(self) -> None:
        """Closes the log."""
        self._writer.close()


def has_events(log_dir: str | pathlib.Path) -> bool:
    """Returns whether a folder itself holds a log; subfolders do not count.

    Args:
        log_dir: TensorBoard folder, which need not exist.
    """
    return any(pathlib.Path(log_dir).glob("*tfevents*"))


def purge_events(log_dir: str | pathlib.Path, step: int) -> None:
    """Removes what was logged after a step, in a folder and its subfolders.

    Training that goes on from a checkpoint logs the steps after it again. What
    a killed process wrote incompletely is removed, too.

    Args:
        log_dir: TensorBoard folder, which need not exist. TensorBoard shows
            the removed points until it reads the folder anew.
        step: the last step to keep.
    """
    log_dir = pathlib.Path(log_dir)
    for folder in [log_dir, *(f for f in log_dir.rglob("*") if f.is_dir())]:
        files.remove_leftovers(folder / "*")
    for path in sorted(log_dir.rglob("*tfevents*")):
        records, whole = _read(path)
        events = [event_pb2.Event.FromString(record) for record in records]
        kept = [event.step <= step for event in events]
        if whole and all(kept):
            continue
        if not any(e.HasField("summary") for e in _chosen(events, kept)):
            path.unlink()
            continue
        files.require_space(path.parent, path.stat().st_size)
        with (
            files.atomic_file(path) as temporary,
            tf.io.TFRecordWriter(str(temporary)) as writer,
        ):
            for record in _chosen(records, kept):
                writer.write(record)


def _read(path: pathlib.Path) -> tuple[list[bytes], bool]:
    records = []
    try:
        for record in tf.data.TFRecordDataset(str(path)):
            records.append(record.numpy())
    except tf.errors.DataLossError:
        return records, False
    return records, True


def _chosen(items: list[_Item], kept: list[bool]) -> list[_Item]:
    return [item for item, keep in zip(items, kept, strict=True) if keep]
