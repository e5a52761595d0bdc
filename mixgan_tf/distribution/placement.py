"""Placement of component pairs on different devices.

Pair `k`, the `k`-th generator and the `k`-th discriminator, lies on device `k`
modulo their number: variables, optimizer state, averages, and the work on them,
forwards and backwards. Samples, feedback on them and real batches travel;
mixture logits and what sums over pairs stay on the first device.
"""

import collections
import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from mixgan_tf.arguments import require_choice
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.mixture import initial_weights_from
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.model.player import on_device

PLACEMENTS = (None, "spread")


def placement_devices(placement: str | None) -> list[str] | None:
    """Returns the devices that pairs are placed on.

    Args:
        placement: `None`, or `"spread"`: over all GPUs, or where there are
            none over all logical CPU devices.

    Returns:
        A list of device names; `None` leaves the placement to TensorFlow.

    Raises:
        ValueError: if there is no such placement, or the current distribution
            strategy has a placement of its own.
    """
    require_choice("placement", placement, PLACEMENTS)
    if placement is None:
        return None
    if tf.distribute.has_strategy():
        raise ValueError(
            "Argument `placement` spreads one replica over the devices, and a "
            "distribution strategy puts a replica on each: use one of the two. "
            f"Received: placement={placement!r} under "
            f"{type(tf.distribute.get_strategy()).__name__}"
        )
    gpus = tf.config.list_logical_devices("GPU")
    return [d.name for d in gpus or tf.config.list_logical_devices("CPU")]


def spread(
    networks: list[keras.Model], devices: list[str] | None
) -> list[keras.Model]:
    """Returns networks with their variables on devices of their own.

    Args:
        networks: list of built Keras models.
        devices: list of device names; with `None` the networks are returned.

    Returns:
        A list of models with the same configs and variables.
    """
    if devices is None:
        return networks
    return [_moved(net, devices, k) for k, net in enumerate(networks)]


def spread_mixture(mixture: Mixture, devices: list[str] | None) -> Mixture:
    """Returns a mixture whose components lie on devices of their own.

    Args:
        mixture: a `Mixture`.
        devices: list of device names, or `None`.

    Returns:
        A `Mixture` with the same weights, trainable or not like the other.
    """
    if devices is None:
        return mixture
    placed = Mixture(
        spread(mixture.components, devices),
        mixture.num_classes,
        name=mixture.name,
    )
    placed.mixture_logits.assign(mixture.mixture_logits)
    placed.trainable = mixture.trainable
    return placed


def parts_by_device(
    devices: list[str] | None, *mixtures: Mixture
) -> Iterator[
    tuple[contextlib.AbstractContextManager, list[list[keras.Variable]]]
]:
    """Yields mixtures' variables in parts that lie on one device each.

    Args:
        devices: list of device names, or `None`.
        *mixtures: `Mixture`s of one architecture.

    Yields:
        Tuples of a context to work in, and a list with the variables there of
        each mixture.
    """
    if devices is None:
        yield contextlib.nullcontext(), [m.weights for m in mixtures]
        return
    for index, parts in enumerate(
        zip(*(m.components for m in mixtures), strict=True)
    ):
        yield on_device(devices, index), [part.weights for part in parts]
    yield contextlib.nullcontext(), [[m.mixture_logits] for m in mixtures]


def bytes_per_device(gan: MixtureModel) -> dict[str, int]:
    """Returns how much memory a model's variables take on each device.

    Networks, averages and optimizer state are counted; what a step holds on
    top, activations and gradients, is not.

    Args:
        gan: a `MixGAN`.

    Returns:
        A dict from device names to ints, in order of the names.

    Example:
    ```python
    gan = mg.MixGAN(generator, discriminator, 4, placement="spread")
    gan.compile()
    bytes_per_device(gan)  # {"GPU:0": 38_012_952, "GPU:1": 38_012_912, ...}
    ```
    """
    # Keras counts some optimizers' variables among the model's.
    variables = [*gan.variables, *gan.optimizer_variables()]
    sizes: collections.Counter[str] = collections.Counter()
    for variable in {id(v): v for v in variables}.values():
        value = variable.value
        for copy in getattr(value, "values", [value]):
            device = tf.DeviceSpec.from_string(copy.device)
            name = f"{device.device_type}:{device.device_index}"
            sizes[name] += copy.shape.num_elements() * copy.dtype.size
    return dict(sorted(sizes.items()))


def _moved(network: keras.Model, devices: list[str], index: int) -> keras.Model:
    config = keras.saving.serialize_keras_object(network)
    # Its numbers are copied: none may be drawn from Keras's own sequence.
    with on_device(devices, index), initial_weights_from(0):
        moved = keras.saving.deserialize_keras_object(config)
    for new, old in zip(moved.variables, network.variables, strict=True):
        new.assign(old)
    return moved
