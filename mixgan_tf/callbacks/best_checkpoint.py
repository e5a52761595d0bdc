"""Keeping the weights that scored best, not those that happened to be last."""

import json
import math
import pathlib

import tensorflow as tf

from mixgan_tf import files
from mixgan_tf.arguments import summary_of
from mixgan_tf.callbacks.every import EverySteps

WEIGHTS = "best.weights.h5"
RECORD = "best.json"


class BestCheckpoint(EverySteps):
    """Scores the model every so often and keeps the weights that scored best.

    GANs get worse again: samples of a long training are often better half-way
    than at the end. The score must come from validation data, never from the
    split that results are reported on, or choosing by it flatters them.

    The record of all scores is kept beside the weights, so that training that
    is resumed goes on comparing with what came before.

    Args:
        score: function from the model to a float; less is better, and what is
            not finite never best.
        directory: folder for `best.weights.h5` and `best.json`.
        every: how often, in training steps.
        log_dir: TensorBoard folder, or `None`.
        name: what the score is called in the record and in TensorBoard.

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
        self, score, directory, every=1000, log_dir=None, name="score"
    ):
        super().__init__(every)
        self.score = score
        self.directory = pathlib.Path(directory)
        self.log_dir = None if log_dir is None else str(log_dir)
        self.name = name

    def on_step(self, step, logs):
        """Scores the model, and keeps its weights if none scored better."""
        value = float(self.score(self.model))
        record = read_record(self.directory) or {"name": self.name, "all": []}
        # What a resumed training scores again replaces what it scored before.
        scores = [entry for entry in record["all"] if entry["step"] < step]
        scores.append({"step": step, "score": value})
        best = record.get("step"), record.get("score")
        if best[0] is not None and best[0] >= step:
            best = None, None
        if math.isfinite(value) and (best[1] is None or value <= best[1]):
            best = step, value
            with files.atomic_file(self.directory / WEIGHTS) as temporary:
                self.model.save_weights(temporary)
        record = {
            "name": self.name,
            "step": best[0],
            "score": best[1],
            "all": scores,
        }
        with files.atomic_file(self.directory / RECORD) as temporary:
            temporary.write_text(json.dumps(record, indent=1) + "\n")
        if self.log_dir is not None:
            writer = tf.summary.create_file_writer(self.log_dir)
            with writer.as_default(step=step):
                tf.summary.scalar(f"validation/{self.name}", value)
            writer.close()


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
    path = pathlib.Path(directory) / WEIGHTS
    try:
        gan.load_weights(path)
    except (OSError, KeyError, ValueError) as error:
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
