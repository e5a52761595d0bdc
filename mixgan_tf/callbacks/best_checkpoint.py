"""A callback that keeps the weights that scored best, and their record."""

import json
import math
import pathlib
import re
from collections.abc import Callable
from typing import TypedDict

import tensorflow as tf

from mixgan_tf import files
from mixgan_tf.arguments import error_summary
from mixgan_tf.callbacks.checkpoint import checkpoint_step
from mixgan_tf.callbacks.checkpoint import checkpoints
from mixgan_tf.callbacks.checkpoint import save_state
from mixgan_tf.callbacks.event_log import EventLog
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.untrusted.weights_files import inspect_weights

RECORD = "best.json"
_NAME = re.compile(r"best_(\d{8})\.weights\.h5")
_OLD_NAME = "best.weights.h5"  # before the step was part of it


class Score(TypedDict):
    """The score of one step."""

    step: int
    score: float


class ScoreRecord(TypedDict):
    """The content of `best.json`; step and score are those of the best."""

    name: str | None
    step: int | None
    score: float | None
    all: list[Score]


class BestCheckpoint(EverySteps):
    """Scores the model at regular steps and keeps the best weights.

    GANs get worse again: samples of a long training are often better half-way
    than at the end. The score must come from validation data, never from the
    split that results are reported on, or choosing by it flatters them.

    The record of all scores is kept beside the weights, so that training that
    is resumed goes on comparing with what came before. Weights are named by
    their step, and deleted once no record names them: a process may be killed
    at any moment, and record and weights still agree.

    Args:
        score: function from the model to a float; less is better, and a score
            that is not finite is never the best.
        directory: folder for `best_<step>.weights.h5` and `best.json`.
        every: how often, in training steps.
        log_dir: TensorBoard folder, or `None`.
        name: what the score is called in the record and in TensorBoard.
        resumes_from: folder of a `Checkpoint` that comes after this callback:
            what was best when each of its files was saved is kept, too, for
            training that goes on from there. `None` keeps the best alone.

    Raises:
        FloatingPointError: if the best weights are not finite; nothing is
            written.
        OSError: if there is no room; what was best before is still there.

    Example:
    ```python
    gan.fit(
        data,
        callbacks=[
            mg.callbacks.BestCheckpoint(score, "best", name="frechet@mnist")
        ],
    )
    mg.callbacks.restore_best(gan, "best")
    ```
    """

    def __init__(
        self,
        score: Callable[[MixGAN], float],
        directory: str | pathlib.Path,
        every: int = 1000,
        log_dir: str | pathlib.Path | None = None,
        name: str = "score",
        resumes_from: str | pathlib.Path | None = None,
    ) -> None:
        super().__init__(every)
        self.score = score
        self.directory = pathlib.Path(directory)
        self.log_dir = None if log_dir is None else str(log_dir)
        self.name = name
        self.resumes_from = resumes_from

    def on_step(self, step: int, logs: dict[str, float]) -> None:
        """Scores the model, and keeps its weights if none scored better."""
        value = float(self.score(self.model))
        # What a resumed training scores again replaces what it scored before.
        scores, best = _scores_until(self.directory, step - 1)
        scores.append({"step": step, "score": value})
        if math.isfinite(value) and (not best or value <= best["score"]):
            best = scores[-1]
            save_state(self.model, self.directory / _weights_name(step))
        record = _write_record(self.directory, self.name, scores, best)
        self._delete_superseded(record)
        if self.log_dir is not None:
            log = EventLog(self.log_dir)
            with log.at(step):
                tf.summary.scalar(f"validation/{self.name}", value)
            log.close()

    def _delete_superseded(self, record: ScoreRecord) -> None:
        needed = {record["step"]}
        if self.resumes_from is not None:
            for path in checkpoints(self.resumes_from):
                reached = checkpoint_step(path)
                best = _best_score(
                    [e for e in record["all"] if e["step"] <= reached]
                )
                needed.add(best and best["step"])
        for path in self.directory.glob("best*.weights.h5"):
            name = _NAME.fullmatch(path.name)
            if not name or int(name[1]) not in needed:
                path.unlink()


def rewind_best(directory: str | pathlib.Path, step: int) -> None:
    """Removes the scores after a step from which training goes on.

    Args:
        directory: folder of a `BestCheckpoint`.
        step: the step that training goes on from.

    Raises:
        ValueError: if the record is damaged.
    """
    record = read_record(directory)
    if record and any(entry["step"] > step for entry in record["all"]):
        scores, best = _scores_until(directory, step)
        _write_record(directory, record.get("name"), scores, best)


def read_record(directory: str | pathlib.Path) -> ScoreRecord | None:
    """Returns the record of a folder's scores and best weights.

    Args:
        directory: folder of a `BestCheckpoint`.

    Returns:
        A `ScoreRecord`; `None` if nothing has been scored.

    Raises:
        ValueError: if the record is damaged.
    """
    path = pathlib.Path(directory) / RECORD
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        record["all"], record["step"], record["score"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is damaged; delete it to score from here on. "
            f"Received: {error_summary(error)}"
        ) from error
    return record


def restore_best(
    gan: MixGAN, directory: str | pathlib.Path
) -> ScoreRecord | None:
    """Loads the weights that scored best into a model.

    Args:
        gan: a compiled `MixGAN` of the same architecture.
        directory: folder of a `BestCheckpoint`.

    Returns:
        The record, see `read_record`; `None` if nothing has been scored, and
        nothing was loaded.

    Raises:
        ValueError: if the weights are not those of the record.
    """
    record = read_record(directory)
    if record is None or record["step"] is None:
        return None
    path = _weights_path(directory, record, record["step"])
    try:
        inspect_weights(path, str(path))
        gan.load_weights(path)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise ValueError(
            f"{path} cannot be loaded: it is damaged, or belongs to another "
            f"model. Received: {error_summary(error)}"
        ) from error
    step = int(gan.train_steps.numpy())
    if step != record["step"]:
        raise ValueError(
            f"{path} and {RECORD} beside it disagree: delete both to score "
            f"from here on. Received: step {step} and {record['step']}"
        )
    return record


def _scores_until(
    directory: str | pathlib.Path, step: int
) -> tuple[list[Score], Score | None]:
    # The scores until a step, and the best whose weights are still there.
    record = read_record(directory)
    if record is None:
        return [], None
    scores = [entry for entry in record["all"] if entry["step"] <= step]
    best = _best_score(scores)
    if best:
        kept = _weights_path(directory, record, best["step"])
        if not kept.is_file():
            return scores, None
        if kept.name == _OLD_NAME:
            kept.replace(kept.with_name(_weights_name(best["step"])))
    return scores, best


def _write_record(
    directory: str | pathlib.Path,
    name: str | None,
    scores: list[Score],
    best: Score | None,
) -> ScoreRecord:
    record: ScoreRecord = {
        "name": name,
        "step": best and best["step"],
        "score": best and best["score"],
        "all": scores,
    }
    with files.atomic_file(pathlib.Path(directory) / RECORD) as temporary:
        temporary.write_text(json.dumps(record, indent=1) + "\n")
    return record


def _best_score(scores: list[Score]) -> Score | None:
    best = None
    for entry in scores:
        if math.isfinite(entry["score"]) and (
            best is None or entry["score"] <= best["score"]
        ):
            best = entry
    return best


def _weights_name(step: int) -> str:
    return f"best_{step:08d}.weights.h5"


def _weights_path(
    directory: str | pathlib.Path, record: ScoreRecord, step: int
) -> pathlib.Path:
    path = pathlib.Path(directory) / _weights_name(step)
    old = path.with_name(_OLD_NAME)
    if step == record.get("step") and not path.exists():
        return old if old.exists() else path
    return path
