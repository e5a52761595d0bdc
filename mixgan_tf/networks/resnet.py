"""The ResNet pair, for images whose sides halve at least once."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from mixgan_tf.arguments import require_choice
from mixgan_tf.networks.conditioning import discriminator_heads
from mixgan_tf.networks.conditioning import latent_inputs
from mixgan_tf.networks.conditioning import sample_inputs
from mixgan_tf.networks.feature_maps import feature_map_sides
from mixgan_tf.networks.network import Network
from mixgan_tf.networks.normalization import NORMALIZATIONS
from mixgan_tf.networks.normalization import normalize
from mixgan_tf.networks.residual_blocks import residual_block
from mixgan_tf.networks.residual_blocks import up_block


@keras.saving.register_keras_serializable("mixgan_tf")
class ResNetGenerator(Network):
    """A generator of images in [-1, 1], made of residual blocks.

    A dense layer makes the smallest feature map, 4x4 for 32x32 images (7x7 for
    28x28); each block doubles its sides; normalisation, ReLU, a 3x3
    convolution and tanh follow. Both papers have these blocks; the default
    width is the second's, the first has 128.

    Args:
        image_shape: `(height, width, channels)`; sides equal and even.
        latent_dim: size of the latent vector.
        width: channels of every hidden feature map.
        num_classes: `None`, or the number of classes of a conditional
            generator, which takes `[latents, labels]`.
        normalization: `"batch"` as in the papers, `"instance"`, `"layer"` or
            `None`.
        latent_distribution: `"normal"`, or `"uniform"`: the network then
            turns its normal latents into uniform ones in [0, 1] first.

    Example:
    ```python
    generator = mg.networks.ResNetGenerator((32, 32, 3), width=64)
    images = generator(np.random.normal(size=(16, 128)))  # (16, 32, 32, 3)
    ```

    Reference:
        [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028), appendix;
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957), table 4.
    """

    output_range = (-1.0, 1.0)

    def __init__(
        self,
        image_shape: Sequence[int] = (32, 32, 3),
        latent_dim: int = 128,
        width: int = 256,
        num_classes: int | None = None,
        normalization: str | None = "batch",
        latent_distribution: str = "normal",
        **kwargs: Any,
    ) -> None:
        require_choice("normalization", normalization, NORMALIZATIONS)
        sides = feature_map_sides(image_shape)
        inputs, x = latent_inputs(latent_dim, num_classes, latent_distribution)
        x = keras.layers.Dense(sides[0] * sides[0] * width, name="project")(x)
        x = keras.layers.Reshape((sides[0], sides[0], width))(x)
        for side in sides[1:]:
            x = up_block(x, normalization, f"up_to_{side}")
        x = normalize(x, normalization, "image_norm")
        x = keras.layers.ReLU()(x)
        x = keras.layers.Conv2D(
            image_shape[-1], 3, padding="same", name="image_pre_activation"
        )(x)
        outputs = keras.layers.Activation("tanh", dtype="float32")(x)
        super().__init__(
            inputs=inputs,
            outputs=outputs,
            config=dict(
                image_shape=tuple(image_shape),
                latent_dim=latent_dim,
                width=width,
                num_classes=num_classes,
                normalization=normalization,
                latent_distribution=latent_distribution,
            ),
            **kwargs,
        )


@keras.saving.register_keras_serializable("mixgan_tf")
class ResNetDiscriminator(Network):
    """A discriminator of images, made of residual blocks.

    Blocks halve the sides until they are at most 8 (two blocks for 32x32
    images), two more keep them; ReLU, a sum over places and a linear layer
    follow. The first block takes the image as it is, without ReLU or
    normalisation, as in both papers. The sum (the first paper has a mean) and
    the spectral normalisation are the second's. Neither normalises features
    here; under a gradient penalty the first advises `"layer"`, not `"batch"`.

    Args:
        image_shape: `(height, width, channels)`; sides equal and even.
        width: channels of every hidden feature map.
        normalization: in all but the first block: `None`, `"batch"`,
            `"instance"` or `"layer"`.
        spectral_normalization: whether to divide the kernels, those of the
            logit included, by their spectral norms.
        dropout: fraction of features dropped after each block, in `[0, 1)`.
        num_classes: `None`, or the number of classes of a conditional
            discriminator.
        conditioning: `"projection"`, `"concatenation"`, `"auxiliary"` or
            `"class_logits"`, as in `DCGANDiscriminator`.
        latent_dim: `None`, or the size of the generator's latents, which a
            further head then reconstructs.

    Returns, when called:
        The logits, float32 `(B, 1)`, or a dict, as `DCGANDiscriminator`.

    Example:
    ```python
    discriminator = mg.networks.ResNetDiscriminator(
        (32, 32, 3), spectral_normalization=True
    )
    logits = discriminator(images)  # (16, 1)
    ```

    Reference:
        [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028), appendix;
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957), table 4.
    """

    def __init__(
        self,
        image_shape: Sequence[int] = (32, 32, 3),
        width: int = 128,
        normalization: str | None = None,
        spectral_normalization: bool = False,
        dropout: float = 0.0,
        num_classes: int | None = None,
        conditioning: str = "projection",
        latent_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        require_choice("normalization", normalization, NORMALIZATIONS)
        blocks = _discriminator_blocks(image_shape)
        inputs, x, one_hot = sample_inputs(
            tuple(image_shape), "images", num_classes, conditioning
        )
        for depth, (name, down) in enumerate(blocks):
            x = residual_block(
                x,
                width,
                name,
                down=down,
                first=depth == 0,
                normalization=normalization,
                spectral_normalization=spectral_normalization,
            )
            if dropout:
                x = keras.layers.Dropout(dropout)(x)
        x = keras.layers.ReLU()(x)
        x = ops.sum(x, axis=(1, 2))
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
                normalization=normalization,
                spectral_normalization=spectral_normalization,
                dropout=dropout,
                num_classes=num_classes,
                conditioning=conditioning,
                latent_dim=latent_dim,
            ),
            **kwargs,
        )


def _discriminator_blocks(image_shape: Sequence[int]) -> list[tuple[str, bool]]:
    smaller = list(reversed(feature_map_sides(image_shape)))[1:]
    halvings = [s for s in smaller if 2 * s > 8] or smaller
    blocks = [(f"down_to_{side}", True) for side in halvings]
    return [*blocks, ("same_0", False), ("same_1", False)]
