"""A pair of small dense networks, for points rather than images."""

from typing import Any

import keras

from mixgan_tf.networks.conditioning import discriminator_heads
from mixgan_tf.networks.conditioning import latent_inputs
from mixgan_tf.networks.conditioning import sample_inputs
from mixgan_tf.networks.network import Network


@keras.saving.register_keras_serializable("mixgan_tf")
class MLPGenerator(Network):
    """A generator of points, made of ReLU layers and a linear output.

    Args:
        output_dim: number of coordinates of a point.
        latent_dim: size of the latent vector.
        width: units of each hidden layer.
        depth: number of hidden layers.
        num_classes: `None`, or the number of classes of a conditional
            generator, which takes `[latents, labels]`.

    Example:
    ```python
    generator = mg.networks.MLPGenerator(output_dim=2, latent_dim=2)
    points = generator(np.random.normal(size=(128, 2)))  # (128, 2)
    ```
    """

    def __init__(
        self,
        output_dim: int = 2,
        latent_dim: int = 2,
        width: int = 64,
        depth: int = 2,
        num_classes: int | None = None,
        **kwargs: Any,
    ) -> None:
        inputs, x = latent_inputs(latent_dim, num_classes)
        for index in range(depth):
            x = keras.layers.Dense(
                width,
                activation="relu",
                kernel_initializer="he_normal",
                name=f"hidden_{index}",
            )(x)
        outputs = keras.layers.Dense(
            output_dim, dtype="float32", name="points"
        )(x)
        super().__init__(
            inputs=inputs,
            outputs=outputs,
            config=dict(
                output_dim=output_dim,
                latent_dim=latent_dim,
                width=width,
                depth=depth,
                num_classes=num_classes,
            ),
            **kwargs,
        )


@keras.saving.register_keras_serializable("mixgan_tf")
class MLPDiscriminator(Network):
    """A discriminator of points, made of leaky ReLU layers.

    Args:
        input_dim: number of coordinates of a point.
        width: units of each hidden layer.
        depth: number of hidden layers.
        num_classes: `None`, or the number of classes of a conditional
            discriminator.
        conditioning: `"projection"`, `"concatenation"`, `"auxiliary"` or
            `"class_logits"`, as in `DCGANDiscriminator`.

    Example:
    ```python
    discriminator = mg.networks.MLPDiscriminator(input_dim=2)
    logits = discriminator(np.zeros((128, 2)))  # (128, 1)
    ```
    """

    def __init__(
        self,
        input_dim: int = 2,
        width: int = 64,
        depth: int = 2,
        num_classes: int | None = None,
        conditioning: str = "projection",
        **kwargs: Any,
    ) -> None:
        inputs, x, one_hot = sample_inputs(
            (input_dim,), "points", num_classes, conditioning
        )
        for index in range(depth):
            x = keras.layers.Dense(
                width, kernel_initializer="he_normal", name=f"hidden_{index}"
            )(x)
            x = keras.layers.LeakyReLU(0.2)(x)
        outputs = discriminator_heads(x, one_hot, num_classes, conditioning)
        super().__init__(
            inputs=inputs,
            outputs=outputs,
            config=dict(
                input_dim=input_dim,
                width=width,
                depth=depth,
                num_classes=num_classes,
                conditioning=conditioning,
            ),
            **kwargs,
        )
