"""Pre-activation residual blocks of two 3x3 convolutions each."""

import keras

from mixgan_tf.networks.normalization import cancels_biases
from mixgan_tf.networks.normalization import normalize
from mixgan_tf.networks.spectral_normalization import spectrally_normalized


def up_block(
    x: keras.KerasTensor, normalization: str | None, name: str
) -> keras.KerasTensor:
    """Returns a generator's next feature map, of twice the sides.

    Args:
        x: symbolic tensor `(B, H, W, C)`.
        normalization: one of `normalization.NORMALIZATIONS`.
        name: prefix of the layers' names.

    Returns:
        A symbolic tensor `(B, 2 H, 2 W, C)`.
    """
    width = x.shape[-1]
    # Whatever reads the sum normalises it: its biases are cancelled too.
    use_bias = not cancels_biases(normalization)

    def convolution(size: int, suffix: str) -> keras.layers.Layer:
        return _convolution(width, size, f"{name}_{suffix}", use_bias)

    # The same as after up-sampling, at a quarter of the cost.
    shortcut = convolution(1, "shortcut")(x)
    shortcut = keras.layers.UpSampling2D()(shortcut)
    x = normalize(x, normalization, f"{name}_norm_0")
    x = keras.layers.ReLU()(x)
    x = keras.layers.UpSampling2D()(x)
    x = convolution(3, "conv_0")(x)
    x = normalize(x, normalization, f"{name}_norm_1")
    x = keras.layers.ReLU()(x)
    x = convolution(3, "conv_1")(x)
    return keras.layers.Add(name=name)([x, shortcut])


def residual_block(
    x: keras.KerasTensor,
    width: int,
    name: str,
    down: bool,
    first: bool = False,
    normalization: str | None = None,
    spectral_normalization: bool = False,
) -> keras.KerasTensor:
    """Returns a discriminator's next feature map, of half the sides if `down`.

    Args:
        x: symbolic tensor `(B, H, W, C)`.
        width: channels of the result; `C` unless `down`.
        name: prefix of the layers' names.
        down: whether to halve the sides.
        first: whether `x` is the image, which is neither normalised nor
            rectified.
        normalization: one of `normalization.NORMALIZATIONS`.
        spectral_normalization: whether to normalise the kernels.

    Returns:
        A symbolic tensor `(B, H, W, width)`, or with halved sides.
    """
    normalization = None if first else normalization

    def convolution(
        size: int, suffix: str, use_bias: bool = True
    ) -> keras.layers.Layer:
        layer = _convolution(width, size, f"{name}_{suffix}", use_bias)
        return spectrally_normalized(layer, spectral_normalization)

    shortcut = x
    if down:
        # A 1x1 convolution after pooling is the same as before, and cheaper.
        shortcut = keras.layers.AveragePooling2D(2)(shortcut)
        shortcut = convolution(1, "shortcut")(shortcut)
    if not first:
        x = normalize(x, normalization, f"{name}_norm_0")
        x = keras.layers.ReLU()(x)
    x = convolution(3, "conv_0", not cancels_biases(normalization))(x)
    x = normalize(x, normalization, f"{name}_norm_1")
    x = keras.layers.ReLU()(x)
    x = convolution(3, "conv_1")(x)
    if down:
        x = keras.layers.AveragePooling2D(2)(x)
    return keras.layers.Add(name=name)([x, shortcut])


def _convolution(
    width: int, size: int, name: str, use_bias: bool
) -> keras.layers.Conv2D:
    return keras.layers.Conv2D(
        width,
        size,
        padding="same",
        use_bias=use_bias,
        kernel_initializer="he_uniform" if size > 1 else "glorot_uniform",
        name=name,
    )
