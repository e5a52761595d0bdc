import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.metrics import tfgan
from mixgan_tf.metrics.sliced_wasserstein import laplacian_pyramid
from mixgan_tf.metrics.sliced_wasserstein import sliced_distance
from mixgan_tf.metrics.sliced_wasserstein import sliced_wasserstein


def noise(num=30, side=32, channels=3, seed=0):
    random = np.random.default_rng(seed)
    images = random.uniform(-1, 1, (num, side, side, channels))
    return images.astype("float32")


def smooth(images):
    weights = np.ones((3, 3)) / 9
    return sum(
        weights[i, j] * np.roll(images, (i - 1, j - 1), axis=(1, 2))
        for i in range(3)
        for j in range(3)
    )


def test_the_distance_of_a_shift_is_its_length():
    points = np.random.default_rng(0).normal(size=(500, 1))
    one_direction = np.array([[-3.0]])
    distance = sliced_distance(points, points + 0.7, one_direction)
    assert distance == pytest.approx(0.7)


def test_a_shift_in_the_plane_shrinks_with_the_angle():
    points = np.random.default_rng(0).normal(size=(50, 2))
    directions = np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 4.0]])
    distance = sliced_distance(points, points + [1.0, 0.0], directions)
    assert distance == pytest.approx((1 + 0 + 0.6) / 3)


def test_the_pyramid_is_tf_gans():
    module = tfgan.load("eval.sliced_wasserstein")
    images = noise(3, side=64)
    ours = laplacian_pyramid(images)
    theirs = module.laplacian_pyramid(tf.constant(images), 3)
    assert [level.shape[1] for level in ours] == [64, 32, 16]
    for level, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(level, expected, atol=1e-5)


def test_agrees_with_tf_gan_on_colour_images():
    # Both draw patches and directions at random: means of a few draws.
    module = tfgan.load("eval.sliced_wasserstein")
    real, fake = noise(), smooth(noise(seed=1)).astype("float32")
    ours, theirs = [], []
    for seed in range(3):
        np.random.seed(seed)
        tf.random.set_seed(seed)
        found = module.sliced_wasserstein_distance(
            tf.constant(real), tf.constant(fake), random_sampling_count=2
        )
        theirs.append([float(of_fake) for _, of_fake in found])
        levels = sliced_wasserstein(
            real, fake, num_directions=2 * 147, seed=seed
        )
        ours.append(list(levels.values()))
    np.testing.assert_allclose(
        np.mean(ours, axis=0), np.mean(theirs, axis=0), rtol=0.08
    )


def test_sets_of_one_kind_are_close_and_others_far():
    same = sliced_wasserstein(noise(300), noise(300, seed=1))
    squares = noise(300, side=8, seed=1).repeat(4, axis=1).repeat(4, axis=2)
    other = sliced_wasserstein(noise(300), squares)
    assert set(same) == {32, 16}
    assert all(same[side] < other[side] / 2 for side in (32, 16))


def test_constant_patches_are_no_trouble():
    # Black but for a spot, as handwriting is; grey, sides of 28.
    images = np.full((20, 28, 28, 1), -1.0)
    images[:, 12:16, 12:16] = 1.0
    distances = sliced_wasserstein(images, noise(20, 28, 1))
    assert list(distances) == [28]
    assert 0.1 < distances[28] < 10
    # Rounding errors of a constant's mean are not blown up.
    grey = np.full((20, 28, 28, 1), 0.3)
    assert sliced_wasserstein(grey, -grey / 3)[28] == 0


def test_the_seed_fixes_the_distance():
    pair = noise(10), smooth(noise(10, seed=1))
    assert sliced_wasserstein(*pair) == sliced_wasserstein(*pair)
    assert sliced_wasserstein(*pair) != sliced_wasserstein(*pair, seed=1)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="one shape"):
        sliced_wasserstein(noise(4), noise(5))
    with pytest.raises(ValueError, match="one shape"):
        sliced_wasserstein(noise(4)[0], noise(4)[0])
    with pytest.raises(ValueError, match="patch_size"):
        sliced_wasserstein(noise(4, side=6), noise(4, side=6))
