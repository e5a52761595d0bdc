import numpy as np
import pytest
from scipy import stats

from mixgan_tf.metrics import support_distance


def test_a_gaussian_is_far_from_its_own_training_set():
    # Lemma 1 of the paper: N(0, I/d), at distance 1.1 at least.
    points = np.random.default_rng(0).normal(size=(4000, 256)) / 16
    found = support_distance(points[:2000], points[2000:])
    assert found.distance > 1.1
    assert found.distance == pytest.approx(1.229, abs=0.005)
    assert 0 < found.standard_error < 0.002


def test_bound_holds_for_every_distribution_on_the_support():
    random = np.random.default_rng(1)
    samples, support = random.normal(size=200), random.normal(size=5)
    found = support_distance(samples[:, None], support[:, None])
    for weights in random.dirichlet(np.ones(5), size=50):
        distance = stats.wasserstein_distance(samples, support, None, weights)
        assert distance >= found.distance - 1e-12
    # Each sample to its nearest point is itself such a distribution.
    nearest = np.abs(samples[:, None] - support).argmin(axis=1)
    best = np.bincount(nearest, minlength=5) / 200
    assert stats.wasserstein_distance(
        samples, support, None, best
    ) == pytest.approx(found.distance)


def test_error_is_that_of_the_mean():
    found = support_distance([[1.0], [3.0]], [[0.0]])
    assert found == (2, 1)
    assert support_distance([[1.0], [1.0]], [[1.0], [5.0]]) == (0, 0)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="`samples`.*at least 2.*Received"):
        support_distance(np.zeros([1, 2]), np.zeros([3, 2]))
    with pytest.raises(ValueError, match="`support`.*Received"):
        support_distance(np.zeros([2, 2]), np.zeros([3, 1]))
