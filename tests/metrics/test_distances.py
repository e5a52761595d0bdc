import numpy as np
import pytest

from mixgan_tf.metrics import distances


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(distances, "BLOCK", 16)


@pytest.mark.parametrize("dimensions", [3, 40])  # a tree, and brute force
def test_nearest_agrees_with_the_definition(small_blocks, dimensions):
    random = np.random.default_rng(0)
    x = random.normal(size=(50, dimensions))
    y = random.normal(size=(37, dimensions))
    all_pairs = np.linalg.norm(x[:, None] - y, axis=-1)
    found, indices = distances.nearest(x, y, k=4)
    np.testing.assert_allclose(found, np.sort(all_pairs, axis=1)[:, :4])
    np.testing.assert_array_equal(indices, all_pairs.argsort(axis=1)[:, :4])


def test_a_point_is_not_its_own_neighbour_but_its_copy_is():
    points = np.array([[0.0, 0], [3, 4], [0, 0], [0, 1]])
    found, indices = distances.nearest(None, points, k=2)
    np.testing.assert_allclose(found, [[0, 1], [18**0.5, 5], [0, 1], [1, 1]])
    assert indices[0, 0] == 2
    assert indices[2, 0] == 0


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_copies_far_from_the_origin_are_at_distance_zero(kind):
    random = np.random.default_rng(0)
    points = (1e3 + random.normal(size=(200, 64))).astype(kind)
    found, indices = distances.nearest(points[::-1], points)
    assert np.all(found == 0)
    np.testing.assert_array_equal(indices[:, 0], np.arange(200)[::-1])


def test_blocks_make_up_the_whole_matrix(small_blocks):
    random = np.random.default_rng(1)
    x = random.normal(5, 1, size=(50, 7)).astype("float32")
    y = random.normal(size=(33, 7))
    squared = np.full((50, 33), np.nan)
    for rows, columns, block in distances.squared_distance_blocks(x, y):
        assert block.size <= 16**2
        squared[rows, columns] = block
    exact = np.sum((x[:, None].astype("float64") - y) ** 2, axis=-1)
    assert np.abs(squared - exact).max() < distances.rounding_error_bound(x, y)
    np.testing.assert_allclose(squared, exact, rtol=1e-12)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros(5), r"`real`.*\(n, \.\.\.\).*Received: shape \(5,\)"),
        (np.zeros([1, 4]), "`real`.*at least 2 rows.*Received"),
        (np.zeros([5, 0]), "`real`.*Received"),
        (np.zeros([5, 2], complex), "`real`.*numbers.*complex128"),
        ([["a"], ["b"]], "`real`.*numbers.*Received"),
        ([[0.0], [np.nan], [np.inf]], "`real`.*in 2 of 3 rows.*row 1"),
    ],
)
def test_what_are_no_features_is_one_clear_error(value, message):
    with pytest.raises(ValueError, match=message):
        distances.require_features("real", value, min_rows=2)


def test_features_are_rows_of_floats():
    assert distances.require_features("x", np.zeros([4, 2, 3])).shape == (4, 6)
    for given, kept in (
        ("float32", "float32"),
        ("float16", "float64"),
        ("uint8", "float64"),
    ):
        found = distances.require_features("x", np.zeros([4, 2], given))
        assert found.dtype == kept


def test_widths_must_agree():
    with pytest.raises(ValueError, match=r"`a` and `b`.*Received: \[2, 3\]"):
        distances.require_same_width(a=np.zeros([4, 2]), b=np.zeros([4, 3]))
