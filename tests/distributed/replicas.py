"""What is trained on one replica and on two, where there are four devices."""

import functools

import keras
import numpy as np
import tensorflow as tf

import mixgan_tf as mg
from tests.models import images
from tests.models import kernel_gan
from tests.models import labels
from tests.models import points
from tests.models import tiny_gan
from tests.models import tiny_image_gan
from tests.models import weights_of


@functools.cache
def two_replicas():
    """A strategy of two replicas, for all functions of the process."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def train_on_one_and_two(**case):
    """Trains a model of a kind on one replica and on two.

    Args:
        **case: see `_train`.

    Returns:
        A list of two tuples: the weights and the optimizer's state, a list of
        arrays; what `fit` and what `evaluate` found, two dicts.
    """
    strategies = (tf.distribute.get_strategy(), two_replicas())
    return [_train(strategy, **case) for strategy in strategies]


def _train(
    strategy,
    estimator,
    rule="adam",
    size=36,
    spe=1,
    kind="points",
    objective="non_saturating",
    discriminator_steps=1,
):
    keras.utils.set_random_seed(3)
    with strategy.scope():
        gan = _gan(kind)
        arguments = {"objective": objective, **_extras(kind)}
        for player in ("generator", "discriminator"):
            if getattr(gan, f"num_{player}s"):
                # Not blind to the scale of gradients, nor keen on rounding.
                arguments[f"{player}_optimizer"] = keras.optimizers.Adam(
                    1e-2, epsilon=1e-2
                )
        gan.compile(
            **arguments,
            payoff=estimator,
            mixture_optimizer=rule,
            discriminator_steps=discriminator_steps,
            steps_per_execution=spe,
        )
    assert gan.distribute_strategy is strategy
    x = images(size) if kind == "images" else points(size)
    if not kind.startswith("kernel"):
        x = (x, labels(size))
    data = tf.data.Dataset.from_tensor_slices(x).batch(12)
    history = gan.fit(data, epochs=2, verbose=0).history
    logs = gan.evaluate(data, verbose=0, return_dict=True)
    state = weights_of(gan) + [
        np.array(v) for v in gan.generator_optimizer.variables
    ]
    return state, history, logs


def _gan(kind):
    if kind == "images":
        return tiny_image_gan(num=2, num_classes=3)
    if kind.startswith("kernel"):
        return kernel_gan(2, features=3 if kind == "kernel" else None)
    return tiny_gan(
        num_generators=2,
        num_discriminators=2,
        num_classes=3,
        class_dependent_weights=kind != "points",
    )


def _extras(kind):
    if kind == "images":
        return {"ema": 0.9}
    if kind == "kernel":
        return {"regularizers": [mg.regularizers.InstanceNoise(0.1)]}
    if kind == "regularized":
        return {
            "regularizers": [
                "spectral_normalization",
                mg.regularizers.R1(0.1),
                mg.regularizers.WeightClipping(0.3),
            ],
            "ema": mg.EMA(0.9, ["generator", "discriminator"]),
        }
    if kind.startswith("penalty "):
        penalty = mg.regularizers.GradientPenalty
        return {
            "regularizers": [
                *(penalty(1.0, name) for name in kind.split()[1:]),
                mg.regularizers.InstanceNoise(0.3),
                mg.regularizers.Dropout(0.2),
            ]
        }
    return {}


def refusals():
    """Uses strategies in ways that cannot be; returns what it is told.

    Returns:
        A dict from each misuse to the message of its `ValueError`.
    """
    strategy = two_replicas()
    central = tf.distribute.experimental.CentralStorageStrategy(
        ["CPU:0", "CPU:1"]
    )
    with strategy.scope():
        gan = tiny_gan()
    outsider = tiny_gan()
    made_outside = keras.optimizers.Adam()
    found = {"compile outside": refusal(gan.compile)}
    with strategy.scope():
        found["made outside"] = refusal(outsider.compile)
        found["jit"] = refusal(gan.compile, jit_compile=True)
        clipped = keras.optimizers.Adam(clipnorm=1.0)
        found["clipnorm"] = refusal(gan.compile, generator_optimizer=clipped)
        found["optimizer made outside"] = refusal(
            gan.compile, generator_optimizer=made_outside
        )
        inputs = keras.Input((2,))
        features = keras.layers.BatchNormalization()(inputs)
        discriminator = keras.Model(inputs, keras.layers.Dense(1)(features))
        unsynchronized = mg.MixGAN(mg.networks.MLPGenerator(2), discriminator)
        found["unsynchronized"] = refusal(unsynchronized.compile)
    outsider.compile()
    with strategy.scope():
        found["fit elsewhere"] = refusal(outsider.fit, points(8), verbose=0)
    with central.scope():
        found["central fit"] = refusal(outsider.fit, points(8), verbose=0)
        found["central"] = refusal(tiny_gan)
    return found


def refusal(function, *args, **kwargs):
    """Calls a function; returns the message of its `ValueError`."""
    try:
        function(*args, **kwargs)
    except ValueError as error:
        return str(error)
    raise AssertionError(f"{function} was not refused")


def normalize_in_a_branch():
    """Runs spectral normalisation on two replicas, in a branch.

    Returns:
        A dict of arrays: the layer's `kernel`, its `u` at the `start` and
        `after`, and a list of both replicas' `outputs` and of their `u`.
    """
    strategy = two_replicas()
    with strategy.scope():
        layer = mg.networks.SpectralNormalization(keras.layers.Dense(5))
        layer.build((None, 4))
    start, kernel = layer.u.numpy(), layer.layer.kernel.numpy()

    @tf.function
    def step():
        def on_replica():
            def call():
                return layer(tf.eye(4), training=True)

            # Inside a branch nothing may wait for another replica.
            outputs = tf.switch_case(tf.constant(1), [call, call])
            return outputs, layer.u.value + 0.0

        return strategy.run(on_replica)

    outputs, u = (
        [x.numpy() for x in strategy.experimental_local_results(values)]
        for values in step()
    )
    found = dict(start=start, kernel=kernel, outputs=outputs, u=u)
    found["after"] = layer.u.numpy()
    layer.u.assign(start)
    found["reassigned"] = layer.get_weights()[0]
    return found
