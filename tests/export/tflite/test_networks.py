import keras
import numpy as np
import pytest
from mixgan_tf.export.tflite.networks import convertible

import mixgan_tf as mg
from tests.export.mixtures import as_if_trained


def nested():
    """Up-sampling in a model within a Sequential model."""
    inner = keras.Sequential(
        [
            keras.Input((2, 3, 2)),
            keras.layers.UpSampling2D((2, 3), interpolation="bilinear"),
            keras.layers.Conv2D(2, 2),
        ]
    )
    return keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(12),
            keras.layers.Reshape((2, 3, 2)),
            inner,
            keras.layers.UpSampling2D(),
        ]
    )


NETWORKS = {
    "residual": lambda: mg.networks.ResNetGenerator(
        (8, 8, 1), latent_dim=5, width=4, num_classes=3
    ),
    "labels": lambda: mg.networks.MLPGenerator(
        2, latent_dim=5, width=4, num_classes=3
    ),
    "nested": nested,
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_replaced_layers_compute_the_same(kind):
    (network,) = as_if_trained([NETWORKS[kind]()])
    copy = convertible(network)
    assert copy is not network
    kinds = {type(x) for x in copy._flatten_layers(include_self=False)}
    assert keras.layers.UpSampling2D not in kinds
    assert mg.networks.layers.OneHot not in kinds
    latents = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
    inputs = [latents, np.arange(6) % 3] if kind != "nested" else latents
    np.testing.assert_allclose(copy(inputs), network(inputs), atol=1e-6)


def test_networks_without_such_layers_are_not_copied():
    network = mg.networks.DCGANGenerator((8, 8, 1), latent_dim=4, width=4)
    assert convertible(network) is network
