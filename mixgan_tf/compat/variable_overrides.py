"""Calls of a network with other values in place of some variables."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


def call_with(
    network: keras.Model,
    substitutes: Sequence[tuple[keras.Variable, tf.Tensor]],
    inputs: Any,
    training: bool,
) -> Any:
    """Calls a network while some of its variables read as other tensors.

    The variables keep their own values, and gradients reach whatever the
    tensors were made from. What layers assign meanwhile (moving averages, the
    state of random generators) is assigned afterwards.

    Args:
        network: a built Keras model.
        substitutes: list of pairs `(keras.Variable, tensor)`.
        inputs: what the network takes.
        training: whether layers like dropout are active.

    Returns:
        The network's outputs.

    Example:
    ```python
    halved = [(network.layers[1].kernel, network.layers[1].kernel / 2)]
    outputs = call_with(network, halved, inputs, training=False)
    ```
    """
    if not substitutes:
        return network(inputs, training=training)
    with keras.StatelessScope(state_mapping=substitutes) as scope:
        outputs = network(inputs, training=training)
    substituted = {id(variable) for variable, _ in substitutes}
    for variable in network.variables:
        value = scope.get_current_value(variable)
        if value is not None and id(variable) not in substituted:
            variable.assign(value)
    return outputs
