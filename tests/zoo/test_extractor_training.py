import keras
import numpy as np
import pytest
import tensorflow as tf
from mixgan_tf.zoo.extractors import train
from mixgan_tf.zoo.extractors.recipes import RECIPES
from mixgan_tf.zoo.extractors.training_data import labelled_arrays
from mixgan_tf.zoo.extractors.training_data import mirrored
from mixgan_tf.zoo.extractors.training_data import shifted
from mixgan_tf.zoo.extractors.training_data import training_batches

import mixgan_tf as mg

SMALL = RECIPES["digits"]._replace(epochs=3, batch_size=100, flip=True)


def weights(folder):
    extractor = mg.metrics.get_extractor(folder)
    return extractor.sha256, extractor.metadata["accuracy"]


def test_interrupted_training_ends_where_uninterrupted_does(
    tmp_path, monkeypatch
):
    expected = weights(train.train(SMALL, tmp_path / "whole"))
    save = train.SaveEveryEpoch.on_epoch_end
    epochs = []

    def save_and_stop(self, epoch, logs=None):
        save(self, epoch, logs)
        epochs.append(epoch)
        if epochs == [0, 1]:
            raise KeyboardInterrupt

    monkeypatch.setattr(train.SaveEveryEpoch, "on_epoch_end", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        train.train(SMALL, tmp_path / "parts")
    assert not (tmp_path / "parts" / "extractor").exists()
    found = weights(train.train(SMALL, tmp_path / "parts"))
    assert epochs == [0, 1, 2]  # it went on, and did not begin again
    assert found == expected
    # Far better than chance, on images it was not trained on.
    assert expected[1]["test"] > 0.5


def test_held_out_images_are_not_trained_on(tmp_path, monkeypatch):
    images, labels = labelled_arrays("digits", "train")
    given = []

    def record(*arrays_and_more):
        given.extend(arrays_and_more[:2])
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "training_batches", record)
    with pytest.raises(KeyboardInterrupt):
        train.train(SMALL, tmp_path)
    assert SMALL.held_out == 137
    np.testing.assert_array_equal(given[0], images[:1300])
    np.testing.assert_array_equal(given[1], labels[:1300])


def test_an_epoch_visits_every_image():
    images, labels = labelled_arrays("digits", "test")
    recipe = SMALL._replace(shift=0, flip=False, batch_size=60)
    batches = list(training_batches(images, labels, recipe).take(6))
    seen = np.concatenate([batch for batch, _ in batches])
    assert sorted(np.concatenate([y for _, y in batches])) == sorted(labels)
    levels = np.rint((seen + 1) * 127.5).astype("uint8")
    assert {x.tobytes() for x in levels} == {x.tobytes() for x in images}


def test_every_step_changes_images_in_another_way():
    images, labels = labelled_arrays("digits", "test")
    same = np.repeat(images[:1], 100, axis=0)
    recipe = SMALL._replace(batch_size=50)
    (first, _), (second, _) = training_batches(same, labels[:100], recipe).take(
        2
    )
    assert not np.array_equal(first, second)


def test_batches_are_a_function_of_the_step():
    images, labels = labelled_arrays("digits", "train")
    early = list(training_batches(images, labels, SMALL).take(6))
    late = list(training_batches(images, labels, SMALL, start_step=4).take(2))
    for a, b in zip(early[4:], late, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
        np.testing.assert_array_equal(a[1], b[1])
    assert not np.array_equal(early[0][0], early[1][0])


def test_shifts_move_the_picture_and_repeat_its_edge():
    # Each pixel of the picture says where it is: row and column.
    place = np.stack(np.mgrid[:8, :8], axis=-1)
    batch = tf.constant(np.repeat(place[None], 200, axis=0))
    moved = shifted(batch, 2, tf.constant([0, 1], tf.int64)).numpy()
    offsets = set()
    for image in moved:
        dy, dx = image[4, 4] - 4
        offsets.add((int(dy), int(dx)))
        expected = np.clip(place + [dy, dx], 0, 7)
        np.testing.assert_array_equal(image, expected)
    assert offsets == {(y, x) for y in range(-2, 3) for x in range(-2, 3)}


def test_about_half_of_the_images_are_mirrored():
    image = np.arange(6).reshape(1, 2, 3, 1)
    batch = tf.constant(np.repeat(image, 400, axis=0))
    changed = mirrored(batch, tf.constant([3, 1], tf.int64)).numpy()
    flipped = np.array([np.array_equal(x, image[0, :, ::-1]) for x in changed])
    kept = np.array([np.array_equal(x, image[0]) for x in changed])
    assert np.all(flipped ^ kept)
    assert 140 < flipped.sum() < 260


def test_the_classifiers_use_kerass_own_layers_alone():
    for recipe in RECIPES.values():
        model = train.conv_classifier((32, 32, 3), 10, recipe.stages)
        assert model.count_params() * 4 < 2_500_000
        for layer in train.with_features(model).layers:
            assert type(layer).__module__.startswith("keras.")
    assert isinstance(model, keras.Model)
