import math

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics import class_coverage
from mixgan_tf.metrics import stacked_classes


def test_even_classes_have_no_divergence():
    found = class_coverage(np.arange(1000).repeat(3), num_classes=1000)
    assert found.modes == 1000
    assert found.kl == pytest.approx(0, abs=1e-12)
    assert found.num_samples == 3000
    np.testing.assert_allclose(found.frequencies, 1 / 1000)


def test_one_class_alone_has_the_largest():
    found = class_coverage([7] * 50, num_classes=10)
    assert found[:2] == (1, pytest.approx(math.log(10)))


def test_divergence_is_that_of_the_samples_from_the_reference():
    classes = [0, 0, 0, 1]
    found = class_coverage(classes, 2, reference=[0.25, 0.75])
    expected = 0.75 * math.log(3) - 0.25 * math.log(3)
    assert found.kl == pytest.approx(expected)
    assert class_coverage(classes, 2, reference=[0, 1]).kl == math.inf
    assert class_coverage([1, 1], 2, reference=[0, 1]).kl == 0


def test_divergence_of_even_draws_is_what_the_text_says():
    draws = np.random.default_rng(0).integers(1000, size=25_000)
    kl = class_coverage(draws, 1000).kl
    # 2 n KL is chi-squared with 999 degrees.
    assert abs(2 * 25_000 * kl - 999) < 4 * math.sqrt(2 * 999)


def test_strays_can_be_left_out_of_the_count():
    classes = [0] * 10 + [1] * 2 + [2]
    modes = [class_coverage(classes, 5, min_count=c).modes for c in (1, 2, 3)]
    assert modes == [3, 2, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": np.zeros([5, 10])}, "`classes`.*argmax.*Received"),
        ({"classes": np.zeros(5)}, "`classes`.*ints.*float64"),
        ({"classes": []}, "`classes`.*non-empty.*Received"),
        ({"classes": [0, 10]}, r"`classes`.*\[0, 10\).*from 0 to 10"),
        ({"classes": [-1, 0]}, "`classes`.*from -1 to 0"),
        ({"num_classes": 0}, "`num_classes`.*Received"),
        ({"min_count": 0}, "`min_count`.*Received"),
        ({"reference": [0.5, 0.5]}, "`reference`.*10 prob.*Received"),
        ({"reference": [0.2] * 10}, "`reference`.*add up.*Received"),
        ({"reference": [np.nan] * 10}, "`reference`.*Received"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        class_coverage(**{"classes": [1, 2], "num_classes": 10, **change})


def brightest_of_ten(images):
    """A classifier of images whose class is where a single pixel is bright."""
    assert images.dtype == np.float32
    assert images.shape[1:] == (2, 5, 1)
    return images.reshape(-1, 10)


def test_stacked_classes_take_each_channel_as_a_digit():
    digits = np.random.default_rng(0).integers(10, size=(37, 3))
    images = np.eye(10)[digits].transpose(0, 2, 1).reshape(37, 2, 5, 3)
    found = stacked_classes(images, brightest_of_ten, batch_size=8)
    expected = [int(f"{a}{b}{c}") for a, b, c in digits]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("images", "classify", "message"),
    [
        (np.zeros([4, 2, 5, 1]), brightest_of_ten, "`images`.*3.*Received"),
        (np.zeros([0, 2, 5, 3]), brightest_of_ten, "`images`.*Received"),
        (np.zeros([4, 2, 5, 3]), lambda x: x, "`classify`.*ten.*Received"),
        (
            np.full([4, 2, 5, 3], np.nan),
            brightest_of_ten,
            "`classify`.*finite.*Received",
        ),
    ],
)
def test_bad_stacks_are_refused(images, classify, message):
    with pytest.raises(ValueError, match=message):
        stacked_classes(images, classify)


def test_a_real_classifier_counts_the_modes_of_stacked_digits():
    from sklearn.linear_model import RidgeClassifier

    images, labels = mg.data.digits_arrays("train")
    model = RidgeClassifier()
    model.fit(images.reshape(len(images), -1) / 127.5 - 1, labels)

    def classify(batch):
        return model.decision_function(batch.reshape(len(batch), -1))

    data = mg.data.load_stacked_mnist(
        source="digits",
        split="test",
        endless=False,
        num=8000,
        batch_size=8000,
        with_labels=True,
    )
    stacked, truth = (x.numpy() for x in next(iter(data)))
    found = stacked_classes(stacked, classify, batch_size=1000)
    assert 0.6 < np.mean(found == truth) < 1  # about 0.9 of each digit, cubed
    coverage = class_coverage(found, num_classes=1000)
    assert coverage.modes > 980
    assert coverage.kl < 0.3
