import math

import numpy as np
import pytest

from mixgan_tf.metrics import birthday_test
from mixgan_tf.metrics import duplicate_threshold
from mixgan_tf.metrics import pair_grid
from mixgan_tf.metrics import support_size
from tests.models import images


def chance_of_a_duplicate(num, batch_size):
    """Of `batch_size` uniform draws from `num` things, by multiplication."""
    different = 1.0
    for drawn in range(batch_size):
        different *= (num - drawn) / num
    return 1 - different


@pytest.mark.parametrize(
    ("num", "batch_size"), [(365, 23), (7, 5), (1000, 37), (10**9, 20_000)]
)
def test_support_size_inverts_the_birthday_paradox(num, batch_size):
    rate = chance_of_a_duplicate(num, batch_size)
    found = support_size(rate, batch_size)
    assert found == pytest.approx(num, rel=1e-6)
    if num > 100:  # the short formula of the docstring
        short = batch_size**2 / (2 * math.log(1 / (1 - rate)))
        assert found == pytest.approx(short, rel=0.05)


def test_support_size_at_the_ends():
    assert support_size(0, 10) == math.inf
    assert support_size(1, 10) == 9  # of nine things, ten cannot all differ
    assert support_size(1 - 1e-15, 10) == pytest.approx(9, abs=0.1)
    assert support_size(1e-15, 2) == pytest.approx(1e15, rel=0.2)
    sizes = [support_size(rate, 50) for rate in np.linspace(0.001, 0.999, 99)]
    assert np.all(np.diff(sizes) < 0)
    for rate, batch_size in ((-0.1, 5), (1.1, 5), (float("nan"), 5), (0.5, 1)):
        with pytest.raises(ValueError, match="Received"):
            support_size(rate, batch_size)


def test_estimate_for_a_uniform_distribution():
    draws = np.random.default_rng(0).integers(1000, size=(4000 * 37, 1))
    found = birthday_test(draws, batch_size=37, threshold=0.5)
    assert found.num_batches == 4000
    assert abs(found.support - 1000) < 100
    low, high = found.support_interval
    assert low < 1000 < high
    assert high - low < 200
    rate = chance_of_a_duplicate(1000, 37)
    assert found.rate_interval[0] < rate < found.rate_interval[1]
    assert (
        abs(found.duplicate_rate - rate) < 4 * (rate * (1 - rate) / 4000) ** 0.5
    )


def test_interval_is_exact():
    # Clopper and Pearson's ends are where a tail of the binomial has 2.5 %.
    spread = np.arange(400.0)[:, None]  # 20 batches without a duplicate
    none = birthday_test(spread, batch_size=20, threshold=0.5)
    assert none.duplicate_rate == 0
    assert none.rate_interval == (0, pytest.approx(1 - 0.025 ** (1 / 20)))
    assert none.support == none.support_interval[1] == math.inf
    assert none.support_interval[0] == pytest.approx(
        support_size(none.rate_interval[1], 20)
    )
    every = birthday_test(spread, batch_size=20, threshold=1e9)
    assert every.rate_interval == (pytest.approx(0.025 ** (1 / 20)), 1)
    assert every.support == 19
    assert every.support_interval[0] == 1
    narrow = birthday_test(spread, batch_size=20, threshold=0.5, confidence=0.5)
    assert narrow.rate_interval[1] == pytest.approx(1 - 0.25 ** (1 / 20))


def test_intervals_cover_the_truth_as_often_as_they_say():
    random = np.random.default_rng(2)
    covered = 0
    for _ in range(60):
        draws = random.integers(50, size=(20 * 9, 1))
        low, high = birthday_test(
            draws, batch_size=9, threshold=0.5, confidence=0.8
        ).support_interval
        covered += low <= 50 <= high
    assert covered >= 0.8 * 60 - 4 * math.sqrt(60 * 0.8 * 0.2)


def test_threshold_keeps_the_false_alarms_of_real_data():
    random = np.random.default_rng(0)
    alarms = batches = 0
    for trial in range(40):
        real = random.normal(size=(2 * 30 * 10, 3)) ** 3  # not uniform
        threshold = duplicate_threshold(
            real[:300], 10, false_alarm=0.2, seed=trial
        )
        found = birthday_test(real[300:], 10, threshold, seed=trial)
        alarms += found.duplicate_rate * found.num_batches
        batches += found.num_batches
    # 30 batches: the sixth smallest distance, below which 6 of 31 fall.
    error = 4 * math.sqrt(0.2 * 0.8 * (1 / batches + 1 / (40 * 30)))
    assert abs(alarms / batches - 6 / 31) < error


def test_threshold_is_an_order_statistic():
    # Batches of two, each one pair: at distances 1, 2, ..., 39.
    order = np.random.default_rng(6).permutation(78).reshape(39, 2)
    real = np.zeros([78, 1])
    for gap, (a, b) in enumerate(order, start=1):
        real[a], real[b] = 1000 * gap, 1001 * gap
    for false_alarm, place in ((0.025, 1), (0.05, 2), (0.1, 4), (0.99, 39)):
        found = duplicate_threshold(real, 2, false_alarm, seed=6)
        assert found == place


def test_too_little_or_duplicated_real_data_are_refused():
    real = np.random.default_rng(0).normal(size=(100, 2))
    with pytest.raises(ValueError, match="`real`.*19 batches.*190 rows.*100"):
        duplicate_threshold(real, 10)
    with pytest.raises(ValueError, match="`real`.*copies"):
        duplicate_threshold(np.zeros([190, 2]), 10)
    with pytest.raises(ValueError, match="`false_alarm`.*Received"):
        duplicate_threshold(real, 2, false_alarm=1.0)


def test_nearest_pairs_are_rows_of_the_samples_and_make_a_picture():
    pictures = images(40)
    pictures[33] = pictures[4]
    found = birthday_test(pictures, batch_size=20, threshold=1e-6, seed=3)
    again = birthday_test(pictures, batch_size=20, threshold=1e-6, seed=4)
    hits = {
        tuple(sorted(pair))
        for test in (found, again)
        for pair, gap in zip(test.pairs, test.distances, strict=True)
        if gap < 1e-6
    }
    assert hits <= {(4, 33)}
    one = birthday_test(pictures, batch_size=40, threshold=1e-6)
    assert one.duplicate_rate == 1
    assert sorted(one.pairs[0]) == [4, 33]
    assert one.distances[0] == 0
    flat = pictures.reshape(40, -1)
    for (a, b), gap in zip(found.pairs, found.distances, strict=True):
        assert gap == pytest.approx(np.linalg.norm(flat[a] - flat[b]), rel=1e-5)
    # Padding of one pixel around images of eight: the second row is at 10.
    picture = pair_grid(pictures, one)
    assert picture.shape == (19, 10, 1)
    np.testing.assert_array_equal(picture[1:9], picture[10:18])
    both = pair_grid(pictures, found)
    assert both.shape == (19, 19, 1)
    nearest = found.pairs[found.distances.argmin()]
    left = np.round((pictures[nearest[0]] + 1) * 127.5)
    np.testing.assert_array_equal(both[1:9, 1:9], left)
    assert pair_grid(pictures, found, columns=1).shape == (19, 10, 1)
    with pytest.raises(ValueError, match="`images`.*Received: 4 images"):
        pair_grid(pictures[:4], one)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": np.zeros([4, 2])}, "`samples`.*batch of 5.*4 rows"),
        ({"samples": np.full([10, 2], np.nan)}, "`samples`.*finite"),
        ({"batch_size": 1}, "`batch_size`.*at least 2.*Received"),
        ({"batch_size": 2.5}, "`batch_size`.*Received"),
        ({"threshold": 0}, "`threshold`.*Received"),
        ({"threshold": float("nan")}, "`threshold`.*Received"),
        ({"confidence": 1.0}, "`confidence`.*Received"),
    ],
)
def test_bad_arguments_are_named(change, message):
    given = {"samples": np.zeros([10, 2]), "batch_size": 5, "threshold": 1.0}
    with pytest.raises(ValueError, match=message):
        birthday_test(**{**given, **change})
