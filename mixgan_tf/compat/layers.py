"""The layers of a network, including those nested in other layers."""

import keras


def nested_layers(
    network: keras.Model, include_self: bool = True
) -> list[keras.Layer]:
    """Returns all layers of a network, including nested ones.

    Args:
        network: a Keras model or layer.
        include_self: whether the network itself comes first in the list.

    Returns:
        A list of layers, each of them once.
    """
    return list(network._flatten_layers(include_self=include_self))
