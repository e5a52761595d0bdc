"""Networks in a form that TFLite's converter converts correctly."""

import keras
import tensorflow as tf
from keras import ops

from mixgan_tf.compat.layers import nested_layers
from mixgan_tf.networks.inspection import is_half
from mixgan_tf.networks.layers import OneHot


class StaticUpSampling2D(keras.layers.UpSampling2D):
    """The layer `UpSampling2D` as one operator with a constant size.

    Keras repeats rows and columns, with shapes that are computed in the graph.
    Where the batch size is open, the converter loses sight of the sides, and
    cannot convert a convolution that follows.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Maps `(B, H, W, C)` to `(B, size[0] H, size[1] W, C)`."""
        shape = self.compute_output_shape(inputs.shape)
        first = self.data_format == "channels_first"
        return ops.image.resize(
            inputs,
            shape[2:4] if first else shape[1:3],
            interpolation=self.interpolation,
            data_format=self.data_format,
        )


class LookedUpOneHot(OneHot):
    """The layer `OneHot` as rows of the unit matrix.

    The converter's operator ONE_HOT writes 0 and 1 in int8 units of its own,
    not in those that its reader takes them for.
    """

    def call(self, labels: tf.Tensor) -> tf.Tensor:
        """Maps `(B,)` integers in `[0, num_classes)` to `(B, num_classes)`."""
        rows = ops.eye(self.num_classes, dtype=self.compute_dtype)
        return ops.take(rows, labels, axis=0)


_REPLACED: dict[type, type[keras.layers.Layer]] = {
    keras.layers.UpSampling2D: StaticUpSampling2D,
    OneHot: LookedUpOneHot,
}


def convertible(network: keras.Model) -> keras.Model:
    """Returns a network of the same function that TFLite's converter can take.

    Layers that compute in half precision do so in float32, which is what
    TFLite's operators know.

    Args:
        network: a built functional or Sequential Keras model.

    Returns:
        The network itself if no layer needs a change; otherwise a copy.
    """
    layers = nested_layers(network, include_self=False)
    if not any(type(layer) in _REPLACED or is_half(layer) for layer in layers):
        return network
    copy = keras.models.clone_model(
        network, clone_function=_replaced, recursive=True
    )
    copy.set_weights(network.get_weights())
    return copy


def _replaced(layer: keras.Operation) -> keras.Operation:
    if not isinstance(layer, keras.layers.Layer):
        return layer  # an operation such as `ops.sum` has no state
    config = layer.get_config()
    if is_half(layer):
        config["dtype"] = "float32"
    kind = _REPLACED.get(type(layer), type(layer))
    return kind.from_config(config)
