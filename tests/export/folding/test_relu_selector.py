import numpy as np
import pytest
from mixgan_tf.export.folding import relu_selector
from scipy import stats

from mixgan_tf.model import sampling

DRAWS = 1_000_000
WEIGHTS = {
    "two": np.array([0.5, 0.5]),
    "five": np.array([0.3, 0.25, 0.2, 0.15, 0.1]),
    "rare": np.array([0.02, 0.9, 0.001, 0.079]),
    "sixty-four": np.random.default_rng(0).dirichlet(np.full(64, 5.0)),
}


def thresholds_of(weights):
    return relu_selector.finite_thresholds(
        sampling.selector_thresholds(weights)
    )


def normal_numbers(num=DRAWS, seed=0):
    random = np.random.default_rng(seed)
    return random.standard_normal(num, dtype="float32")


def gates_of(h, thresholds, eta, labels=None):
    h = np.asarray(h, "float32")
    return np.asarray(relu_selector.gates(h, thresholds, eta, labels))


def on_a_ramp(h, thresholds, eta):
    """Which `h` lie on a ramp, and which are clear of all, in float64."""
    distance = np.abs(h.astype("float64")[:, None] - thresholds).min(axis=1)
    rounding = 1e-6 * (1 + np.abs(h))  # of h and the thresholds to float32
    return distance < eta / 2, distance > eta / 2 + rounding


def standard_errors(probability, num=DRAWS):
    return np.sqrt(probability * (1 - probability) / num)


@pytest.mark.parametrize(
    ("thresholds", "eta", "mass"),
    [
        ([0.0], 2.0, 2 * stats.norm.cdf(1) - 1),
        ([-1.0, 1.0], 1.0, 2 * (stats.norm.cdf(1.5) - stats.norm.cdf(0.5))),
        ([1.0, 1.0, 1.0], 0.5, stats.norm.cdf(1.25) - stats.norm.cdf(0.75)),
        # Far out, where 1 - Phi has no digits left but Phi(-x) has.
        ([9.0], 0.5, stats.norm.sf(8.75) - stats.norm.sf(9.25)),
        ([-9.0], 0.5, stats.norm.cdf(-8.75) - stats.norm.cdf(-9.25)),
        ([0.3], 0.0, 0.0),
    ],
)
def test_failure_mass_is_the_normal_mass_of_the_ramps(thresholds, eta, mass):
    found = relu_selector.failure_mass(np.array(thresholds), eta)
    np.testing.assert_allclose(found, mass, rtol=1e-9)


@pytest.mark.parametrize("delta", [0.3, 1e-2, 1e-3, 1e-6])
@pytest.mark.parametrize("name", WEIGHTS)
def test_ramps_are_the_widest_that_delta_and_gaps_allow(name, delta):
    thresholds = thresholds_of(WEIGHTS[name])
    width = relu_selector.ramp_width(thresholds, delta)
    gap = min(np.diff(thresholds), default=2.0)
    assert width <= gap
    assert relu_selector.failure_mass(thresholds, width) <= delta
    wider = 1.0001 * width
    too_wide = relu_selector.failure_mass(thresholds, wider) > delta
    assert wider > gap or too_wide
    # No density is above 1 / sqrt(2 pi).
    safe = min(gap, delta * np.sqrt(2 * np.pi) / len(thresholds))
    assert width >= 0.9999 * safe


def test_ramps_of_class_dependent_thresholds_suit_every_class():
    thresholds = np.array([[-0.5, 1.0], [0.5, 1.1]])
    columns = [relu_selector.ramp_width(t, 0.2) for t in thresholds.T]
    assert columns[1] == pytest.approx(0.1)  # the gap
    assert columns[0] > 0.2
    width = relu_selector.ramp_width(thresholds, 0.2)
    assert width == pytest.approx(0.1)


@pytest.mark.parametrize("delta", [0.3, 1e-3, 1e-6])
@pytest.mark.parametrize("name", WEIGHTS)
def test_gates_sum_to_one_on_ramps_and_off_them(name, delta):
    thresholds = thresholds_of(WEIGHTS[name])
    eta = relu_selector.ramp_width(thresholds, delta)
    ramps = thresholds[:, None] + eta * np.linspace(-0.7, 0.7, 200)
    h = np.concatenate([ramps.ravel(), normal_numbers(2000)])
    gates = gates_of(h, thresholds, eta)
    assert np.any((gates > 0.01) & (gates < 0.99))
    np.testing.assert_allclose(gates.sum(axis=1), 1.0, atol=1e-6)
    assert gates.min() >= 0.0
    assert gates.max() <= 1.0


def test_gates_rise_and_fall_linearly_on_a_ramp():
    thresholds, eta = np.array([-1.0, 0.5]), 0.4
    h = [-1.1, -1.0, -0.95, 0.5, 0.6]
    expected = [
        [0.75, 0.25, 0],
        [0.5, 0.5, 0],
        [0.375, 0.625, 0],
        [0, 0.5, 0.5],
        [0, 0.25, 0.75],
    ]
    np.testing.assert_allclose(
        gates_of(h, thresholds, eta), expected, atol=1e-6
    )


@pytest.mark.parametrize("delta", [0.1, 1e-2, 1e-3, 1e-6])
def test_gates_are_exactly_one_hot_off_the_ramps(delta):
    thresholds = thresholds_of(WEIGHTS["five"])
    eta = relu_selector.ramp_width(thresholds, delta)
    h = normal_numbers()
    _, clear = on_a_ramp(h, thresholds, eta)
    assert clear.mean() > 1 - delta - 4 * standard_errors(delta) - 1e-4
    gates = gates_of(h, thresholds, eta)[clear]
    chosen = (h[clear, None] > thresholds).sum(axis=1)
    np.testing.assert_array_equal(gates, np.eye(5, dtype="float32")[chosen])


@pytest.mark.parametrize("delta", [0.1, 1e-2, 1e-3])
@pytest.mark.parametrize("name", ["two", "five", "rare"])
def test_failures_are_as_frequent_as_stated(name, delta):
    thresholds = thresholds_of(WEIGHTS[name])
    eta = relu_selector.ramp_width(thresholds, delta)
    h = normal_numbers(seed=1)
    gates = gates_of(h, thresholds, eta)
    failures = np.mean(gates.max(axis=1) < 1)
    assert failures <= delta + 4 * standard_errors(delta)
    mass = relu_selector.failure_mass(thresholds, eta)
    assert abs(failures - mass) <= 4 * standard_errors(mass)
    # Each component gets its weight, less the halves of its own ramps.
    edges = np.array([-np.inf, *thresholds, np.inf])
    exact = stats.norm.cdf(edges[1:] - eta / 2) - stats.norm.cdf(
        edges[:-1] + eta / 2
    )
    found = np.mean(gates == 1, axis=0)
    assert np.all(np.abs(found - exact) <= 4.5 * standard_errors(exact))


@pytest.mark.parametrize("delta", [0.2, 1e-3])
@pytest.mark.parametrize("name", WEIGHTS)
def test_the_largest_gate_follows_the_weights_exactly(name, delta):
    weights = WEIGHTS[name]
    thresholds = thresholds_of(weights)
    eta = relu_selector.ramp_width(thresholds, delta)
    counts = np.zeros(len(weights))
    num = DRAWS if len(weights) < 10 else 200_000
    for h in np.split(normal_numbers(num, seed=2), 10):
        largest = gates_of(h, thresholds, eta).argmax(axis=1)
        counts += np.bincount(largest, minlength=len(weights))
    assert stats.chisquare(counts, num * weights).pvalue > 1e-3


@pytest.mark.parametrize(
    ("weights", "empty"),
    [
        ([0.0, 0.4, 0.6], [0]),
        ([0.4, 0.0, 0.6], [1]),
        ([0.4, 0.0, 0.0, 0.6], [1, 2]),
        ([0.4, 0.6, 0.0], [2]),
        ([0.0, 1.0, 0.0], [0, 2]),
    ],
)
def test_components_of_weight_zero_stay_closed(weights, empty):
    thresholds = thresholds_of(weights)
    assert np.isfinite(thresholds).all()
    eta = relu_selector.ramp_width(thresholds, 1e-2)
    assert eta > 0
    gates = gates_of(normal_numbers(20_000), thresholds, eta)
    assert not gates[:, empty].any()
    np.testing.assert_allclose(gates.sum(axis=1), 1.0, atol=1e-6)
    largest = np.bincount(gates.argmax(axis=1), minlength=len(weights))
    np.testing.assert_allclose(largest / 20_000, weights, atol=0.02)


def test_a_weight_near_zero_leaves_finite_gates():
    weights = np.array([0.5, 1e-13, 0.5 - 1e-13])
    thresholds = thresholds_of(weights)
    eta = relu_selector.ramp_width(thresholds, 1e-3)
    assert 0 < eta < 1e-12
    h = np.concatenate([normal_numbers(1000), np.float32([0.0, 1e-7, -1e-7])])
    gates = gates_of(h, thresholds, eta)
    assert np.isfinite(gates).all()
    np.testing.assert_allclose(gates.sum(axis=1), 1.0, atol=1e-6)
    assert gates.min() >= 0.0


def test_one_component_is_always_open():
    gates = gates_of([-3.0, 0.0, 3.0], np.zeros([0]), 1.0)
    np.testing.assert_array_equal(gates, np.ones([3, 1]))


def test_each_row_meets_the_thresholds_of_its_class():
    weights = np.array([[0.6, 0.1, 0.0], [0.3, 0.1, 0.5], [0.1, 0.8, 0.5]])
    thresholds = thresholds_of(weights)
    eta = relu_selector.ramp_width(thresholds, 0.05)
    h = normal_numbers(3000)
    labels = np.arange(3000, dtype="int32") % 3
    gates = gates_of(h, thresholds, eta, labels)
    for k in range(3):
        alone = gates_of(h[labels == k], thresholds[:, k], eta)
        np.testing.assert_array_equal(gates[labels == k], alone)
        share = np.bincount(alone.argmax(axis=1), minlength=3) / 1000
        np.testing.assert_allclose(share, weights[:, k], atol=0.06)
