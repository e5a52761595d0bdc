import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg


def load(**settings):
    return mg.data.load_stacked_mnist(
        **{
            "source": "digits",
            "batch_size": 32,
            "with_labels": True,
            **settings,
        }
    )


def together(dataset, batches=None):
    pairs = list(dataset if batches is None else dataset.take(batches))
    return [np.concatenate(parts) for parts in zip(*pairs, strict=True)]


@pytest.mark.parametrize("split", ["train", "test"])
def test_channels_are_digits_and_the_label_names_them_in_order(split):
    images, labels = together(load(split=split), 1)
    assert images.shape == (32, 8, 8, 3)
    assert images.dtype == np.float32
    assert labels.dtype == np.int32
    assert (images.min(), images.max()) == (-1, 1)
    digits, classes = mg.data.digits_arrays(split)
    pixels = np.round((images + 1) * 127.5)
    for image, label in zip(pixels, labels, strict=True):
        for channel, digit in enumerate(f"{label:03}"):
            same = digits[..., 0] == image[..., channel]
            assert int(digit) in classes[np.all(same, axis=(1, 2))]


def test_batches_are_a_function_of_seed_and_step():
    straight, _ = together(load(seed=4), 6)
    later, _ = together(load(seed=4, start_step=4), 2)
    np.testing.assert_array_equal(straight[4 * 32 :], later)
    assert not np.array_equal(straight[:32], straight[32:64])
    other, _ = together(load(seed=5), 1)
    assert not np.array_equal(straight[:32], other)
    assert load().cardinality() == tf.data.INFINITE_CARDINALITY


def test_one_pass_is_as_long_as_asked_and_its_start_does_not_depend_on_that():
    images, labels = together(load(endless=False, num=70))
    assert len(images) == len(labels) == 70
    more, _ = together(load(endless=False, num=100, batch_size=9))
    np.testing.assert_array_equal(images, more[:70])
    training, _ = together(load(), 1)
    assert not np.array_equal(training, images[:32])


def test_all_thousand_modes_are_equally_likely_given_the_digits():
    _, labels = together(load(batch_size=50_000), 1)
    _, digits = mg.data.digits_arrays("train")
    shares = np.bincount(digits, minlength=10) / len(digits)
    expected = 50_000 * np.einsum("a,b,c->abc", shares, shares, shares)
    counts = np.bincount(labels, minlength=1000)
    chi_squared = np.sum((counts - expected.ravel()) ** 2 / expected.ravel())
    assert abs(chi_squared - 999) < 4 * np.sqrt(2 * 999)
    assert mg.metrics.class_coverage(labels, 1000).modes == 1000


def test_images_alone_and_resized():
    images = next(iter(load(with_labels=False, image_size=16)))
    assert images.shape == (32, 16, 16, 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"source": "cifar10"}, "`source`.*'mnist', 'digits'.*Received"),
        ({"split": "dev"}, "`split`.*Received"),
        ({"batch_size": 0}, "`batch_size`.*Received"),
        ({"num": 0, "endless": False}, "`num`.*Received"),
    ],
)
def test_bad_arguments_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        load(**settings)


@pytest.mark.real_data
def test_mnist_is_stacked(mnist):
    images, labels = together(load(source=mnist, batch_size=500), 2)
    assert images.shape == (1000, 28, 28, 3)
    assert (images.min(), images.max()) == (-1, 1)
    # Independent draws from 60,000: equal channels are next to impossible.
    assert not np.any(np.all(images[..., 0] == images[..., 1], axis=(1, 2)))
    assert mg.metrics.class_coverage(labels, 1000).modes > 550
