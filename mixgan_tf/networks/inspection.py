"""Inspection of a network's inputs, outputs and layers."""

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf.compat.layers import nested_layers


def output_shapes(network: keras.Model) -> dict[str, tuple[int | None, ...]]:
    """Returns the names and shapes of a discriminator's outputs.

    Args:
        network: a functional or Sequential Keras model.

    Returns:
        A dict from `"logit"`, `"class_logits"`, `"latents"`, or `"features"`
        where the output is one tensor, to shapes, the batch's size first.
    """
    outputs = declared_output(network)
    if not isinstance(outputs, dict):
        outputs = {"features": outputs}
    return {name: tuple(x.shape) for name, x in outputs.items()}


def require_exact_derivatives(network: keras.Model, what: str) -> None:
    """Raises an error if a network has layers with wrong second derivatives.

    Some of Keras's layers take their moments from `tf.nn.moments`, whose
    second derivative leaves out the mean.

    Args:
        network: a Keras model.
        what: the name of what needs second derivatives, for the message.

    Raises:
        ValueError: if the network has such a layer.
    """
    for layer in nested_layers(network):
        batch = isinstance(layer, keras.layers.BatchNormalization)
        if (batch and not layer.synchronized) or isinstance(
            layer,
            keras.layers.LayerNormalization | keras.layers.GroupNormalization,
        ):
            raise ValueError(
                f"{what} needs second derivatives, and those of this layer are"
                " wrong in TensorFlow: use `mg.networks.SampleNormalization`, "
                "or batch normalisation with `synchronized=True`. Received: "
                f"a network with {type(layer).__name__} '{layer.name}'"
            )


def input_shapes(network: keras.Model) -> list[tuple[int | None, ...]]:
    """Returns the shapes of a network's inputs, the batch's size first."""
    return [tuple(i.shape) for i in network.inputs]


def declared_output(
    network: keras.Model,
) -> keras.KerasTensor | dict[str, keras.KerasTensor]:
    """Returns the symbolic output of a functional or Sequential network."""
    if isinstance(network, keras.Sequential):
        return network.outputs[0]  # it has no `output` before its first call
    return network.output


def with_labels(
    x: tf.Tensor | np.ndarray, labels: tf.Tensor | np.ndarray | None
) -> tf.Tensor | np.ndarray | list[tf.Tensor | np.ndarray]:
    """Returns a network's inputs: `x`, or `[x, labels]` with classes."""
    return x if labels is None else [x, labels]


def depends_on_batch(network: keras.Model) -> bool:
    """Returns whether a sample's output depends on the others of its batch.

    Batch normalisation does that; a layer of another kind says so by an
    attribute `depends_on_batch = True`.

    Args:
        network: a Keras model.

    Returns:
        A bool.
    """
    kind = keras.layers.BatchNormalization
    return any(
        isinstance(layer, kind) or getattr(layer, "depends_on_batch", False)
        for layer in nested_layers(network)
    )


def computes_in_half(network: keras.Model) -> bool:
    """Returns whether any layer computes in float16 or bfloat16."""
    return any(
        is_half(layer) for layer in nested_layers(network, include_self=False)
    )


def is_half(layer: keras.layers.Layer) -> bool:
    """Returns whether a layer computes in float16 or bfloat16."""
    return layer.compute_dtype in ("float16", "bfloat16")
