"""Keeping the weights that scored best, not those that happened to be last."""

import json
import math
import pathlib
import re

import tensorflow as tf

from mixgan_tf import files
from mixgan_tf.arguments import summary_of
from mixgan_tf.callbacks.checkpoint import checkpoint_step
from mixgan_tf.callbacks.checkpoint import checkpoints
from mixgan_tf.callbacks.checkpoint import save_state
from mixgan_tf.callbacks.event_log import EventLog
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.untrusted.weights_files import inspect_weights

RECORD = "best.json"
_NAME = re.compile(r"best_(\d{8})\.weights\.h5")
_OLD_NAME = "best.weights.h5"  # before the step was part of it


class BestCheckpoint(EverySteps):
    """Scores the model every so often and keeps the weights that scored best.

    GANs get worse again: samples of a long training are often better half-way
    than at the end. The score must come from validation data, never from the
    split that results are reported on, or choosing by it flatters them.

    The record of all scores is kept beside the weights, so that training that
    is resumed goes on comparing with what came before. Weights are named by
    their step, and deleted once no record names them: a process may be killed
    at any moment, and record and weights still agree.

    Args:
        score: function from the model to a float; less is better, and what is
            not finite never best.
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
        score,
        directory,
        every=1000,
        log_dir=None,
        name="score",
        resumes_from=None,
    ):
        super().__init__(every)
        self.score = score
        self.directory = pathlib.Path(directory)
        self.log_dir = None if log_dir is None else str(log_dir)
        self.name = name
        self.resumes_from = resumes_from

    def on_step(self, step, logs):
        """Scores the model, and keeps its weights if none scored better."""
        value = float(self.score(self.model))
        # What a resumed training scores again replaces what it scored before.
        scores, best = _until(self.directory, step - 1)
        scores.append({"step": step, "score": value})
        if math.isfinite(value) and (not best or value <= best["score"]):
            best = scores[-1]
            save_state(self.model, self.directory / _name(step))
        record = _write_record(self.directory, self.name, scores, best)
        self._delete_superseded(record)
        if self.log_dir is not None:
            log = EventLog(self.log_dir)
            with log.at(step):
                tf.summary.scalar(f"validation/{self.name}", value)
            log.close()

    def _delete_superseded(self, record):
        needed = {record["step"]}
        if self.resumes_from is not None:
            for path in checkpoints(self.resumes_from):
                reached = checkpoint_step(path)
                best = _best_of(
                    [e for e in record["all"] if e["step"] <= reached]
                )
                needed.add(best and best["step"])
        for path in self.directory.glob("best*.weights.h5"):
            name = _NAME.fullmatch(path.name)
            if not name or int(name[1]) not in needed:
                path.unlink()


def rewind_best(directory, step):
    """Forgets what was scored after a step, before training goes on from it.

    Args:
        directory: folder of a `BestCheckpoint`.
        step: the step that training goes on from.

    Raises:
        ValueError: if the record is damaged.
    """
    record = read_record(directory)
    if record and any(entry["step"] > step for entry in record["all"]):
        _write_record(directory, record.get("name"), *_until(directory, step))


def read_record(directory):
    """Returns what is known of a folder's best weights.

    Args:
        directory: folder of a `BestCheckpoint`.

    Returns:
        A dict of `name`, `step`, `score` and `all`, the scores of all steps;
        `None` if nothing has been scored.

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
            f"{summary_of(error)}"
        ) from error
    return record


def restore_best(gan, directory):
    """Loads the weights that scored best.

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
    path = _weights_path(directory, record, record)
    try:
        inspect_weights(path, str(path))
        gan.load_weights(path)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise ValueError(
            f"{path} cannot be loaded: it is damaged, or belongs to another "
            f"model. {summary_of(error)}"
        ) from error
    step = int(gan.train_steps.numpy())
    if step != record["step"]:
        raise ValueError(
            f"{path} and {RECORD} beside it disagree: delete both to score "
            f"from here on. Received: step {step} and {record['step']}"
        )
    return record


def _until(directory, step):
    # The scores until a step, and the best whose weights are still there.
    record = read_record(directory) or {"all": []}
    scores = [entry for entry in record["all"] if entry["step"] <= step]
    best = _best_of(scores)
    if best:
        kept = _weights_path(directory, record, best)
        if not kept.is_file():
            return scores, None
        if kept.name == _OLD_NAME:
            kept.replace(kept.with_name(_name(best["step"])))
    return scores, best


def _write_record(directory, name, scores, best):
    record = {
        "name": name,
        "step": best and best["step"],
        "score": best and best["score"],
        "all": scores,
    }
    with files.atomic_file(pathlib.Path(directory) / RECORD) as temporary:
        temporary.write_text(json.dumps(record, indent=1) + "\n")
    return record


def _best_of(scores):
    best = None
    for entry in scores:
        if math.isfinite(entry["score"]) and (
            best is None or entry["score"] <= best["score"]
        ):
            best = entry
    return best


def _name(step):
    return f"best_{step:08d}.weights.h5"


def _weights_path(directory, record, entry):
    path = pathlib.Path(directory) / _name(entry["step"])
    old = path.with_name(_OLD_NAME)
    if entry["step"] == record.get("step") and not path.exists():
        return old if old.exists() else path
    return path
