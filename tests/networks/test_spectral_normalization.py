import keras
import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.networks import SpectralNormalization
from mixgan_tf.networks import spectral_norm
from tests.distributed import replicas

# One line for each kind: a layer of 5 outputs, and its inputs.
KINDS = {
    "dense": (lambda **kw: keras.layers.Dense(5, **kw), (6, 4)),
    "conv": (lambda **kw: keras.layers.Conv2D(5, 3, **kw), (2, 6, 6, 2)),
}


@pytest.fixture(params=sorted(KINDS))
def case(request):
    make, shape = KINDS[request.param]
    layer = SpectralNormalization(make(dtype="float64", name="inner"))
    x = tf.constant(np.random.default_rng(0).normal(size=shape))
    layer.build(shape)
    return layer, x


def matrix(kernel):
    kernel = np.asarray(kernel)
    return kernel.reshape(-1, kernel.shape[-1])


def outputs_of(layer, kernel, u, x):
    """The layer's outputs by hand, for any raw kernel, with u and v fixed."""
    v = matrix(layer.layer.kernel) @ u
    v /= np.linalg.norm(v)
    rows = tf.reshape(kernel, (-1, kernel.shape[-1]))
    kernel = kernel / tf.tensordot(v, tf.linalg.matvec(rows, u), 1)
    if len(x.shape) == 2:
        return x @ kernel
    return tf.nn.conv2d(x, kernel, 1, "VALID")


def loss_of(outputs):
    return tf.reduce_sum(tf.sin(outputs))


def central_differences(function, at, step=1e-6):
    result = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        values = []
        for sign in (1, -1):
            moved = at.copy()
            moved[index] += sign * step
            values.append(float(function(moved)))
        result[index] = (values[0] - values[1]) / (2 * step)
    return result


@pytest.mark.parametrize("shape", [(7, 4), (3, 3, 2, 5), (3, 3, 5, 2)])
def test_many_iterations_find_the_largest_singular_value(shape):
    random = np.random.default_rng(1)
    kernel, u = random.normal(size=shape), random.normal(size=shape[-1])
    largest = np.linalg.svd(matrix(kernel), compute_uv=False)[0]
    sigma, u = spectral_norm(kernel, u / np.linalg.norm(u), 100)
    np.testing.assert_allclose(sigma, largest, rtol=1e-10)
    np.testing.assert_allclose(np.linalg.norm(u), 1.0)


def test_few_iterations_estimate_it_from_below():
    random = np.random.default_rng(2)
    kernel, u = random.normal(size=(8, 6)), np.eye(6)[0]
    largest = np.linalg.svd(kernel, compute_uv=False)[0]
    sigma, same = spectral_norm(kernel, u, 0)
    np.testing.assert_allclose(sigma, np.linalg.norm(kernel[:, 0]))
    np.testing.assert_array_equal(same, u)
    estimates = [float(spectral_norm(kernel, u, k)[0]) for k in range(5)]
    assert estimates == sorted(estimates)
    assert estimates[0] < estimates[-1] < largest


@pytest.mark.parametrize("training", [True, False])
def test_gradient_is_that_of_the_raw_kernel(case, training):
    layer, x = case
    kernel = layer.layer.kernel
    with tf.GradientTape(persistent=True) as tape:
        outputs = layer(x, training=training)
        loss = loss_of(outputs)
    gradient = tape.gradient(loss, kernel.value)
    u, raw = layer.u.numpy(), kernel.numpy()

    def by_hand(kernel):
        return outputs_of(layer, kernel, u, x)

    np.testing.assert_allclose(outputs, by_hand(raw), atol=1e-12)
    differences = central_differences(lambda w: loss_of(by_hand(w)), raw)
    np.testing.assert_allclose(gradient, differences, atol=1e-7)
    with tf.GradientTape() as tape:
        variable = tf.Variable(raw)
        loss = loss_of(by_hand(variable))
    autodiff = tape.gradient(loss, variable)
    np.testing.assert_allclose(gradient, autodiff, atol=1e-12)
    # The outputs do not depend on the kernel's length, so neither along it.
    assert abs(np.sum(gradient * raw)) < 1e-12 < np.abs(gradient).max()


def test_keras_own_layer_trains_another_function():
    x = tf.constant(np.random.default_rng(0).normal(size=(6, 4)))
    layer = keras.layers.SpectralNormalization(
        keras.layers.Dense(5, dtype="float64"), dtype="float64"
    )
    layer.build(x.shape)
    before = layer.layer.kernel.numpy()
    with tf.GradientTape() as tape:
        loss = loss_of(layer(x, training=True))
    gradient = tape.gradient(loss, layer.layer.kernel.value)
    # The forward pass alone moves the parameters ...
    assert not np.allclose(layer.layer.kernel, before, atol=0.1)
    # ... and the gradient has a part along the kernel, which has no effect.
    assert abs(np.sum(gradient * before)) > 1e-3


def test_training_moves_u_and_never_the_kernel(case):
    layer, x = case
    kernel, u = layer.layer.kernel.numpy(), layer.u.numpy()
    np.testing.assert_allclose(np.linalg.norm(u), 1.0)
    first = layer(x)
    np.testing.assert_array_equal(layer.u, u)
    trained = layer(x, training=True)
    np.testing.assert_array_equal(layer.layer.kernel, kernel)
    _, expected = spectral_norm(kernel, u, 1)
    np.testing.assert_allclose(layer.u, expected, atol=1e-12)
    np.testing.assert_allclose(layer(x), trained, rtol=1e-6)
    assert not np.allclose(first, trained, atol=1e-4)
    assert [v.name for v in layer.trainable_variables] == ["kernel", "bias"]


def test_effective_kernel_has_norm_one():
    layer = SpectralNormalization(keras.layers.Dense(5, use_bias=False))
    identity = np.eye(4, dtype="float32")
    for _ in range(100):
        layer(identity, training=True)
    np.testing.assert_allclose(np.linalg.norm(layer(identity), 2), 1, 1e-5)


def test_a_kernel_of_zeros_stays_as_it_is():
    layer = SpectralNormalization(
        keras.layers.Dense(5, kernel_initializer="zeros")
    )
    with tf.GradientTape() as tape:
        outputs = layer(np.ones((2, 4), "float32"), training=True)
    np.testing.assert_array_equal(outputs, np.zeros((2, 5)))
    gradient = tape.gradient(outputs, layer.layer.kernel.value)
    np.testing.assert_array_equal(gradient, np.full((4, 5), 2.0))


def test_gradient_penalty_differentiates_twice():
    # In a graph, the outer derivative over two calls of the network.
    layers = [
        SpectralNormalization(keras.layers.Dense(n, dtype="float64"))
        for n in (5, 1)
    ]
    x = tf.constant(np.random.default_rng(0).normal(size=(6, 4)))

    def penalty():
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = layers[1](tf.tanh(layers[0](x)))
        slopes = tape.gradient(logits, x)
        return tf.reduce_mean((tf.norm(slopes, axis=1) - 1.0) ** 2)

    @tf.function
    def gradients():
        with tf.GradientTape() as tape:
            value = penalty()
        kernels = [layer.layer.kernel.value for layer in layers]
        return tape.gradient(value, kernels)

    penalty()  # builds
    for layer, gradient in zip(layers, gradients(), strict=True):
        kernel = layer.layer.kernel

        def at(value, kernel=kernel):
            kernel.assign(value)
            return penalty()

        raw = kernel.numpy()
        differences = central_differences(at, raw)
        kernel.assign(raw)
        np.testing.assert_allclose(gradient, differences, atol=1e-7)
        assert np.abs(gradient).max() > 1e-3


def test_mixed_precision_estimates_in_float32():
    layers = []
    for policy in ("float32", "mixed_float16"):
        layer = SpectralNormalization(keras.layers.Dense(5, dtype=policy))
        layer.build((None, 4))
        layers.append(layer)
    exact, mixed = layers
    mixed.layer.kernel.assign(exact.layer.kernel)
    mixed.u.assign(exact.u)
    inputs = keras.Input((4,))
    model = keras.Model(inputs, mixed(inputs), dtype="mixed_float16")
    x = np.ones((2, 4), "float32")
    full, half = exact(x, training=True), model(x, training=True)
    np.testing.assert_array_equal(mixed.u, exact.u)
    np.testing.assert_allclose(half, full, atol=2e-3)
    assert half.dtype == mixed(inputs).dtype == "float16"


def test_stateless_call_uses_the_values_it_is_given():
    layer = SpectralNormalization(keras.layers.Dense(5))
    layer.build((None, 4))
    bias, u = tf.range(5.0), layer.u.numpy()
    outputs, (new_u,) = layer.stateless_call(
        [layer.layer.kernel, bias], [u], tf.zeros((1, 4)), training=True
    )
    np.testing.assert_array_equal(outputs, [bias])
    np.testing.assert_array_equal(layer.u, u)
    assert not np.array_equal(new_u, u)


def test_file_keeps_u(tmp_path):
    layer = SpectralNormalization(keras.layers.Conv2D(5, 3, name="conv"))
    model = keras.Sequential([keras.Input((6, 6, 2)), layer])
    x = np.ones((1, 6, 6, 2), "float32")
    model(x, training=True)
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(copy(x), model(x), atol=1e-6)
    assert copy.layers[0].name == "conv"


def test_a_layer_without_kernel_is_refused():
    with pytest.raises(ValueError, match="kernel.*Received: layer=<ReLU"):
        SpectralNormalization(keras.layers.ReLU())(np.ones((2, 3)))


def test_replicas_keep_the_same_u(four_devices):
    found = four_devices.run(replicas.normalize_in_a_branch)
    for one, two in (found["outputs"], found["u"]):
        np.testing.assert_array_equal(one, two)
    _, expected = spectral_norm(found["kernel"], found["start"], 1)
    np.testing.assert_allclose(found["u"][0], expected, atol=1e-6)
    np.testing.assert_array_equal(found["after"], found["u"][0])
    np.testing.assert_array_equal(found["reassigned"], found["start"])
