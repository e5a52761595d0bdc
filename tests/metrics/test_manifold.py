import tracemalloc

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics import density_coverage
from mixgan_tf.metrics import distances
from mixgan_tf.metrics import precision_recall


def by_definition(real, fake, k):
    """Precision, recall, density and coverage, in loops over all pairs."""

    def radii(points):
        apart = [
            sorted(
                np.linalg.norm(p - q) for j, q in enumerate(points) if j != i
            )
            for i, p in enumerate(points)
        ]
        return [row[k - 1] for row in apart]

    def inside(x, points, sizes):
        return [
            np.linalg.norm(x - p) <= r
            for p, r in zip(points, sizes, strict=True)
        ]

    in_real = np.array([inside(x, real, radii(real)) for x in fake])
    in_fake = np.array([inside(x, fake, radii(fake)) for x in real])
    return (
        in_real.any(axis=1).mean(),
        in_fake.any(axis=1).mean(),
        in_real.sum() / (k * len(fake)),
        in_real.any(axis=0).mean(),
    )


def all_four(real, fake, k):
    found = precision_recall(real, fake, k=k), density_coverage(real, fake, k=k)
    for each in found:
        assert each[2:] == (k, len(real), len(fake))
    return found[0][:2] + found[1][:2]


@pytest.mark.parametrize("k", [1, 3, 6])
@pytest.mark.parametrize("dimensions", [2, 30])
def test_measures_agree_with_their_definition(k, dimensions, monkeypatch):
    monkeypatch.setattr(distances, "BLOCK", 16)
    random = np.random.default_rng(k)
    real = random.normal(size=(40, dimensions))
    fake = random.normal(1.5 / dimensions**0.5, 1, size=(25, dimensions))
    expected = by_definition(real, fake, k)
    assert min(expected) > 0 and len(set(expected)) > 2
    np.testing.assert_allclose(all_four(real, fake, k), expected)


@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("dimensions", [2, 100])
def test_identical_sets(kind, dimensions):
    points = np.random.default_rng(0).normal(7, 1, size=(300, dimensions))
    points = points.astype(kind)
    # A point lies in its own ball and, on average, in those of k others.
    assert all_four(points, points[::-1], k=4) == (1, 1, 5 / 4, 1)


def test_disjoint_sets():
    points = np.random.default_rng(0).normal(size=(100, 5))
    assert all_four(points, points + 1000, k=3) == (0, 0, 0, 0)


def test_half_overlap():
    random = np.random.default_rng(0)
    shared, lost, stray = (
        center + random.normal(size=(50, 3)) for center in (0, 1000, -1000)
    )
    real = np.concatenate([shared, lost])
    fake = np.concatenate([stray, shared, stray + 1])
    assert all_four(real, fake, k=2) == (1 / 3, 1 / 2, 3 / 2 / 3, 1 / 2)


def test_a_collapsed_generator_is_precise_and_covers_little():
    real = np.random.default_rng(0).normal(size=(200, 2))
    fake = np.tile(real[5], [200, 1])
    found = all_four(real, fake, k=3)
    assert found[0] == 1
    assert found[1] == 1 / 200  # its balls have no size
    assert 1 / 200 <= found[3] < 0.1


def test_expected_density_and_coverage_of_one_distribution():
    n, m, k = 60, 40, 5
    expected = 1 - np.prod([(n - i) / (n + m - i) for i in range(1, k + 1)])
    found = []
    for trial in range(200):
        points = np.random.default_rng(trial).normal(size=(n + m, 2))
        found.append(density_coverage(points[:n], points[n:], k=k)[:2])
    error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    assert np.all(np.abs(np.mean(found, axis=0) - [1, expected]) < 4 * error)
    assert error.max() < 0.02


def test_memory_does_not_grow_with_the_number_of_pairs():
    points = np.random.default_rng(0).normal(size=(10_000, 4))
    distances.nearest(None, points[:10])  # imports
    tracemalloc.start()
    density_coverage(points, points[:5000])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.4 * 8 * 10_000 * 5000  # bytes of the matrix


@pytest.mark.parametrize("measure", [precision_recall, density_coverage])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"real": np.zeros([5, 3])}, "`real` and `fake`.*Received"),
        ({"fake": np.zeros(5)}, "`fake`.*Received"),
        ({"real": np.full([5, 2], np.nan)}, "`real`.*finite.*Received"),
        ({"k": 5}, "`k` must be below.*`real`, 5.*Received: k=5"),
        ({"k": 0}, "`k`.*positive.*Received: k=0"),
        ({"k": 1.5}, "`k`.*positive.*Received: k=1.5"),
    ],
)
def test_bad_arguments_are_named(measure, change, message):
    given = {"real": np.zeros([5, 2]), "fake": np.zeros([9, 2]), "k": 3}
    with pytest.raises(ValueError, match=message):
        measure(**{**given, **change})


def test_only_precision_and_recall_need_balls_of_fakes():
    real, fake = np.zeros([9, 2]), np.zeros([2, 2])
    with pytest.raises(ValueError, match="`fake`, 2. Received: k=3"):
        precision_recall(real, fake, k=3)
    assert mg.metrics.density_coverage(real, fake, k=3).num_fake == 2
