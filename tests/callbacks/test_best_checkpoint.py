import json

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
        (tmp_path / "best.weights.h5").write_bytes(b"nothing")
    else:
        gan.train_steps.assign(77)
        gan.save_weights(tmp_path / "best.weights.h5")
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
