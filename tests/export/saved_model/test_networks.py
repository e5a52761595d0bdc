import itertools

import keras
import numpy as np
import pytest
from mixgan_tf.export.saved_model.networks import SubPixelConvolution
from mixgan_tf.export.saved_model.networks import with_fast_layers

import mixgan_tf as mg
from tests.models import labels

RANDOM = np.random.default_rng(0)


def fill(network):
    for variable in network.weights:
        variable.assign(RANDOM.uniform(0.5, 1.5, variable.shape))
    for layer in network._flatten_layers():
        if hasattr(layer, "kernel"):
            shape = layer.kernel.shape
            layer.kernel.assign(RANDOM.normal(0.0, 0.4, shape))


def transposed(**kwargs):
    inputs = keras.Input((5, 6, 3))
    layer = keras.layers.Conv2DTranspose(7, **kwargs)
    network = keras.Model(inputs, layer(inputs))
    fill(network)
    return network


def kinds(network):
    return [type(layer) for layer in network._flatten_layers()]


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_it_equals_the_transposed_convolution(padding):
    images = RANDOM.normal(size=(3, 5, 6, 3)).astype("float32")
    sizes = [(1, 1), (2, 2), (3, 1), (4, 2), ((4, 2), 2), (6, 2), (6, 3)]
    for (kernel, stride), bias in itertools.product(sizes, (True, False)):
        network = transposed(
            kernel_size=kernel,
            strides=stride,
            padding=padding,
            use_bias=bias,
            activation="tanh",
        )
        fast = with_fast_layers(network)
        assert SubPixelConvolution in kinds(fast)
        assert fast.output_shape == network.output_shape
        assert fast.count_params() == network.count_params()
        np.testing.assert_allclose(fast(images), network(images), atol=1e-5)


@pytest.mark.parametrize(
    "others",
    [
        dict(kernel_size=3, strides=2),
        dict(kernel_size=4, strides=(2, 1)),
        dict(kernel_size=4, strides=2, output_padding=1),
        dict(kernel_size=2, dilation_rate=2),
    ],
)
def test_other_layers_are_left_alone(others):
    network = transposed(**others)
    assert with_fast_layers(network) is network


def test_a_layer_that_is_shared_is_left_alone():
    inputs = keras.Input((4, 4, 2))
    layer = keras.layers.Conv2DTranspose(2, 4, strides=2, padding="same")
    network = keras.Model(inputs, layer(layer(inputs)))
    assert with_fast_layers(network) is network


def test_networks_inside_others_are_copied_with_their_weights():
    inner = mg.networks.DCGANGenerator(
        (16, 16, 1), latent_dim=4, width=4, num_classes=3
    )
    latents, classes = keras.Input((4,)), keras.Input((), dtype="int32")
    x = inner([keras.layers.Dense(4)(latents), classes])
    x = keras.layers.BatchNormalization()(x)
    network = keras.Model([latents, classes], x)
    fill(network)
    before = [np.array(w) for w in network.get_weights()]
    fast = with_fast_layers(network)
    assert kinds(fast).count(SubPixelConvolution) == 2
    inputs = [RANDOM.normal(size=(6, 4)).astype("float32"), labels(6)]
    expected = np.asarray(network(inputs, training=False))
    assert expected.std() > 0.05
    np.testing.assert_allclose(
        fast(inputs, training=False), expected, atol=1e-5
    )
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
