import numpy as np
import pytest

from mixgan_tf.metrics import tfgan
from mixgan_tf.metrics.classifier_score import StreamingClassifierScore
from mixgan_tf.metrics.classifier_score import classifier_score


def one_hot_logits(labels, num_classes):
    return 1000.0 * np.eye(num_classes)[labels]


@pytest.mark.parametrize("splits", [1, 4])
def test_certain_and_balanced_predictions_score_the_number_of_classes(splits):
    labels = np.arange(7 * 8) % 7
    score = classifier_score(one_hot_logits(labels, 7), splits)
    assert score.mean == pytest.approx(7, abs=1e-9)
    assert score.parts == splits
    assert score.sd is None if splits == 1 else score.sd < 1e-9


@pytest.mark.parametrize("row", [[0.3, -1.0, 2.0], [900.0, 0.0, -900.0]])
def test_constant_predictions_score_one(row):
    # In the second row two classes are never predicted: 0 log 0.
    score = classifier_score(np.tile(row, (30, 1)), splits=2)
    assert score.mean == pytest.approx(1, abs=1e-12)


def test_two_certain_classes_of_unequal_share():
    labels = np.array([0] * 25 + [1] * 75)
    score = classifier_score(one_hot_logits(labels, 10), splits=1)
    entropy = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))
    assert score.mean == pytest.approx(np.exp(entropy))


def test_agrees_with_tf_gan_split_by_split():
    metrics = tfgan.load("eval.classifier_metrics")
    logits = 3 * np.random.default_rng(0).normal(size=(500, 10))
    expected = [
        float(metrics.classifier_score_from_logits(part))
        for part in np.split(logits, 5)
    ]
    score = classifier_score(logits.astype("float32"), splits=5)
    assert score.mean == pytest.approx(np.mean(expected), rel=1e-5)
    assert score.sd == pytest.approx(np.std(expected, ddof=1), rel=1e-4)


def test_batches_do_not_matter():
    logits = np.random.default_rng(1).normal(size=(103, 4))
    score = StreamingClassifierScore(103, 4, splits=3)
    for start in range(0, 103, 10):
        score.update(logits[start : start + 10])
    assert score.result() == pytest.approx(classifier_score(logits, 3))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="needs 100 samples"):
        classifier_score(np.zeros((99, 10)), splits=10)
    with pytest.raises(ValueError, match="finite"):
        classifier_score(np.full((20, 2), np.nan), splits=2)
    with pytest.raises(ValueError, match="num_classes"):
        classifier_score(np.zeros(20))
    with pytest.raises(ValueError, match="splits"):
        classifier_score(np.zeros((20, 2)), splits=0)
    unfinished = StreamingClassifierScore(20, 2, splits=2)
    unfinished.update(np.zeros((5, 2)))
    with pytest.raises(ValueError, match="20 samples. Received: 5"):
        unfinished.result()
