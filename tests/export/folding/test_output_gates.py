import keras
import numpy as np
import pytest
import tensorflow as tf
from mixgan_tf.export.folding import output_gates
from mixgan_tf.export.folding.output_gates import OutputGate
from mixgan_tf.export.folding.output_gates import activation_range
from mixgan_tf.export.folding.output_gates import gated
from mixgan_tf.export.folding.output_gates import output_gate

import mixgan_tf as mg
from tests.export.mixtures import constant_network

RANGES = {
    "tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu6": (0.0, 6.0),
    "relu": (0.0, None),
    "softplus": (0.0, None),
    "linear": (None, None),
}


def network(*layers, latent_dim=2):
    return keras.Sequential([keras.Input((latent_dim,)), *layers])


def dense(units=4, **kwargs):
    return keras.layers.Dense(units, **kwargs)


@pytest.mark.parametrize("name", RANGES)
def test_ranges_are_what_activations_reach(name):
    low, high = RANGES[name]
    for layers in (
        [dense(activation=name)],
        [dense(), keras.layers.Activation(name)],
    ):
        assert activation_range(network(*layers)) == (low, high)
    x = np.concatenate([np.linspace(-1e4, 1e4, 2001), np.linspace(-9, 9, 999)])
    values = np.asarray(keras.activations.get(name)(x.astype("float32")))
    assert values.min() == pytest.approx(-1e4 if low is None else low, abs=2e-4)
    assert values.max() == pytest.approx(1e4 if high is None else high, 2e-4)


def test_softmax_lies_between_zero_and_one():
    assert activation_range(network(dense(activation="softmax"))) == (0, 1)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([dense(), keras.layers.ReLU()], (0.0, None)),
        ([dense(), keras.layers.ReLU(max_value=2)], (0.0, 2.0)),
        ([dense(), keras.layers.ReLU(negative_slope=0.1)], None),
        ([dense(), keras.layers.ReLU(threshold=1.0)], None),
        ([dense(), keras.layers.LeakyReLU()], None),
        ([dense(activation="gelu")], None),
        ([dense(activation="tanh"), keras.layers.Rescaling(3.0)], None),
        ([dense(activation="tanh"), keras.layers.BatchNormalization()], None),
        ([dense(activation="tanh"), keras.layers.Reshape((2, 2))], (-1, 1)),
        (
            [
                dense(activation="sigmoid"),
                keras.layers.Reshape((2, 2, 1)),
                keras.layers.UpSampling2D(interpolation="bilinear"),
                keras.layers.Permute((2, 1, 3)),
                keras.layers.Cropping2D(1),
                keras.layers.Flatten(),
            ],
            (0, 1),
        ),
        # Cubic interpolation overshoots.
        (
            [
                dense(activation="sigmoid"),
                keras.layers.Reshape((2, 2, 1)),
                keras.layers.UpSampling2D(interpolation="bicubic"),
            ],
            None,
        ),
        # Padding adds zeros, which need not lie within an activation's range.
        (
            [
                dense(activation="sigmoid"),
                keras.layers.Reshape((2, 2, 1)),
                keras.layers.ZeroPadding2D(),
            ],
            None,
        ),
    ],
)
def test_layers_behind_the_activation(layers, expected):
    assert activation_range(network(*layers)) == expected


def test_nested_networks_are_looked_into():
    inner = network(dense(8, activation="relu"), dense(3, activation="tanh"))
    assert activation_range(network(inner)) == (-1.0, 1.0)
    reshaped = network(inner, keras.layers.Reshape((3, 1)))
    assert activation_range(reshaped) == (-1.0, 1.0)
    assert activation_range(network(inner, dense(1))) == (None, None)


def test_a_layer_used_twice_is_followed_to_the_right_input():
    latents = keras.Input((2,))
    reshape = keras.layers.Reshape((1, 4))
    first = reshape(dense(activation="relu")(latents))
    second = reshape(dense(activation="tanh")(latents))
    assert activation_range(keras.Model(latents, first)) == (0.0, None)
    assert activation_range(keras.Model(latents, second)) == (-1.0, 1.0)


def test_networks_of_the_library_are_known():
    image = mg.networks.DCGANGenerator((8, 8, 1), latent_dim=4, width=4)
    assert activation_range(image) == (-1.0, 1.0)
    assert activation_range(mg.networks.MLPGenerator()) == (None, None)


@pytest.mark.parametrize(
    ("activations", "kind", "low", "high"),
    [
        (["tanh", "tanh"], "bounded", -1.0, 1.0),
        (["sigmoid", "tanh"], "bounded", -1.0, 1.0),
        (["sigmoid", "relu6"], "bounded", 0.0, 6.0),
        (["relu", "relu"], "nonnegative", 0.0, 1.5 * 4.0),
        (["relu", "sigmoid"], "nonnegative", 0.0, 1.5 * 4.0),
        (["linear", "linear"], "real", -1.5 * 5.0, 1.5 * 5.0),
        (["linear", "tanh"], "real", -1.5 * 5.0, 1.5 * 5.0),
        (["relu", "tanh"], "real", -1.5 * 4.0, 1.5 * 4.0),
    ],
)
def test_the_gate_fits_all_components(activations, kind, low, high):
    components = [
        constant_network([-5.0, 4.0], activation=a) for a in activations
    ]
    gate = output_gate(components)
    assert gate.kind == kind
    assert (gate.low, gate.high) == pytest.approx((low, high))
    measured = "largest of 4096 draws" in gate.source
    assert measured == (kind != "bounded")


def test_measured_bounds_cover_every_class():
    latents = keras.Input((2,))
    labels = keras.Input((), dtype="int32")
    table = keras.layers.Embedding(3, 1, embeddings_initializer="zeros")
    outputs = dense(1, kernel_initializer="zeros")(latents) + table(labels)
    component = keras.Model([latents, labels], outputs)
    table.set_weights([np.array([[1.0], [-20.0], [2.0]])])
    # What comes last is an addition: no layer that says what it makes.
    with pytest.raises(ValueError, match="No exact gate.*Received"):
        output_gate([component], num_classes=3)
    linear = keras.layers.Activation("linear")(outputs)
    component = keras.Model([latents, labels], linear)
    assert output_gate([component], num_classes=3).high == pytest.approx(30.0)


def test_unknown_output_layers_say_what_to_do():
    component = network(dense(), keras.layers.LeakyReLU(name="leak"))
    with pytest.raises(
        ValueError, match="output_range.*routed.*Received.*leak"
    ):
        output_gate([network(dense(activation="tanh")), component])
    fused = network(dense(activation="gelu"))
    with pytest.raises(ValueError, match="Received: Dense.*'gelu'"):
        output_gate([fused])


def test_a_given_range_overrides_what_is_known():
    leaky = network(dense(1), keras.layers.LeakyReLU())
    leaky.layers[0].set_weights([np.zeros([2, 1]), np.array([-3.0])])
    gate = output_gate([leaky], output_range=(-2, 7))
    assert gate[:3] == ("bounded", -2.0, 7.0)
    assert "output_range" in gate.source
    narrow = output_gate(
        [constant_network([0.3], activation="tanh")], output_range=(0.0, 0.5)
    )
    assert narrow[:3] == ("bounded", 0.0, 0.5)


@pytest.mark.parametrize(
    "output_range",
    [(1, 1), (1, -1), (0, np.inf), (np.nan, 1), (0, 1, 2), 3.0],
)
def test_ranges_that_are_none_are_refused(output_range):
    with pytest.raises(ValueError, match="output_range.*two finite.*Received"):
        output_gate([constant_network([0.0])], output_range=output_range)


@pytest.mark.parametrize("output_range", [(-1, 4), (-3, 1)])
def test_ranges_that_outputs_leave_are_refused(output_range):
    components = [constant_network([0.0]), constant_network([-2.0, 3.0])]
    with pytest.raises(ValueError, match="hold all outputs.*-2 to 3.*Received"):
        output_gate(components, output_range=output_range)


KINDS = {
    "bounded": OutputGate("bounded", -1.0, 1.0, ""),
    "shifted": OutputGate("bounded", 2.0, 7.0, ""),
    "nonnegative": OutputGate("nonnegative", 0.0, 5.0, ""),
    "real": OutputGate("real", -5.0, 5.0, ""),
}


def outputs_within(gate, num=3):
    random = np.random.default_rng(0)
    outputs = random.uniform(gate.low, gate.high, (num, 50, 2, 3, 1))
    outputs[:, 0], outputs[:, 1] = gate.low, gate.high  # the ends
    return [tf.constant(x, tf.float32) for x in outputs]


@pytest.mark.parametrize("kind", KINDS)
def test_the_open_gate_lets_its_output_through(kind):
    gate = KINDS[kind]
    outputs = outputs_within(gate)
    for i, expected in enumerate(outputs):
        gates = np.tile(np.eye(3, dtype="float32")[i], [50, 1])
        found = gated(outputs, tf.constant(gates), gate)
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_outputs_stay_in_range_on_the_ramps(kind):
    gate = KINDS[kind]
    outputs = outputs_within(gate)
    for t in np.linspace(0, 1, 21):
        gates = tf.constant(np.tile(np.float32([1 - t, t, 0]), [50, 1]))
        found = np.asarray(gated(outputs, gates, gate))
        assert found.min() >= gate.low - 1e-5
        assert found.max() <= gate.high + 1e-5


@pytest.mark.parametrize(
    ("kind", "outputs", "expected"),
    [
        # -1 + relu(0.8 + 1 - 2 / 4) + relu(0.9 + 1 - 2 * 3 / 4)
        ("bounded", (0.8, 0.9), -1 + 1.3 + 0.4),
        # relu(3 - 5 / 4) + relu(4 - 5 * 3 / 4)
        ("nonnegative", (3.0, 4.0), 1.75 + 0.25),
        # relu(3 - 5 / 4) - relu(4 - 5 * 3 / 4)
        ("real", (3.0, -4.0), 1.75 - 0.25),
    ],
)
def test_values_on_a_ramp_by_hand(kind, outputs, expected):
    outputs = [tf.constant([[x]], tf.float32) for x in outputs]
    gates = tf.constant([[0.75, 0.25]])
    found = gated(outputs, gates, KINDS[kind])
    np.testing.assert_allclose(found, [[expected]], atol=1e-6)


def test_each_row_has_gates_of_its_own():
    outputs = [tf.fill([4, 2], v) for v in (0.1, 0.2, 0.3)]
    gates = tf.constant(np.eye(3, dtype="float32")[[2, 0, 1, 2]])
    found = gated(outputs, gates, KINDS["bounded"])
    np.testing.assert_allclose(found[:, 0], [0.3, 0.1, 0.2, 0.3], atol=1e-6)


def test_draws_are_repeatable():
    component = network(dense())
    assert output_gate([component]) == output_gate([component])
    assert output_gates.DRAWS == 4096
