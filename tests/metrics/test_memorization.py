import numpy as np
import pytest

from mixgan_tf.metrics import memorization
from mixgan_tf.metrics import nearest_neighbors
from mixgan_tf.metrics import neighbor_grid
from tests.models import images


def gaussians(num, seed, dimensions=4):
    return np.random.default_rng(seed).normal(size=(num, dimensions))


def test_neighbours_of_images_are_those_of_their_pixels():
    train, samples = images(30, seed=0), images(5, seed=1)
    samples[2] = train[17]
    distances, indices = nearest_neighbors(samples, train, k=3)
    assert distances.shape == indices.shape == (5, 3)
    assert (distances[2, 0], indices[2, 0]) == (0, 17)
    exact = np.sqrt(
        np.sum(
            (samples[:, None].astype("float64") - train) ** 2, axis=(2, 3, 4)
        )
    )
    np.testing.assert_allclose(distances, np.sort(exact, axis=1)[:, :3])


def test_new_samples_of_the_distribution_are_no_copies():
    z = [
        memorization(
            gaussians(60, [t, 0]), gaussians(100, [t, 1]), gaussians(80, [t, 2])
        ).z
        for t in range(150)
    ]
    # Standard normal: the mean of 150 has sd 0.082, the variance 0.116.
    assert abs(np.mean(z)) < 4 * 0.082
    assert abs(np.var(z) - 1) < 4 * 0.116


def test_copies_are_found():
    train, heldout = gaussians(300, 0), gaussians(200, 1)
    copies = train[:50] + 1e-6
    found = memorization(copies, train, heldout)
    assert found.nearer == 1
    assert found.z > 8
    assert found.median_ratio < 1e-4
    assert found.very_near == 1
    np.testing.assert_array_equal(found.indices, np.arange(50))
    np.testing.assert_allclose(found.distances, 2e-6, rtol=1e-6)
    assert (found.num_samples, found.num_heldout) == (50, 200)


def test_copies_among_poor_samples_show_as_very_near():
    train, heldout = gaussians(300, 0), gaussians(200, 1)
    samples = np.concatenate([train[:20], gaussians(80, 2) + 10])
    found = memorization(samples, train, heldout)
    assert found.nearer < 0.3
    assert found.z < 0
    assert found.very_near == 0.2


def test_statistics_by_hand():
    # To the one training point samples are at 1, 3, 4 and new data at 2, 3.
    found = memorization([[1.0], [3], [4]], [[0.0]], [[2.0], [-3]])
    # Of six pairs the sample is nearer in 2, and once it is a tie.
    assert found.nearer == pytest.approx(2.5 / 6)
    assert found.z == pytest.approx((2.5 - 3) / np.sqrt(6 * 6 / 12))
    assert found.median_ratio == pytest.approx(3 / 2.5)
    assert found.very_near == pytest.approx(1 / 3)


def test_samples_and_held_out_data_that_are_all_copies():
    points = gaussians(10, 0)
    found = memorization(points, points, points)
    assert (found.nearer, found.z, found.median_ratio) == (0.5, 0, 1)
    assert found.very_near == 0
    assert memorization(points + 1, points, points).median_ratio == np.inf


def test_picture_has_a_row_for_each_sample():
    train, samples = images(30, seed=0), images(5, seed=1)
    _, indices = nearest_neighbors(samples, train, k=2)
    picture = neighbor_grid(samples, train, indices)
    assert picture.shape == (5 * 9 + 1, 3 * 9 + 1, 1)

    def tile(row, column):
        top, left = 9 * row + 1, 9 * column + 1
        return picture[top : top + 8, left : left + 8] / 127.5 - 1

    for row in range(5):
        np.testing.assert_allclose(tile(row, 0), samples[row], atol=0.005)
        for column in range(2):
            expected = train[indices[row, column]]
            np.testing.assert_allclose(
                tile(row, column + 1), expected, atol=0.005
            )
    assert neighbor_grid(samples, train, indices[:, 0], rows=2).shape == (
        19,
        19,
        1,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": np.zeros([5, 3])}, "`samples`.*`train`.*Received"),
        ({"heldout": np.zeros([5, 3])}, "`heldout`.*Received"),
        ({"train": np.zeros([0, 2])}, "`train`.*Received"),
        ({"heldout": np.full([5, 2], np.inf)}, "`heldout`.*finite"),
    ],
)
def test_bad_features_are_named(change, message):
    given = {name: np.zeros([5, 2]) for name in ("samples", "train", "heldout")}
    with pytest.raises(ValueError, match=message):
        memorization(**{**given, **change})


def test_bad_neighbours_are_refused():
    with pytest.raises(ValueError, match="`k`.*at most 3.*Received: k=4"):
        nearest_neighbors(np.zeros([5, 2]), np.zeros([3, 2]), k=4)
    pictures = images(3)
    for indices in (np.zeros([2, 1], int), [[0], [1], [3]], np.zeros([3, 1])):
        with pytest.raises(ValueError, match="`indices`.*Received"):
            neighbor_grid(pictures, pictures, indices)
    with pytest.raises(ValueError, match="`samples` and `train`.*Received"):
        neighbor_grid(pictures, pictures[:, :4], np.zeros([3, 1], int))
