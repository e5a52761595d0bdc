import logging

import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg


def rows(dataset, batches):
    return np.concatenate([b[0].numpy() for b in dataset.take(batches)])


def test_every_epoch_visits_each_row_once_in_a_new_order():
    dataset = mg.data.endless_batches((np.arange(35),), 7, seed=3)
    seen = rows(dataset, 15).reshape(3, 35)
    for epoch in seen:
        assert sorted(epoch) == list(range(35))
    assert not np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[1], seen[2])


def test_a_batch_may_span_epochs_and_is_always_full():
    dataset = mg.data.endless_batches((np.arange(10),), 4, seed=3)
    seen = rows(dataset, 5)
    assert seen.shape == (20,)
    assert sorted(seen) == sorted(2 * list(range(10)))


def test_batches_are_a_function_of_seed_and_step():
    def batches(seed, start, count):
        dataset = mg.data.endless_batches(
            (np.arange(100),), 8, seed=seed, start_step=start
        )
        return rows(dataset, count).reshape(count, 8)

    straight = batches(1, 0, 30)
    np.testing.assert_array_equal(straight[17:], batches(1, 17, 13))
    assert not np.array_equal(straight, batches(2, 0, 30))


def test_images_and_labels_stay_together():
    arrays = (np.arange(50), np.arange(50) * 2)
    dataset = mg.data.endless_batches(arrays, 16)
    for x, y in dataset.take(5):
        np.testing.assert_array_equal(2 * x, y)


def test_empty_or_uneven_arrays_are_refused():
    for arrays in ((np.zeros(0),), (np.zeros(3), np.zeros(4))):
        with pytest.raises(ValueError, match="arrays.*Received"):
            mg.data.endless_batches(arrays, 2)


def test_digits_are_scaled_and_labelled():
    dataset = mg.data.load_images("digits", batch_size=32, with_labels=True)
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
    x, y = next(iter(dataset))
    assert x.shape == (32, 8, 8, 1)
    assert x.dtype == tf.float32
    assert (np.min(x), np.max(x)) == (-1, 1)
    assert set(y.numpy()) <= set(range(10))


def test_digits_splits_are_apart_and_complete():
    train, test = (mg.data.digits_arrays(s)[0] for s in ("train", "test"))
    assert len(train) + len(test) == 1797
    with pytest.raises(ValueError, match="split.*Received"):
        mg.data.digits_arrays("dev")


def test_one_pass_keeps_every_row_in_order():
    dataset = mg.data.load_images(
        "digits", split="test", batch_size=100, endless=False, with_labels=True
    )
    labels = np.concatenate([y.numpy() for _, y in dataset])
    np.testing.assert_array_equal(labels, mg.data.digits_arrays("test")[1])


def test_images_are_resized_on_request():
    dataset = mg.data.load_images("digits", batch_size=4, image_size=16)
    assert next(iter(dataset)).shape == (4, 16, 16, 1)


def test_ring_and_grid_have_their_modes():
    assert mg.data.ring_centers().shape == (8, 2)
    np.testing.assert_allclose(
        np.linalg.norm(mg.data.ring_centers(), axis=1), 2, rtol=1e-6
    )
    assert sorted(set(mg.data.grid_centers()[:, 0])) == [-4, -2, 0, 2, 4]
    for name, centers, sd in (
        ("ring", mg.data.ring_centers(), 0.02),
        ("grid", mg.data.grid_centers(), 0.05),
    ):
        dataset = getattr(mg.data, name)(batch_size=5000, seed=1)
        points = next(iter(dataset)).numpy()
        distance = np.linalg.norm(points[:, None] - centers, axis=-1)
        counts = np.bincount(distance.argmin(1), minlength=len(centers))
        assert counts.min() > 0.7 * 5000 / len(centers)
        # A 2-D Gaussian: the mean squared distance is 2 sd^2.
        np.testing.assert_allclose(
            np.mean(distance.min(1) ** 2), 2 * sd**2, rtol=0.1
        )


def test_synthetic_batches_are_a_function_of_seed_and_step():
    straight = [b.numpy() for b in mg.data.ring(seed=2).take(6)]
    later = [b.numpy() for b in mg.data.ring(seed=2, start_step=4).take(2)]
    np.testing.assert_array_equal(straight[4:], later)
    assert not np.array_equal(straight[0], straight[1])


def test_unknown_data_set_is_one_clear_error():
    with pytest.raises(ValueError, match="no such data set.*Received.*mnits"):
        mg.data.load_images("mnits")


def test_data_set_that_cannot_be_had_is_one_clear_error(tmp_path, monkeypatch):
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.utils import tqdm_utils

    connections = logging.getLogger("urllib3.connectionpool")

    def offline(*_, **__):
        assert not tqdm_utils._active  # nobody sees a bar in a test
        assert not connections.isEnabledFor(logging.WARNING)
        raise ConnectionError("no route to host")

    monkeypatch.setattr(
        tfds.core.DatasetBuilder, "download_and_prepare", offline
    )
    with pytest.raises(ValueError, match="TFDS_DATA_DIR.*no route to host"):
        mg.data.load_images("mnist", data_dir=str(tmp_path))
    assert tqdm_utils._active


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "shape", "num"),
    [("mnist", (28, 28, 1), 60_000), ("cifar10", (32, 32, 3), 50_000)],
)
def test_tfds_images(name, shape, num, request):
    request.getfixturevalue(name)
    dataset = mg.data.load_images(name, batch_size=500, with_labels=True)
    counts = np.zeros(10, int)
    for x, y in dataset.take(num // 500):
        assert x.shape == (500, *shape)
        counts += np.bincount(y, minlength=10)
    assert counts.sum() == num
    assert counts.min() > 0.08 * num
    assert (np.min(x), np.max(x)) == (-1, 1)


@pytest.mark.real_data
def test_unknown_split_lists_the_splits(mnist):
    with pytest.raises(ValueError, match="'test', 'train'.*Received"):
        mg.data.load_images(mnist, split="validation")


@pytest.mark.real_data
def test_large_data_sets_are_streamed(mnist, monkeypatch):
    monkeypatch.setattr("mixgan_tf.data.images.IN_MEMORY_BYTES", 1)
    dataset = mg.data.load_images(mnist, batch_size=32, with_labels=True)
    x, y = next(iter(dataset))
    assert x.shape == (32, 28, 28, 1)
    assert (np.min(x), np.max(x)) == (-1, 1)
    assert len(set(y.numpy())) > 5
    later = mg.data.load_images(
        mnist, batch_size=32, with_labels=True, start_step=2
    )
    third = next(iter(dataset.skip(2)))
    for a, b in zip(third, next(iter(later)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_folder_of_tfds_may_be_named_at_any_time(monkeypatch, tmp_path):
    import tensorflow_datasets  # noqa: F401  (it reads the environment here)

    from mixgan_tf.data.tfds_builder import tfds_builder

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert tfds_builder("mnist").data_dir.startswith(str(tmp_path))
    assert tfds_builder("mnist", tmp_path / "x").data_dir.startswith(
        str(tmp_path / "x")
    )
