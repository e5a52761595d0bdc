"""The graph of calls of layers that a network consists of."""

import keras

from mixgan_tf.compat.layers import nodes_in_order


def network_nodes(network: keras.Model) -> list:
    """Returns the calls of layers in a network, inputs first.

    Args:
        network: a functional or Sequential Keras model.

    Returns:
        A list of Keras nodes. Their tensors are the objects that
        `network.outputs` holds.
    """
    if isinstance(network, keras.Sequential):
        network = keras.Model(network.inputs, network.outputs)
    return nodes_in_order(network)
