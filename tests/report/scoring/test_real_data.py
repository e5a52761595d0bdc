import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.report.scoring import real_data


def test_held_out_digits_come_with_their_labels():
    images, labels = real_data.held_out_samples("digits", "test", 8, 50, True)
    stored, classes = mg.data.digits_arrays("test")
    np.testing.assert_array_equal(labels, classes[:50])
    np.testing.assert_allclose(
        (images + 1) * 127.5, stored[:50].astype("float32"), atol=1e-4
    )
    assert real_data.held_out_samples("digits", "test", 8, 5, False)[1] is None


def test_held_out_points_are_none_that_training_draws():
    points, labels = real_data.held_out_samples("ring", None, None, 64, False)
    assert points.shape == (64, 2)
    assert labels is None
    trained = next(mg.data.ring(batch_size=64, seed=0).as_numpy_iterator())
    assert not np.isin(points, trained).any()
    centers, sd = real_data.centers_and_sd("ring")
    found = mg.metrics.mode_coverage(points, centers, sd)
    assert found.modes == 8
    assert found.high_quality > 0.9
    centers, sd = real_data.centers_and_sd("grid")
    assert (len(centers), sd) == (25, 0.05)


def test_images_by_their_numbers():
    source = mg.metrics.ImageSplit("digits", "train")
    found = real_data.images_at(source, np.array([[3, 1100], [3, 620]]))
    assert sorted(found) == [3, 620, 1100]
    stored, _ = mg.data.digits_arrays("train")
    for row, image in found.items():
        np.testing.assert_allclose((image + 1) * 127.5, stored[row], atol=1e-4)


def test_stacked_digits_are_drawn_from_the_split():
    source = real_data.image_source("stacked_digits", "test", 8)
    batch = next(source.batches())
    assert batch.shape[1:] == (8, 8, 3)
    stored, _ = mg.data.digits_arrays("test")
    digits = {image.tobytes() for image in stored[..., 0]}
    channel = np.rint((batch[0, ..., 1] + 1) * 127.5).astype("uint8")
    assert channel.tobytes() in digits
    described = source.describe()
    assert described["name"] == "stacked_digits"
    assert described["num"] == source.num == 10_000


def test_a_large_split_is_cut():
    source = real_data.image_source("digits", "train", 8, most=100)
    assert source.num == source.describe()["num"] == 100
    assert real_data.image_source("digits", "test", 8, most=1000).num == 360


@pytest.mark.parametrize(
    ("name", "here"), [("digits", True), ("grid", True), ("no_such", False)]
)
def test_what_is_available_offline(name, here):
    assert real_data.is_available_offline(name) is here
    assert real_data.splits_overlap("digits", "test", "test")
    assert not real_data.splits_overlap("digits", "train", "test")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("train", "test", False),
        ("train[:55000]", "train[55000:]", False),
        ("train[:55000]", "train[54999:]", True),
        ("train", "train[:1%]", True),
        ("train+test", "test", True),
    ],
)
def test_splits_that_share_images(mnist, one, other, share):
    assert real_data.is_available_offline(mnist)
    assert real_data.splits_overlap(mnist, one, other) is share
    assert real_data.splits_overlap(mnist, other, one) is share
