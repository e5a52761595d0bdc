"""The DCGAN pair, for images whose sides halve at least once."""

import keras

from mixgan_tf.networks.layers import latent_inputs
from mixgan_tf.networks.layers import logit_output
from mixgan_tf.networks.network import Network


@keras.saving.register_keras_serializable("mixgan_tf")
class DCGANGenerator(Network):
    """Maps Gaussian latents to images in [-1, 1] by transposed convolutions.

    A dense layer makes the smallest feature map (7x7 for 28x28 images, 4x4 for
    32x32); each transposed convolution doubles its sides and halves its
    channels, with batch normalisation and ReLU; the last one ends in tanh.

    Args:
        image_shape: `(height, width, channels)`; sides equal and even.
        latent_dim: size of the latent vector.
        width: channels of the last hidden feature map. 64 gives 128-64 for
            28x28 images and 256-128-64 for 32x32.
        kernel_size: of every transposed convolution. A multiple of the stride
            of 2, like the default, leaves no checkerboard pattern.
        num_classes: `None`, or the number of classes of a conditional
            generator, which takes `[latents, labels]`.

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
        image_shape,
        latent_dim=64,
        width=64,
        kernel_size=4,
        num_classes=None,
        **kwargs,
    ):
        # === Layers ===
        sides = feature_map_sides(image_shape)
        channels = [width * 2**k for k in reversed(range(len(sides) - 1))]

        # === Functional model ===
        inputs, x = latent_inputs(latent_dim, num_classes)
        x = keras.layers.Dense(
            sides[0] * sides[0] * channels[0],
            use_bias=False,  # dead before batch normalisation
            kernel_initializer=_normal(),
            name="project",
        )(x)
        x = keras.layers.Reshape((sides[0], sides[0], channels[0]))(x)
        x = _normalise(x, "project")
        for side, size in zip(sides[1:-1], channels[1:], strict=True):
            x = keras.layers.Conv2DTranspose(
                size,
                kernel_size,
                strides=2,
                padding="same",
                use_bias=False,
                kernel_initializer=_normal(),
                name=f"up_to_{side}",
            )(x)
            x = _normalise(x, f"up_to_{side}")
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
            ),
            **kwargs,
        )


@keras.saving.register_keras_serializable("mixgan_tf")
class DCGANDiscriminator(Network):
    """Maps images to one logit each by strided convolutions.

    The mirror of `DCGANGenerator`. It has no batch normalisation unless asked:
    then a logit would depend on which other samples share its batch. With
    classes, the logit has a projection term.

    Args:
        image_shape: `(height, width, channels)`; sides equal and even.
        width: channels of the first convolution.
        kernel_size: of every convolution.
        dropout: fraction of features dropped after each convolution, in
            `[0, 1)`.
        batch_normalization: whether to normalise all but the first
            convolution, as the paper does.
        num_classes: `None`, or the number of classes of a conditional
            discriminator, which takes `[images, labels]`.

    Example:
    ```python
    discriminator = mg.networks.DCGANDiscriminator((28, 28, 1))
    logits = discriminator(images)  # (16, 1)
    ```

    Reference:
        [Radford et al., 2016](https://arxiv.org/abs/1511.06434).
    """

    def __init__(
        self,
        image_shape,
        width=64,
        kernel_size=4,
        dropout=0.0,
        batch_normalization=False,
        num_classes=None,
        **kwargs,
    ):
        # === Layers ===
        sides = feature_map_sides(image_shape)

        # === Functional model ===
        images = keras.Input(tuple(image_shape), name="images")
        labels = None
        if num_classes is not None:
            labels = keras.Input((), dtype="int32", name="labels")
        x = images
        for depth, side in enumerate(reversed(sides[:-1])):
            normalised = batch_normalization and depth > 0
            x = keras.layers.Conv2D(
                width * 2**depth,
                kernel_size,
                strides=2,
                padding="same",
                use_bias=not normalised,
                kernel_initializer=_normal(),
                name=f"down_to_{side}",
            )(x)
            if normalised:
                x = _batch_norm(f"down_to_{side}_norm")(x)
            x = keras.layers.LeakyReLU(0.2)(x)
            if dropout:
                x = keras.layers.Dropout(dropout)(x)
        x = keras.layers.Flatten()(x)
        logits = logit_output(x, labels, num_classes)
        super().__init__(
            inputs=images if labels is None else [images, labels],
            outputs=logits,
            config=dict(
                image_shape=tuple(image_shape),
                width=width,
                kernel_size=kernel_size,
                dropout=dropout,
                batch_normalization=batch_normalization,
                num_classes=num_classes,
            ),
            **kwargs,
        )


def feature_map_sides(image_shape):
    """Returns the sides of the feature maps, smallest first, image last.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        A list of ints, each twice the one before: `[7, 14, 28]` for 28x28
        images, `[4, 8, 16, 32]` for 32x32.

    Raises:
        ValueError: if the images are not square or cannot be halved once.
    """
    shape = tuple(image_shape)
    if len(shape) != 3 or shape[0] != shape[1] or shape[0] % 2 or shape[0] < 8:
        raise ValueError(
            "Argument `image_shape` must be `(side, side, channels)` with an "
            "even side of at least 8; resize or pad the images. "
            f"Received: image_shape={shape}"
        )
    sides = [shape[0]]
    while sides[0] % 2 == 0 and sides[0] // 2 >= 4:
        sides.insert(0, sides[0] // 2)
    return sides


def _normalise(x, name):
    x = _batch_norm(f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)


def _batch_norm(name):
    # Synchronised: statistics of the global batch, also of unevenly many rows.
    return keras.layers.BatchNormalization(
        momentum=0.9, synchronized=True, name=name
    )


def _normal():
    # One for each layer: a shared one starts them from the same numbers.
    return keras.initializers.RandomNormal(stddev=0.02)
