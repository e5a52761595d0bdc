"""Networks in a form that TensorFlow runs faster on small groups of rows.

TensorFlow's transposed convolution reorders its weights in every call, and
wastes most of its work where an image has few channels. As a convolution it
costs less for each call, which is what counts when a batch is split among the
components of a mixture.
"""

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf.compat.layers import inbound_nodes


class SubPixelConvolution(keras.layers.Layer):
    """A transposed convolution as a convolution and a rearrangement.

    With stride `s` and a kernel of `m s` taps `W`, the output at `s i + p` is
    `sum_d x[i - (m - 1) + d] W[p + s (m - 1 - d)]`, `d = 0 ... m - 1`: for each
    of the `s` phases `p` a convolution of `m` taps. Their outputs are channels,
    which `depth_to_space` interleaves.

    Args:
        original: the built `keras.layers.Conv2DTranspose` that it replaces;
            see `replaceable`.

    Reference:
        [Shi et al., 2016](https://arxiv.org/abs/1609.07009), "Is the
        deconvolution layer the same as a convolutional layer?"
    """

    def __init__(self, original: keras.layers.Conv2DTranspose) -> None:
        super().__init__(name=original.name, dtype=original.dtype_policy)
        self.stride = original.strides[0]
        self.taps = tuple(k // self.stride for k in original.kernel_size)
        self.filters = original.filters
        self.activation = original.activation
        self.use_bias = original.use_bias
        self.crop = (0, 0)
        if original.padding == "same":
            self.crop = tuple(
                (k - self.stride) // 2 for k in original.kernel_size
            )
        self.padding = original.padding

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the weights, as many as the original's."""
        channels = self.filters * self.stride**2
        self.kernel = self.add_weight(
            shape=(*self.taps, input_shape[-1], channels), name="kernel"
        )
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), name="bias")

    def take_weights(self, original: keras.layers.Conv2DTranspose) -> None:
        """Rearranges the weights of the layer that this one replaces."""
        kernel, *bias = original.get_weights()
        (rows, columns), stride = self.taps, self.stride
        filters, channels = kernel.shape[2:]
        kernel = kernel.reshape(
            [rows, stride, columns, stride, filters, channels]
        )
        kernel = kernel[::-1, :, ::-1].transpose([0, 2, 5, 1, 3, 4])
        shape = [rows, columns, channels, stride**2 * filters]
        self.set_weights([np.reshape(kernel, shape), *bias])

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Maps `(B, H, W, C)` to the transposed convolution's output."""
        around = [[0, 0], *([m - 1, m - 1] for m in self.taps), [0, 0]]
        kernel = tf.convert_to_tensor(self.kernel)
        x = tf.nn.conv2d(inputs, kernel, strides=1, padding=around)
        if self.stride > 1:
            x = tf.nn.depth_to_space(x, self.stride)
        if self.padding == "same":
            (top, left), (height, width) = self.crop, inputs.shape[1:3]
            x = x[
                :,
                top : top + self.stride * height,
                left : left + self.stride * width,
            ]
        if self.use_bias:
            x = x + tf.convert_to_tensor(self.bias)
        return self.activation(x)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the transposed convolution's output."""
        batch, *sides, _ = input_shape
        if self.padding == "valid":
            sides = [n + m - 1 for n, m in zip(sides, self.taps, strict=True)]
        return (batch, *(self.stride * n for n in sides), self.filters)


def replaceable(layer: keras.Operation) -> bool:
    """Returns whether `SubPixelConvolution` can replace a layer.

    Args:
        layer: a Keras layer or operation.

    Returns:
        A bool: whether it is a transposed convolution of channels last, with
        one stride, kernel sizes that are multiples of it, no dilation, and an
        image of known size.
    """
    return (
        type(layer) is keras.layers.Conv2DTranspose
        and layer.data_format == "channels_last"
        and len(set(layer.strides)) == 1
        and not any(k % layer.strides[0] for k in layer.kernel_size)
        and set(layer.dilation_rate) == {1}
        and layer.output_padding is None
        and len(inbound_nodes(layer)) == 1  # not shared
        and None not in layer.input.shape[1:]
    )


def with_fast_layers(network: keras.Model) -> keras.Model:
    """Returns a network that makes the same samples faster.

    Args:
        network: a built functional or Sequential Keras model.

    Returns:
        The network itself if none of its layers can be replaced; otherwise a
        copy, whose samples differ by rounding.
    """
    pairs = []

    def clone(layer: keras.Operation) -> keras.Operation:
        if not isinstance(layer, keras.layers.Layer):
            return layer  # an operation such as `ops.sum` has no state
        if replaceable(layer):
            copy = SubPixelConvolution(layer)
        else:
            copy = type(layer).from_config(layer.get_config())
        pairs.append((layer, copy))
        return copy

    fast = keras.models.clone_model(
        network, clone_function=clone, recursive=True
    )
    if not any(isinstance(copy, SubPixelConvolution) for _, copy in pairs):
        return network
    for layer, copy in pairs:
        if isinstance(copy, SubPixelConvolution):
            copy.take_weights(layer)
        elif layer.weights:
            copy.set_weights(layer.get_weights())
    fast.trainable = False
    return fast
