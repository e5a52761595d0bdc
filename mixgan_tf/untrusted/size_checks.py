"""The size that a network would have, found without building it."""

import copy
import json
import math
from typing import Any

import keras

from mixgan_tf.arguments import error_summary
from mixgan_tf.compat.layers import inbound_nodes
from mixgan_tf.compat.layers import nested_layers
from mixgan_tf.untrusted.safe_configs import names_foreign_classes

# Numbers that one layer makes of one sample: 1 GiB as float32.
MAX_ACTIVATIONS = 2**28


class Sizes:
    """Counts the numbers in networks' weights, from their configs.

    Networks are built by shape alone; those of equal configs are built once.
    """

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def numbers(self, configs: list[dict[str, Any]], subject: str) -> int:
        """Returns how many numbers the weights of several networks hold.

        Args:
            configs: list of Keras configs that `check_config` let pass.
            subject: what begins a message.

        Returns:
            An int. Networks with a program's own layers count 0: those may
            need values to be built, and their program is trusted.

        Raises:
            ValueError: if a network cannot be built, or a layer's output is
                larger than 2**28 numbers a sample.
        """
        return sum(self._numbers_of_one(config, subject) for config in configs)

    def _numbers_of_one(self, config: dict[str, Any], subject: str) -> int:
        key = json.dumps(config, sort_keys=True)
        if key not in self._known:
            self._known[key] = _numbers(config, subject)
        return self._known[key]


def require_numbers(needed: int, stored: int, subject: str, file: str) -> None:
    """Raises if networks need more numbers than their weights file holds.

    Args:
        needed: what `Sizes.numbers` returned.
        stored: `WeightsFile.numbers`.
        subject: what begins the message.
        file: name of the weights file.

    Raises:
        ValueError: if they do.
    """
    if needed > stored:
        raise ValueError(
            f"{subject} asks for networks that are larger than their weights "
            f"in {file}: nothing was built. Expected at most {stored} numbers."
            f" Received: {needed}"
        )


def check_outputs(network: keras.Model) -> None:
    """Raises if a layer makes too much of one sample.

    Args:
        network: a functional Keras model.

    Raises:
        ValueError: if an output is larger than 2**28 numbers.
    """
    for layer in nested_layers(network):
        for node in inbound_nodes(layer):
            for tensor in node.output_tensors:
                shape = [n or 1 for n in tensor.shape[1:]]
                if math.prod(shape) > MAX_ACTIVATIONS:
                    raise ValueError(
                        f"The layer {layer.name!r} makes more than "
                        f"{MAX_ACTIVATIONS} numbers of one sample. "
                        f"Received: shape {tuple(tensor.shape)}"
                    )


def _numbers(config: dict[str, Any], subject: str) -> int:
    try:
        # Variables get shapes, no values: nothing is allocated.
        with keras.StatelessScope(initialize_variables=False):
            # Of a copy: Keras empties the configs of some models.
            network = keras.saving.deserialize_keras_object(
                copy.deepcopy(config)
            )
        if not isinstance(network, keras.Model):
            raise ValueError(f"Received: a {type(network).__name__}")
        check_outputs(network)
        return sum(
            math.prod(v.shape)
            for v in network.variables
            if v.name != "seed_generator_state"
        )
    except Exception as error:  # whatever a config makes Keras raise
        if names_foreign_classes(config):
            return 0
        raise ValueError(
            f"{subject} does not describe a model that can be built. "
            f"{error_summary(error)}"
        ) from error
