"""Mixtures spread over four devices, and the same ones on one of them."""

import functools
import pathlib

import keras
import numpy as np
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.distribution import placement
from tests.distributed.replicas import refusal
from tests.distributed.replicas import two_replicas
from tests.models import points
from tests.models import tiny_gan
from tests.models import weights_of


def _train(place, **arguments):
    keras.utils.set_random_seed(3)
    gan = tiny_gan(
        num_generators=5, num_discriminators=3, dropout=0.2, placement=place
    )
    # Adam would magnify the rounding of gradients that are all but 0.
    gan.compile(
        "wasserstein",
        keras.optimizers.SGD(0.01, momentum=0.9),
        keras.optimizers.SGD(0.01, momentum=0.9),
        **arguments,
    )
    gan.fit(points(20), batch_size=10, epochs=3, verbose=0, shuffle=False)
    return gan


@functools.cache
def _train_with_averages(place):
    return _train(place, ema=mg.EMA(0.9, ["generator", "discriminator"]))


def _train_with_penalty(place):
    penalty = ["gradient_penalty"]
    return _train(place, payoff="subsampled", regularizers=penalty)


def gaps():
    """Returns how far spread pairs are at most from those on one device.

    Returns:
        A list of two floats, one for each way to train.
    """
    found = []
    for train in (_train_with_averages, _train_with_penalty):
        one, spread = train(None), train("spread")
        z = tf.random.normal([8, 4])
        pairs = [
            *zip(weights_of(one), weights_of(spread), strict=True),
            (one.sample(8, seed=0), spread.sample(8, seed=0)),
            (one(z), spread(z)),
            (one.payoff_matrix(points(8)), spread.payoff_matrix(points(8))),
        ]
        found.append(max(float(np.abs(a - b).max()) for a, b in pairs))
    return found


def places(folder):
    """Returns where the parts of a spread mixture lie.

    Args:
        folder: a path, to save the mixture in.

    Returns:
        A dict of lists of devices' indices, and of bytes on each device.
    """
    folder = pathlib.Path(folder)
    gan = _train_with_averages("spread")
    one = _train_with_averages(None)
    mixtures = dict(
        generators=gan.generator_mixture,
        discriminators=gan.discriminator_mixture,
        averages=gan.ema_generator_mixture,
    )
    nets = {
        name: [
            sorted({_device(v) for v in network.variables})
            for network in mixture.components
        ]
        for name, mixture in mixtures.items()
    }
    gan.save(folder / "gan.keras")
    gan.save_to_preset(folder / "preset")
    loaded = [keras.saving.load_model(folder / "gan.keras")]
    for place in (None, "spread"):
        loaded.append(mg.MixGAN.from_preset(folder / "preset", placement=place))
    slots = [
        v for v in gan.generator_optimizer.variables if "momentum" in v.path
    ]
    return dict(
        nets=nets,
        slots=[_device(v) for v in slots],
        variables=[_device(v) for v in gan.generator_variables],
        bytes=placement.bytes_per_device(gan),
        bytes_in_one_place=placement.bytes_per_device(one),
        loaded=[
            [
                _device(net.variables[0])
                for net in m.generator_mixture.components
            ]
            for m in loaded
        ],
    )


def refusals():
    """Returns what is told of placements that cannot be: two messages."""
    gan = tiny_gan(placement="spread")
    jit = refusal(gan.compile, jit_compile=True)
    with two_replicas().scope():
        return jit, refusal(tiny_gan, placement="spread")


def _device(variable):
    return int(variable.value.device[-1])
