"""The DCGAN pair, for images whose sides halve at least once."""

from collections.abc import Sequence
from typing import Any

import keras

from mixgan_tf.arguments import require_choice
from mixgan_tf.networks.conditioning import discriminator_heads
from mixgan_tf.networks.conditioning import latent_inputs
from mixgan_tf.networks.conditioning import sample_inputs
from mixgan_tf.networks.feature_maps import feature_map_sides
from mixgan_tf.networks.network import Network
from mixgan_tf.networks.normalization import NORMALIZATIONS
from mixgan_tf.networks.normalization import cancels_biases
from mixgan_tf.networks.normalization import normalize
from mixgan_tf.networks.spectral_normalization import spectrally_normalized


@keras.saving.register_keras_serializable("mixgan_tf")
class DCGANGenerator(Network):
    """A generator of images in [-1, 1], made of transposed convolutions.

    A dense layer makes the smallest feature map (7x7 for 28x28 images, 4x4 for
    32x32); each transposed convolution doubles its sides and halves its
    channels, with a normalisation and ReLU; the last one ends in tanh.

    Args:
        image_shape: `(height, width, channels)`; sides equal and even.
        latent_dim: size of the latent vector.
        width: channels of the last hidden feature map. 64 gives 128-64 for
            28x28 images, 256-128-64 for 32x32 and 512-256-128-64 for 64x64.
        kernel_size: of every transposed convolution. A multiple of the stride
            of 2, like the default, leaves no checkerboard pattern.
        num_classes: `None`, or the number of classes of a conditional
            generator, which takes `[latents, labels]`.
        normalization: `"batch"` as in the paper, `"instance"`, `"layer"` or
            `None`.
        latent_distribution: `"normal"`, or `"uniform"`: the network then
            turns its normal latents into uniform ones in [0, 1] first.

    Example:
    ```python
    generator = mg.networks.DCGANGenerator((28, 28, 1), latent_dim=64)
    images = generator(np.random.normal(size=(16, 64)))  # (16, 28, 28, 1)
    ```

    Reference:
        [Radford et al., 2016](https://arxiv.org/abs/1511.06434).
    """

    output_range = (-1.0, 1.0)

    def __init__(
        self,
        image_shape: Sequence[int],
        latent_dim: int = 64,
        width: int = 64,
        kernel_size: int = 4,
        num_classes: int | None = None,
        normalization: str | None = "batch",
        latent_distribution: str = "normal",
        **kwargs: Any,
    ) -> None:
        require_choice("normalization", normalization, NORMALIZATIONS)
        sides = feature_map_sides(image_shape)
        inputs, x = latent_inputs(latent_dim, num_classes, latent_distribution)
        x = _growing_maps(x, sides[:-1], width, kernel_size, normalization)
        x = keras.layers.Conv2DTranspose(
            image_shape[-1],
            kernel_size,
            strides=2,
            padding="same",
            kernel_initializer=_normal(),
            name="image_pre_activation",
        )(x)
        outputs = keras.layers.Activation("tanh", dtype="float32")(x)
        super().__init__(
            inputs=inputs,
            outputs=outputs,
            config=dict(
                image_shape=tuple(image_shape),
                latent_dim=latent_dim,
                width=width,
                kernel_size=kernel_size,
                num_classes=num_classes,
                normalization=normalization,
                latent_distribution=latent_distribution,
            ),
            **kwargs,
        )


@keras.saving.register_keras_serializable("mixgan_tf")
class DCGANDiscriminator(Network):
    """A discriminator of images, made of strided convolutions.

    The mirror of `DCGANGenerator`. It has no batch normalisation unless asked:
    then a logit would depend on which other samples share its batch.

    Args:
        image_shape: `(height, width, channels)`; sides equal and even.
        width: channels of the first convolution.
        kernel_size: of every convolution.
        dropout: fraction of features dropped after each convolution, in
            `[0, 1)`.
        normalization: of all but the first convolution: `None`, `"batch"` as
            in the paper, `"instance"` or `"layer"`.
        spectral_normalization: whether to divide the kernels, those of the
            logit included, by their spectral norms.
        num_classes: `None`, or the number of classes of a conditional
            discriminator.
        conditioning: how it is conditional. `"projection"` and
            `"concatenation"` (of the one-hot label with the image's channels)
            take `[images, labels]` and return a logit. `"auxiliary"` takes
            images and returns the logit and class logits; `"class_logits"`
            returns class logits alone, whose logsumexp is the logit.
        latent_dim: `None`, or the size of the generator's latents, which a
            further head then reconstructs.

    Returns, when called:
        The logits, float32 `(B, 1)`; with other heads, a dict of float32
        tensors: `"logit"` `(B, 1)`, `"class_logits"` `(B, num_classes)`,
        `"latents"` `(B, latent_dim)`.

    Example:
    ```python
    discriminator = mg.networks.DCGANDiscriminator((28, 28, 1))
    logits = discriminator(images)  # (16, 1)
    ```

    Reference:
        [Radford et al., 2016](https://arxiv.org/abs/1511.06434); conditioning
        by [projection](https://arxiv.org/abs/1802.05637), as an
        [auxiliary classifier](https://arxiv.org/abs/1610.09585), by
        [class logits](https://arxiv.org/abs/1606.03498), section 5.
    """

    def __init__(
        self,
        image_shape: Sequence[int],
        width: int = 64,
        kernel_size: int = 4,
        dropout: float = 0.0,
        normalization: str | None = None,
        spectral_normalization: bool = False,
        num_classes: int | None = None,
        conditioning: str = "projection",
        latent_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        require_choice("normalization", normalization, NORMALIZATIONS)
        sides = feature_map_sides(image_shape)
        inputs, x, one_hot = sample_inputs(
            tuple(image_shape), "images", num_classes, conditioning
        )
        for depth, side in enumerate(reversed(sides[:-1])):
            x = _halved_map(
                x,
                side,
                width * 2**depth,
                kernel_size,
                normalization if depth > 0 else None,
                spectral_normalization,
            )
            if dropout:
                x = keras.layers.Dropout(dropout)(x)
        x = keras.layers.Flatten()(x)
        outputs = discriminator_heads(
            x,
            one_hot,
            num_classes,
            conditioning,
            latent_dim,
            spectral_normalization,
        )
        super().__init__(
            inputs=inputs,
            outputs=outputs,
            config=dict(
                image_shape=tuple(image_shape),
                width=width,
                kernel_size=kernel_size,
                dropout=dropout,
                normalization=normalization,
                spectral_normalization=spectral_normalization,
                num_classes=num_classes,
                conditioning=conditioning,
                latent_dim=latent_dim,
            ),
            **kwargs,
        )


def _growing_maps(
    x: keras.KerasTensor,
    sides: list[int],
    width: int,
    kernel_size: int,
    normalization: str | None,
) -> keras.KerasTensor:
    """Returns the last hidden feature map of a generator."""
    channels = [width * 2**k for k in reversed(range(len(sides)))]
    x = keras.layers.Dense(
        sides[0] * sides[0] * channels[0],
        # Normalising each sample would lose the length of latents that have
        # no bias beside them.
        use_bias=normalization != "batch",
        kernel_initializer=_normal(),
        name="project",
    )(x)
    x = keras.layers.Reshape((sides[0], sides[0], channels[0]))(x)
    x = normalize(x, normalization, "project_norm")
    x = keras.layers.ReLU(name="project_relu")(x)
    for side, size in zip(sides[1:], channels[1:], strict=True):
        x = keras.layers.Conv2DTranspose(
            size,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=not cancels_biases(normalization),
            kernel_initializer=_normal(),
            name=f"up_to_{side}",
        )(x)
        x = normalize(x, normalization, f"up_to_{side}_norm")
        x = keras.layers.ReLU(name=f"up_to_{side}_relu")(x)
    return x


def _halved_map(
    x: keras.KerasTensor,
    side: int,
    channels: int,
    kernel_size: int,
    normalization: str | None,
    spectral_normalization: bool,
) -> keras.KerasTensor:
    """Returns a discriminator's next feature map, of half the sides."""
    convolution = keras.layers.Conv2D(
        channels,
        kernel_size,
        strides=2,
        padding="same",
        use_bias=not cancels_biases(normalization),
        kernel_initializer=_normal(),
        name=f"down_to_{side}",
    )
    x = spectrally_normalized(convolution, spectral_normalization)(x)
    x = normalize(x, normalization, f"down_to_{side}_norm")
    return keras.layers.LeakyReLU(0.2)(x)


def _normal() -> keras.initializers.Initializer:
    # One for each layer: a shared one starts them from the same numbers.
    return keras.initializers.RandomNormal(stddev=0.02)
