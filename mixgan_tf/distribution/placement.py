"""Component pairs on different devices: what does not fit on one, on several.

Pair `k`, the `k`-th generator and the `k`-th discriminator, lies on device `k`
modulo their number: variables, optimizer state, averages, and the work on them,
forwards and backwards. Samples, feedback on them and real batches travel;
mixture logits and what sums over pairs stay on the first device.
"""

import collections
import contextlib
import types

import keras
import tensorflow as tf

from mixgan_tf.arguments import require_choice
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.mixture import initial_weights_from

PLACEMENTS = (None, "spread")


def devices_of(placement):
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


def on_device_of(gan, index):
    """Returns a context in which a pair's work is done on its device.

    Args:
        gan: a `MixGAN`.
        index: the component's index.

    Returns:
        A context manager; it changes nothing without a placement.
    """
    return _on(gan.component_devices, index)


def spread(networks, devices):
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


def spread_mixture(mixture, devices):
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


def parts_by_device(gan, *mixtures):
    """Yields mixtures in parts that lie on one device each.

    Args:
        gan: a `MixGAN`.
        *mixtures: `Mixture`s of one architecture.

    Yields:
        Tuples of a context, to work in, and a list with an object for each
        mixture whose `weights` are variables there.
    """
    if gan.component_devices is None:
        yield contextlib.nullcontext(), list(mixtures)
        return
    for index, parts in enumerate(
        zip(*(m.components for m in mixtures), strict=True)
    ):
        yield on_device_of(gan, index), list(parts)
    yield (
        contextlib.nullcontext(),
        [types.SimpleNamespace(weights=[m.mixture_logits]) for m in mixtures],
    )


def update_in_place(optimizer):
    """Makes an optimizer update each variable on the device that holds it.

    Keras puts the state beside the variable, but the work on one device: all
    of it would travel there and back. The optimizer is changed, once.

    Args:
        optimizer: a Keras optimizer.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if hasattr(optimizer, "_update_step_anywhere"):
        return
    optimizer._update_step_anywhere = optimizer.update_step

    def update_step(gradient, variable, learning_rate):
        with tf.device(variable.device):
            optimizer._update_step_anywhere(gradient, variable, learning_rate)

    optimizer.update_step = update_step


def bytes_per_device(gan):
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
    sizes = collections.Counter()
    for variable in {id(v): v for v in variables}.values():
        value = variable.value
        for copy in getattr(value, "values", [value]):
            device = tf.DeviceSpec.from_string(copy.device)
            name = f"{device.device_type}:{device.device_index}"
            sizes[name] += copy.shape.num_elements() * copy.dtype.size
    return dict(sorted(sizes.items()))


def _on(devices, index):
    if devices is None:
        return contextlib.nullcontext()
    return tf.device(devices[index % len(devices)])


def _moved(network, devices, index):
    config = keras.saving.serialize_keras_object(network)
    # Its numbers are copied: none may be drawn from Keras's own sequence.
    with _on(devices, index), initial_weights_from(0):
        moved = keras.saving.deserialize_keras_object(config)
    for new, old in zip(moved.variables, network.variables, strict=True):
        new.assign(old)
    return moved
