import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.metrics import tfgan
from mixgan_tf.metrics.frechet import frechet_distance
from mixgan_tf.metrics.frechet import gaussian_frechet_distance
from mixgan_tf.metrics.moments import Moments


def correlated(num, dimensions, seed, scale=1.0):
    random = np.random.default_rng(seed)
    mixing = random.normal(size=(dimensions, dimensions))
    return scale * random.normal(size=(num, dimensions)) @ mixing


def test_isotropic_gaussians():
    identity = np.eye(6)
    distance = gaussian_frechet_distance(
        np.zeros(6), identity, np.full(6, 0.5), 4 * identity
    )
    assert distance == pytest.approx(7.5, abs=1e-12)


def test_covariances_that_do_not_commute():
    # In two dimensions tr (AB)^(1/2) = (tr AB + 2 sqrt(det AB))^(1/2).
    a = np.array([[2.0, 0.6], [0.6, 1.0]])
    b = np.array([[1.0, -0.8], [-0.8, 3.0]])
    root = np.sqrt(np.trace(a @ b) + 2 * np.sqrt(np.linalg.det(a @ b)))
    distance = gaussian_frechet_distance([1, 0], a, [0, 2], b)
    assert distance == pytest.approx(5 + np.trace(a + b) - 2 * root)


def test_large_samples_of_gaussians():
    random = np.random.default_rng(0)
    real = random.normal(size=(200_000, 6))
    fake = 0.5 + 2 * random.normal(size=(200_000, 6))
    assert frechet_distance(real, fake) == pytest.approx(7.5, abs=0.1)


def test_identical_sets_are_at_distance_zero():
    features = correlated(300, 40, seed=0, scale=100.0)
    trace = np.trace(np.cov(features.T))
    assert frechet_distance(features, features.copy()) < 1e-6 * trace


def test_agrees_with_tf_gan():
    metrics = tfgan.load("eval.classifier_metrics")
    real, fake = correlated(200, 20, 0), correlated(150, 20, 1) + 0.3
    expected = metrics.frechet_classifier_distance_from_activations(
        tf.constant(real), tf.constant(fake)
    )
    assert frechet_distance(real, fake) == pytest.approx(float(expected))


def test_singular_covariances_stay_real():
    # Rank 3 and rank 2 in 30 dimensions: rounding puts eigenvalues below 0.
    random = np.random.default_rng(3)
    real = random.normal(size=(99, 3)) @ random.normal(size=(3, 30))
    fake = random.normal(size=(99, 2)) @ random.normal(size=(2, 30))
    covariances = np.cov(real.T), np.cov(fake.T)
    assert np.linalg.eigvalsh(covariances[0]).min() < 0
    small = 1e-9 * np.eye(30)
    distance, regular = (
        gaussian_frechet_distance(
            real.mean(0),
            covariances[0] + extra,
            fake.mean(0),
            covariances[1] + extra,
        )
        for extra in (0 * small, small)
    )
    assert isinstance(distance, float)
    assert distance == pytest.approx(regular, rel=1e-4)


def test_too_few_samples_are_refused():
    few = np.random.default_rng(0).normal(size=(8, 8))
    many = np.random.default_rng(1).normal(size=(9, 8))
    with pytest.raises(ValueError, match="more than 8 samples of each kind"):
        frechet_distance(many, few)
    with pytest.raises(ValueError, match="Received: 8 real and 9 fake"):
        frechet_distance(few, many)
    assert frechet_distance(many, many + 1) > 0


def test_bad_features_are_refused():
    good = np.random.default_rng(0).normal(size=(20, 3))
    with pytest.raises(ValueError, match="finite"):
        frechet_distance(good, np.where(good > 1, np.inf, good))
    with pytest.raises(ValueError, match="same dimensions"):
        frechet_distance(good, good[:, :2])
    with pytest.raises(ValueError, match="dimensions"):
        frechet_distance(good, good[0])


@pytest.mark.parametrize("batch", [1, 7, 250])
def test_moments_of_batches_are_those_of_all_rows(batch):
    # A far-off mean, where accumulated squares would lose every digit.
    features = 1e6 + np.random.default_rng(0).normal(size=(250, 3))
    moments = Moments(3)
    for start in range(0, 250, batch):
        moments.update(features[start : start + batch])
    moments.update(features[:0])
    assert moments.count == 250
    np.testing.assert_allclose(moments.mean, features.mean(0), rtol=1e-14)
    np.testing.assert_allclose(
        moments.covariance, np.cov(features.T), atol=1e-8
    )


def test_moments_of_float32_features_are_accumulated_in_float64():
    rows = np.full((1000, 1), 0.1, "float32")
    rows[::2] += np.float32(0.001)
    moments = Moments.from_features(rows)
    exact = rows.astype("float64")
    assert moments.mean[0] == pytest.approx(exact.mean(), rel=1e-13)
    assert moments.covariance[0, 0] == pytest.approx(exact.var(ddof=1))
