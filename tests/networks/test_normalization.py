import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.networks.normalization import NORMALIZATIONS
from mixgan_tf.networks.normalization import normalize

NETWORKS = {
    "dcgan_generator": lambda n: mg.networks.DCGANGenerator(
        (16, 16, 3), latent_dim=6, width=4, normalization=n
    ),
    "dcgan_discriminator": lambda n: mg.networks.DCGANDiscriminator(
        (16, 16, 3), width=4, normalization=n
    ),
    "resnet_generator": lambda n: mg.networks.ResNetGenerator(
        (8, 8, 3), latent_dim=6, width=4, normalization=n
    ),
    "resnet_discriminator": lambda n: mg.networks.ResNetDiscriminator(
        (8, 8, 3), width=4, normalization=n
    ),
}
AXES = {"batch": (0, 1, 2), "instance": (1, 2), "layer": (1, 2, 3)}


@pytest.mark.parametrize("normalization", sorted(AXES))
def test_what_is_averaged(normalization):
    inputs = keras.Input((6, 6, 4))
    model = keras.Model(inputs, normalize(inputs, normalization, "norm"))
    x = np.random.default_rng(0).normal(3.0, 20.0, (5, 6, 6, 4))
    axes = AXES[normalization]
    mean = x.mean(axes, keepdims=True)
    expected = (x - mean) / x.std(axes, keepdims=True)
    outputs = model(x.astype("float32"), training=True)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_no_weight_is_dead(name, normalization):
    network = NETWORKS[name](normalization)
    random = np.random.default_rng(0)
    shape = (4, *network.inputs[0].shape[1:])
    x = tf.constant(random.normal(size=shape), tf.float32)
    weights = network.trainable_weights
    for weight in weights:  # not the initial zeros: they hide dead weights
        noise = random.normal(0.0, 0.3, weight.shape)
        weight.assign(noise + ("gamma" in weight.name))
    with tf.GradientTape() as tape:
        outputs = network(x, training=True)
        loss = tf.reduce_sum(tf.sin(3.0 * outputs + 1.0))
    gradients = tape.gradient(loss, [w.value for w in weights])
    sizes = {
        w.path: float(tf.reduce_max(tf.abs(g)))
        for w, g in zip(weights, gradients, strict=True)
    }
    largest = max(sizes.values())
    assert {p: s for p, s in sizes.items() if s < 1e-4 * largest} == {}


@pytest.mark.parametrize(
    ("name", "without", "with_layer"),
    [
        ("dcgan_generator", 1, 3),
        ("dcgan_discriminator", 2, 3),
        ("resnet_generator", 2, 5),
        ("resnet_discriminator", 6, 8),
    ],
)
def test_layer_normalisation_keeps_every_bias(name, without, with_layer):
    def biases(normalization):
        network = NETWORKS[name](normalization)
        return sum(w.name == "bias" for w in network.trainable_weights)

    assert biases("batch") == without
    assert biases("layer") == biases(None) == with_layer


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_unknown_normalisation_is_refused(name):
    with pytest.raises(
        ValueError, match="'batch', 'instance', 'layer', None.*Received: .*'x'"
    ):
        NETWORKS[name]("x")
