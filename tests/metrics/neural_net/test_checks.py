import keras
import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics import neural_net_distance


def linear():
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])


def distance(network, objective="minimax"):
    points = np.random.default_rng(0).normal(size=(40, 1))
    return neural_net_distance(
        points, points, network, objective, steps=2, restarts=1, verbose=False
    )


def test_a_critic_must_be_held():
    free = mg.networks.MLPDiscriminator(1, width=4, depth=1)
    with pytest.raises(ValueError, match="`weight_limit`.*hidden_0/kernel"):
        distance(free, "wasserstein")
    constrained = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, kernel_constraint="max_norm")]
    )
    normalized = keras.Sequential(
        [
            keras.Input((1,)),
            mg.networks.SpectralNormalization(keras.layers.Dense(1)),
        ]
    )
    for network in (constrained, normalized):
        distance(network, "wasserstein")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"real": np.zeros([40, 2])}, r"`real`.*\('n', 1\).*Received"),
        ({"fake": np.zeros(40)}, "`fake`.*shape.*Received"),
        ({"fake": np.full([40, 1], np.nan)}, "`fake`.*finite.*Received"),
        ({"real": np.zeros([4, 1])}, "`real`.*two samples.*Received: 4"),
        ({"objective": "mmd"}, "`objective`.*logits.*Received.*MMD"),
        ({"objective": "bce"}, "`objective`.*Received"),
        ({"shares": (0.5, 0.5)}, "`shares`.*Received"),
        ({"shares": (0.5, 0.6, -0.1)}, "`shares`.*Received"),
        ({"steps": 0}, "`steps`.*Received"),
        ({"restarts": 0}, "`restarts`.*Received"),
        ({"patience": 0}, "`patience`.*Received"),
        ({"learning_rate": 0}, "`learning_rate`.*Received"),
        ({"weight_limit": -1}, "`weight_limit`.*Received"),
    ],
)
def test_bad_arguments_are_named(change, message):
    given = dict(real=np.zeros([40, 1]), fake=np.zeros([40, 1]), steps=1)
    with pytest.raises(ValueError, match=message):
        neural_net_distance(
            discriminator=linear(), verbose=False, **{**given, **change}
        )


@pytest.mark.parametrize(
    "network",
    [
        "dcgan",
        mg.networks.MLPDiscriminator(1, num_classes=3),
        keras.Sequential([keras.layers.Dense(1)]),
        keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)]),
    ],
)
def test_other_networks_are_refused(network):
    with pytest.raises(ValueError, match="`discriminator`.*Received"):
        distance(network)
