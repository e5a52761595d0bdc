import math

import numpy as np
import pytest
from scipy import stats

from mixgan_tf.metrics import component_report
from mixgan_tf.metrics import component_samples
from mixgan_tf.metrics import distances
from mixgan_tf.metrics import effective_components
from mixgan_tf.metrics import energy_distance
from mixgan_tf.metrics import frechet_distance
from tests.models import set_logits
from tests.models import tiny_gan


def test_energy_distance_agrees_with_its_definition(monkeypatch):
    monkeypatch.setattr(distances, "BLOCK", 16)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(40, 3)), random.normal(1, 2, size=(25, 3))

    def mean(a, b, pairs):
        return np.linalg.norm(a[:, None] - b, axis=-1).sum() / pairs

    expected = (
        2 * mean(x, y, 40 * 25) - mean(x, x, 40 * 39) - mean(y, y, 25 * 24)
    )
    assert energy_distance(x, y) == pytest.approx(expected, rel=1e-9)
    assert energy_distance(y, x) == pytest.approx(expected, rel=1e-9)


def test_energy_distance_estimates_scipys_square_in_one_dimension():
    random = np.random.default_rng(0)
    x, y = random.normal(size=4000), random.normal(1, 1, size=4000)
    expected = stats.energy_distance(x, y) ** 2
    found = energy_distance(x[:, None], y[:, None])
    assert found == pytest.approx(expected, abs=0.002)
    # E|N(m, 2)| is known in closed form.
    normal = stats.norm(1, math.sqrt(2))
    apart = math.sqrt(4 / math.pi) * math.exp(-1 / 4) + normal.cdf(0) * -2 + 1
    exact = 2 * apart - 2 * math.sqrt(4 / math.pi)
    assert found == pytest.approx(exact, abs=0.08)


def test_energy_distance_is_without_bias():
    found = []
    for trial in range(300):
        points = np.random.default_rng(trial).normal(size=(16, 2))
        found.append(energy_distance(points[:6], points[6:]))
    error = np.std(found, ddof=1) / math.sqrt(len(found))
    assert abs(np.mean(found)) < 4 * error < 0.2


def test_energy_distance_of_point_masses():
    a, b = np.zeros([5, 2]), np.full([7, 2], [3.0, 4.0])
    assert energy_distance(a, b) == pytest.approx(10)
    assert energy_distance(b, b) == pytest.approx(0, abs=1e-6)


def test_effective_components():
    assert effective_components([0.25] * 4) == pytest.approx(4)
    assert effective_components([1.0, 0, 0]) == 1
    assert effective_components([0.5, 0.5, 0]) == pytest.approx(2)
    entropy = -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))
    assert effective_components([0.9, 0.1]) == pytest.approx(math.exp(entropy))
    columns = [[0.5, 1.0, 0.9], [0.5, 0.0, 0.1]]
    np.testing.assert_allclose(
        effective_components(columns), [2, 1, math.exp(entropy)]
    )


def test_report_tells_equal_components_from_others():
    random = np.random.default_rng(0)
    samples = [random.normal(m, 1, size=(400, 3)) for m in (0, 0, 2)]
    classes = [[0] * 400, [0] * 200 + [2] * 200, [1] * 400]
    found = component_report(samples, [0.5, 0.25, 0.25], classes, num_classes=3)
    for samples_of_one, noise in zip(samples, found.noise, strict=True):
        halves = samples_of_one[::2], samples_of_one[1::2]
        assert noise == pytest.approx(energy_distance(*halves))
    chance = 3 * np.abs(found.noise).max()
    assert abs(found.distances[0, 1]) < chance
    assert found.distances[0, 2] > 10 * chance
    np.testing.assert_array_equal(found.distances, found.distances.T)
    np.testing.assert_array_equal(np.diag(found.distances), 0)
    assert found.distances[2, 0] == pytest.approx(
        energy_distance(samples[0], samples[2])
    )
    np.testing.assert_allclose(
        found.class_frequencies, [[1, 0, 0], [0.5, 0, 0.5], [0, 1, 0]]
    )
    assert found.effective_components == pytest.approx(2 * math.sqrt(2))


def test_another_distance_can_be_chosen():
    random = np.random.default_rng(0)
    samples = [random.normal(m, 1, size=(3000, 2)) for m in (0, 3)]
    found = component_report(samples, distance=frechet_distance)
    assert found.distances[0, 1] == pytest.approx(18, rel=0.1)
    assert found.class_frequencies is None
    np.testing.assert_allclose(found.weights, 0.5)


def test_samples_of_a_mixture_are_of_one_component_each(gan):
    parts = component_samples(gan, 50, seed=3)
    assert [x.shape for x in parts] == [(50, 2)] * 3
    np.testing.assert_array_equal(parts[2], gan.sample(50, seed=5, component=2))
    set_logits(gan, generator=[0.0, 0.0, -50.0])
    found = component_report(parts, gan.generator_weights)
    assert found.effective_components == pytest.approx(2, rel=1e-4)
    assert found.distances[0, 1] > 3 * np.abs(found.noise).max()


def test_report_of_a_conditional_mixture_with_weights_of_each_class():
    gan = tiny_gan(2, num_classes=3, class_dependent_weights=True)
    set_logits(gan, generator=[[0.0, 50.0, 0.0], [0.0, 0.0, 0.0]])
    parts = component_samples(gan, 12, seed=0, labels=np.arange(12) % 3)
    found = component_report(
        parts,
        gan.generator_weights,
        classes=[np.arange(12) % 3] * 2,
        num_classes=3,
    )
    np.testing.assert_allclose(found.effective_components, [2, 1, 2])
    assert found.weights.shape == (2, 3)
    np.testing.assert_allclose(found.class_frequencies, 1 / 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": [np.zeros([3, 2])] * 2}, r"`samples\[0\]`.*at least 4"),
        (
            {"samples": [np.zeros([5, 2]), np.full([5, 2], np.nan)]},
            r"`samples\[1\]`.*finite",
        ),
        (
            {"samples": [np.zeros([5, 2]), np.zeros([5, 3])]},
            r"`samples\[0\]` and `samples\[1\]`.*\[2, 3\]",
        ),
        ({"weights": [1.0]}, "`weights`.*components.*2. Received: 1"),
        ({"weights": [0.5, 0.6]}, "`weights`.*add up.*Received"),
        ({"weights": [-0.5, 1.5]}, "`weights`.*Received"),
        ({"weights": [np.nan, 1]}, "`weights`.*Received"),
        ({"classes": [[0] * 5]}, "`classes`.*each.*2. Received: 1"),
        ({"classes": [[0] * 5, [0] * 4]}, r"`classes\[1\]`.*5.*Received: 4"),
        ({"classes": [[0] * 5, [9] * 5]}, r"`classes\[1\]`.*\[0, 3\)"),
        (
            {"classes": [[0] * 5] * 2, "num_classes": None},
            "`num_classes`.*Received",
        ),
    ],
)
def test_bad_arguments_are_named(change, message):
    given = {"samples": [np.zeros([5, 2])] * 2, "num_classes": 3}
    with pytest.raises(ValueError, match=message):
        component_report(**{**given, **change})
