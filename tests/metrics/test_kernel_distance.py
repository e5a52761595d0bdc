import numpy as np
import pytest

from mixgan_tf.metrics.kernel_distance import kernel_distance


def numpy_estimate(x, y):
    dimensions = x.shape[1]

    def kernel(a, b):
        return (a @ b.T / dimensions + 1) ** 3

    def mean_off_diagonal(k):
        n = len(k)
        return (k.sum() - np.trace(k)) / (n * (n - 1))

    return (
        mean_off_diagonal(kernel(x, x))
        + mean_off_diagonal(kernel(y, y))
        - 2 * kernel(x, y).mean()
    )


def test_one_block_is_the_unbiased_estimate():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(50, 4)), random.normal(size=(40, 4)) + 0.2
    score = kernel_distance(x, y)
    assert score.mean == pytest.approx(numpy_estimate(x, y), rel=1e-9)
    assert (score.sd, score.parts) == (None, 1)


def test_blocks_have_a_mean_and_a_deviation():
    random = np.random.default_rng(1)
    x, y = random.normal(size=(120, 3)), random.normal(size=(120, 3))
    score = kernel_distance(x, y, max_block_size=40)
    parts = [
        numpy_estimate(*pair)
        for pair in zip(np.split(x, 3), np.split(y, 3), strict=True)
    ]
    assert score.parts == 3
    assert score.mean == pytest.approx(np.mean(parts), rel=1e-9)
    assert score.sd == pytest.approx(np.std(parts, ddof=1), rel=1e-9)


def test_one_dimension_against_moments():
    # E (xy+1)^3 = sum_k binom(3, k) m_k^2, so that the distance is the sum of
    # binom(3, k) (m_k - m'_k)^2: for N(0, 1) and N(1, 1), 3 + 3 + 16.
    random = np.random.default_rng(2)
    x, y = random.normal(size=(2, 20_000, 1))
    score = kernel_distance(x, y + 1, max_block_size=500)
    error = score.sd / score.parts**0.5
    assert abs(score.mean - 22) < 4 * error
    assert error < 1
    same = kernel_distance(x, y, max_block_size=500)
    assert abs(same.mean) < 4 * same.sd / same.parts**0.5
    assert kernel_distance(x, x[::-1]).mean < 0.1


def test_bad_input_is_refused():
    good = np.zeros((10, 2))
    with pytest.raises(ValueError, match="equal dimensions"):
        kernel_distance(good, np.zeros((10, 3)))
    with pytest.raises(ValueError, match="two samples of each kind in each"):
        kernel_distance(good, np.zeros((1, 2)))
    with pytest.raises(ValueError, match="5 blocks"):
        kernel_distance(np.zeros((50, 2)), np.zeros((9, 2)), 10)
    with pytest.raises(ValueError, match="finite"):
        kernel_distance(good, good + np.nan)
    with pytest.raises(ValueError, match="max_block_size"):
        kernel_distance(good, good, max_block_size=0)
