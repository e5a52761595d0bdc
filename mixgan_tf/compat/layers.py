"""Layers of a network and the calls between them.

Keras 3.15 has no public way to either: `Model.layers` lists the outermost
layers alone, and the graph of a functional model is not public at all.
"""

import keras


def nested_layers(
    network: keras.Model, include_self: bool = True
) -> list[keras.layers.Layer]:
    """Returns all layers of a network, those inside of others too.

    Args:
        network: a Keras model.
        include_self: whether the network, itself a layer, comes first.
    """
    # `Model.layers` stops at nested models: a fault inside one would pass.
    return list(network._flatten_layers(include_self=include_self))


def inbound_nodes(layer: keras.layers.Layer) -> list:
    """Returns the calls of a layer in functional models, in order.

    Args:
        layer: a Keras layer.

    Returns:
        A list of Keras nodes, which have `input_tensors` and
        `output_tensors`.
    """
    # `Layer.output` is public, and fails where a layer was called twice.
    return list(layer._inbound_nodes)


def nodes_in_order(functional: keras.Model) -> list:
    """Returns the calls that a functional model makes, inputs first.

    Args:
        functional: a functional Keras model.

    Returns:
        A list of Keras nodes.
    """
    # What `Functional.call` itself goes by.
    depths = functional._nodes_by_depth
    return [
        node for depth in sorted(depths, reverse=True) for node in depths[depth]
    ]
