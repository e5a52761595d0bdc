"""Repairs layers that fail on a batch without rows.

On several replicas, one may hold no row of a component, or none at all where
the last batch is short. TensorFlow's convolutions then fail, or give gradients
of a wrong shape, and its pooling ends the process.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from mixgan_tf.compat.layers import nested_layers

_FRAGILE = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
    keras.layers.DepthwiseConv1D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv1D,
    keras.layers.SeparableConv2D,
    keras.layers.AveragePooling1D,
    keras.layers.AveragePooling2D,
    keras.layers.AveragePooling3D,
    keras.layers.MaxPooling1D,
    keras.layers.MaxPooling2D,
    keras.layers.MaxPooling3D,
)


def mend_layers(network: keras.Model) -> None:
    """Makes a network's convolutions and pooling pass on empty batches.

    The layers are changed in place and stay so; nothing is done twice. A batch
    whose size is known while tracing costs nothing, another one a branch: the
    layers alone are in it, since all replicas must take part in what
    normalisation sums over them.

    Args:
        network: a built Keras model.
    """
    for layer in nested_layers(network):
        if isinstance(layer, _FRAGILE) and not hasattr(layer, "_unguarded"):
            layer._unguarded = layer.call
            layer.call = _guarded(layer)


def _guarded(layer: keras.layers.Layer) -> Callable[..., tf.Tensor]:
    def call(inputs: Any, *args: Any, **kwargs: Any) -> tf.Tensor:
        if not _may_be_empty(inputs):
            return layer._unguarded(inputs, *args, **kwargs)
        shape = layer.compute_output_shape(tuple(inputs.shape))
        outputs = tf.cond(
            tf.shape(inputs)[0] > 0,
            lambda: layer._unguarded(inputs, *args, **kwargs),
            lambda: tf.zeros([0, *shape[1:]], layer.compute_dtype),
        )
        return tf.ensure_shape(outputs, shape)

    return call


def _may_be_empty(inputs: Any) -> bool:
    # Only within a step of several replicas: exports stay free of branches.
    return (
        tf.is_tensor(inputs)
        and inputs.shape[0] is None
        and not tf.distribute.in_cross_replica_context()
        and tf.distribute.get_strategy().num_replicas_in_sync > 1
    )
