"""The layers of a network and the calls that connect them."""

import keras


def nested_layers(
    network: keras.Model, include_self: bool = True
) -> list[keras.layers.Layer]:
    """Returns all layers of a network, those inside other layers too."""
    # `network.layers` leaves out what wrappers and nested models hold.
    return network._flatten_layers(include_self=include_self)


def inbound_nodes(layer: keras.layers.Layer) -> list:
    """Returns the symbolic calls of a layer, in order."""
    # Keras tells of a layer's last call alone, as `layer.input`.
    return layer._inbound_nodes


def nodes_in_order(functional: keras.Model) -> list:
    """Returns a functional model's calls of layers, inputs first."""
    # `functional.operations` has each layer once, however often it is called.
    levels = functional._nodes_by_depth
    return [
        node for depth in sorted(levels, reverse=True) for node in levels[depth]
    ]
