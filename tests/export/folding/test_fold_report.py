import json

import keras
import numpy as np
import pytest
from mixgan_tf.export.folding.fold_report import weight_depth

import mixgan_tf as mg
from tests.export.mixtures import CLASS_WEIGHTS
from tests.export.mixtures import image_mixture
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture

# Dense 3 -> 8 -> 2, with biases.
POINT_PARAMETERS = 3 * 8 + 8 + 8 * 2 + 2
# Dense 4 -> 4x4x4 without bias, batch normalisation of four channels, and one
# transposed convolution of 4x4 to one channel, with bias.
IMAGE_PARAMETERS = 4 * 64 + 4 * 4 + 4 * 4 * 4 * 1 + 1


def test_relu_fold_of_points_by_hand():
    report = mg.export.fold(point_mixture(), "relu", delta=0.01).report()
    assert report.selector == "relu"
    assert report.num_components == 3
    assert report.parameters == 3 * POINT_PARAMETERS
    # Two thresholds: a slope and a bias, then another such pair.
    assert report.selector_units == 4
    assert report.selector_parameters == 8
    assert report.gate_units == 3 * 2 * 2  # two for each real output
    # Two layers of weights; ramps take two, gates are a third, then the sum.
    assert report.component_depth == 2
    assert report.depth == 4
    assert report.evaluations_per_sample == 3
    assert 0.0099 < report.failure_mass <= 0.01
    assert report.ramp_width > 0
    assert report.total_variation_bound == report.failure_mass
    assert report.payoff_bound(3.0) == pytest.approx(6 * report.failure_mass)
    assert "real" in report.gate
    assert "1.5 times the largest of 4096 draws" in report.gate


def test_relu_fold_of_images_by_hand():
    report = mg.export.fold(image_mixture(), "relu").report()
    assert report.parameters == 3 * IMAGE_PARAMETERS
    assert report.gate_units == 3 * 8 * 8
    # Behind tanh: two layers of weights, gates, sum.
    assert (report.component_depth, report.depth) == (2, 4)
    assert report.gate == "bounded, outputs within [-1, 1] (activation)"


@pytest.mark.parametrize(
    ("hidden", "activation", "depth"),
    [
        (0, None, 4),  # ramps, ramps, gates, sum
        (1, None, 4),
        (2, None, 4),  # the gates are the third layer
        (3, None, 5),
        (1, "tanh", 4),  # the gates come behind the activation
        (2, "tanh", 5),
        (3, "relu", 5),
    ],
)
def test_depth_is_two_layers_of_ramps_or_the_networks(
    hidden, activation, depth
):
    def component():
        layers = [keras.layers.Dense(4, "relu") for _ in range(hidden)]
        last = keras.layers.Dense(2, activation)
        return keras.Sequential([keras.Input((3,)), *layers, last])

    gan = mixture([component(), component()], [0.5, 0.5])
    report = mg.export.fold(gan, "relu").report()
    assert report.component_depth == hidden + 1
    assert report.depth == depth


def test_classes_have_biases_of_their_own():
    gan = point_mixture(CLASS_WEIGHTS, num_classes=2)
    report = mg.export.fold(gan, "relu").report()
    # Two slopes, a bias for each threshold and class, two further pairs.
    assert report.selector_parameters == 2 + 2 * 2 + 4
    assert report.selector_units == 4
    assert report.parameters == 3 * (POINT_PARAMETERS + 2 * 8)  # labels
    np.testing.assert_allclose(report.mixture_weights, CLASS_WEIGHTS, atol=1e-6)


@pytest.mark.parametrize(("selector", "runs"), [("routed", 1), ("dense", 3)])
def test_exact_selectors_have_neither_ramps_nor_gates(selector, runs):
    report = mg.export.fold(point_mixture(), selector).report()
    assert report.evaluations_per_sample == runs
    assert report.depth == report.component_depth == 2
    assert report.selector_parameters == report.selector_units == 0
    assert report.gate_units == 0
    assert report.failure_mass == report.ramp_width == 0
    assert report.total_variation_bound == 0
    assert report.gate == ""


def test_a_single_component_needs_no_selector():
    folded = mg.export.fold(point_mixture([1.0]), "relu")
    assert folded.ramp_width == folded.failure_mass == 0
    report = folded.report()
    assert report.num_components == 1
    assert report.evaluations_per_sample == 1
    assert report.depth == 2
    assert report.total_variation_bound == 0


def test_dropped_components_are_reported():
    gan = point_mixture([0.5, 0.02, 0.47, 0.01])
    report = mg.export.fold(gan, "relu", 1e-3, min_weight=0.1).report()
    assert report.num_components == 2
    assert report.parameters == 2 * POINT_PARAMETERS
    assert set(report.dropped_components) == {1, 3}
    assert report.dropped_components[1] == pytest.approx(0.02)
    assert report.dropped_mass == pytest.approx(0.03)
    assert report.total_variation_bound == pytest.approx(
        0.03 + report.failure_mass
    )
    assert "1 (weight 0.02), 3 (weight 0.01)" in str(report)


def test_report_is_json_and_text():
    gan = point_mixture([0.5, 0.02, 0.48])
    report = mg.export.fold(gan, "relu", min_weight=0.1).report()
    read = json.loads(json.dumps(report.to_dict()))
    assert read["parameters"] == 2 * POINT_PARAMETERS
    assert read["dropped_components"] == {"1": pytest.approx(0.02)}
    assert read["total_variation_bound"] == report.total_variation_bound
    text = str(report)
    for part in (
        "2 components",
        "'relu'",
        "100 parameters + 4 of the selector",
        "depth 4 (one component: 2)",
        f"at most {report.total_variation_bound:.3g}",
        "Gates: real",
    ):
        assert part in text, part


def test_depth_follows_the_longest_path():
    x = latents = keras.Input((3,))
    for _ in range(3):
        x = keras.layers.Dense(4, "relu")(x)
    joined = keras.layers.Add()([x, keras.layers.Dense(4)(latents)])
    assert weight_depth(keras.Model(latents, joined)) == 3
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, "relu")])
    nested = keras.Model(latents, keras.layers.Dense(1)(inner(joined)))
    assert weight_depth(nested) == 5
    assert weight_depth(inner) == 1


def test_the_risk_of_a_measured_bound_is_stated():
    linear = point_mixture()
    report = mg.export.fold(linear, "relu").report()
    # The rule of three, for each of the components.
    expected = 3 * report.num_components / 4096
    assert report.overshoot_risk == pytest.approx(expected)
    assert "95 % confidence" in str(report)
    assert mg.export.fold(linear, "routed").report().overshoot_risk == 0.0
