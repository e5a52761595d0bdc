import json
import os

import pytest
import tensorflow as tf

import mixgan_tf as mg
from tests.models import differ
from tests.models import points
from tests.models import tiny_gan
from tests.models import weights_of


def compiled():
    gan = tiny_gan()
    gan.compile()
    return gan


class Scripted:
    """Scores given in advance, and the weights the model had for each."""

    def __init__(self, *scores):
        self.scores = list(scores)
        self.seen = []

    def __call__(self, gan):
        self.seen.append(weights_of(gan))
        return self.scores[len(self.seen) - 1]


def test_the_best_weights_are_kept(tmp_path):
    gan, score = compiled(), Scripted(3.0, 1.0, float("nan"), 2.0)
    gan.fit(
        points(),
        batch_size=12,
        epochs=4,
        verbose=0,
        callbacks=[
            mg.callbacks.BestCheckpoint(
                score, tmp_path / "best", every=2, name="made_up"
            )
        ],
    )
    fresh = compiled()
    record = mg.callbacks.restore_best(fresh, tmp_path / "best")
    assert (record["step"], record["score"]) == (4, 1.0)
    assert [entry["step"] for entry in record["all"]] == [2, 4, 6, 8]
    assert not differ(weights_of(fresh), score.seen[1])
    assert differ(weights_of(fresh), weights_of(gan))


def test_resumed_training_compares_with_what_came_before(tmp_path):
    folder = tmp_path / "best"
    gan = compiled()

    def fit(*scores):
        callback = mg.callbacks.BestCheckpoint(Scripted(*scores), folder, 2)
        gan.fit(
            points(),
            batch_size=12,
            epochs=len(scores),
            verbose=0,
            callbacks=[callback],
        )
        return json.loads((folder / "best.json").read_text())

    assert fit(2.0)["step"] == 2
    assert fit(3.0)["step"] == 2
    assert fit(1.0)["step"] == 6
    # Back at an earlier step, what was scored later is forgotten.
    gan.train_steps.assign(2)
    record = fit(5.0)
    assert record["step"] == 4
    assert [entry["step"] for entry in record["all"]] == [2, 4]


def names(folder):
    return sorted(path.name for path in folder.glob("*.h5"))


def test_what_was_best_at_a_checkpoint_is_kept_until_that_is_deleted(tmp_path):
    gan = compiled()
    score = Scripted(3.0, 2.0, 1.0, 4.0)
    checkpoint = mg.callbacks.Checkpoint(tmp_path / "saved", every=4, keep=1)
    gan.fit(
        points(),
        batch_size=12,
        epochs=4,
        verbose=0,
        callbacks=[
            mg.callbacks.BestCheckpoint(
                score,
                tmp_path / "best",
                every=2,
                resumes_from=tmp_path / "saved",
            ),
            checkpoint,
        ],
    )
    # At step 8 the checkpoint of step 4 was still there, at which 4 was best.
    assert names(tmp_path / "best") == [
        "best_00000004.weights.h5",
        "best_00000006.weights.h5",
    ]
    mg.callbacks.rewind_best(tmp_path / "best", 8)
    assert mg.callbacks.restore_best(gan, tmp_path / "best")["step"] == 6
    mg.callbacks.rewind_best(tmp_path / "best", 5)
    fresh = compiled()
    record = mg.callbacks.restore_best(fresh, tmp_path / "best")
    assert (record["step"], record["score"]) == (4, 2.0)
    assert [entry["step"] for entry in record["all"]] == [2, 4]
    assert not differ(weights_of(fresh), score.seen[1])
    # Of step 2 there are no weights any more: there is no best.
    mg.callbacks.rewind_best(tmp_path / "best", 2)
    assert mg.callbacks.restore_best(fresh, tmp_path / "best") is None


def test_weights_of_an_older_version_are_found_and_renamed(tmp_path):
    gan = compiled()

    def fit(*scores):
        callback = mg.callbacks.BestCheckpoint(Scripted(*scores), tmp_path, 2)
        gan.fit(points(), batch_size=12, verbose=0, callbacks=[callback])

    fit(1.0)
    saved = weights_of(gan)
    (tmp_path / "best_00000002.weights.h5").rename(tmp_path / "best.weights.h5")
    assert mg.callbacks.restore_best(compiled(), tmp_path)["step"] == 2
    fit(3.0)
    assert names(tmp_path) == ["best_00000002.weights.h5"]
    mg.callbacks.restore_best(gan, tmp_path)
    assert not differ(saved, weights_of(gan))


@pytest.mark.parametrize("missing", ["best.json", ".weights.h5"])
def test_a_process_killed_between_weights_and_record_leaves_both_right(
    missing, tmp_path, monkeypatch
):
    gan = compiled()
    folder = tmp_path / "best"

    def fit(score):
        callback = mg.callbacks.BestCheckpoint(Scripted(score), folder, 2)
        gan.fit(points(), batch_size=12, verbose=0, callbacks=[callback])

    fit(2.0)
    saved = weights_of(gan)
    real = os.replace

    def kill(source, target):
        if str(target).endswith(missing):
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "replace", kill)
    with pytest.raises(KeyboardInterrupt):
        fit(1.0)
    assert mg.callbacks.restore_best(gan, folder)["step"] == 2
    assert not differ(saved, weights_of(gan))


def test_nothing_scored_restores_nothing(tmp_path):
    gan = compiled()
    before = weights_of(gan)
    assert mg.callbacks.restore_best(gan, tmp_path) is None
    assert not differ(before, weights_of(gan))


@pytest.mark.parametrize("damage", ["record", "weights", "other weights"])
def test_damage_is_one_clear_error(damage, tmp_path):
    gan = compiled()
    callback = mg.callbacks.BestCheckpoint(Scripted(1.0), tmp_path, 2)
    gan.fit(points(), batch_size=12, verbose=0, callbacks=[callback])
    if damage == "record":
        (tmp_path / "best.json").write_text("{}")
    elif damage == "weights":
        (tmp_path / "best_00000002.weights.h5").write_bytes(b"nothing")
    else:
        gan.train_steps.assign(77)
        gan.save_weights(tmp_path / "best_00000002.weights.h5")
    with pytest.raises(ValueError, match="best"):
        mg.callbacks.restore_best(compiled(), tmp_path)


def test_scores_are_shown_in_tensorboard(tmp_path):
    gan = compiled()
    callback = mg.callbacks.BestCheckpoint(
        Scripted(0.25), tmp_path, 2, log_dir=tmp_path / "logs", name="x"
    )
    gan.fit(points(), batch_size=12, verbose=0, callbacks=[callback])
    (log,) = (tmp_path / "logs").iterdir()
    found = [
        (event.step, value.tag, float(tf.make_ndarray(value.tensor)))
        for event in tf.compat.v1.train.summary_iterator(str(log))
        for value in event.summary.value
    ]
    assert found == [(2, "validation/x", 0.25)]
