"""The normalisations a network may have between its convolutions."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

NORMALIZATIONS = ("batch", "instance", "layer", None)


@keras.saving.register_keras_serializable("mixgan_tf")
class SampleNormalization(keras.layers.Layer):
    """Normalises each sample by itself, then scales and shifts its channels.

    It computes what Keras's `GroupNormalization` does with one group, or with
    as many as channels. That layer takes its moments from `tf.nn.moments`,
    whose second derivative is wrong: a gradient penalty would be off by
    percents.

    Args:
        per_channel: whether each channel has its own mean and variance
            (instance normalisation), or the sample has one (layer
            normalisation).
        epsilon: positive float, added to the variance.

    Example:
    ```python
    mg.networks.SampleNormalization()(np.ones((2, 8, 8, 3), "float32"))
    ```

    Reference:
        [Ulyanov et al., 2016](https://arxiv.org/abs/1607.08022);
        [Ba et al., 2016](https://arxiv.org/abs/1607.06450).
    """

    def __init__(
        self, per_channel: bool = False, epsilon: float = 1e-3, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.per_channel = per_channel
        self.epsilon = epsilon

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes a scale and an offset for each channel."""
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(
            shape=shape, initializer="ones", name="gamma"
        )
        self.beta = self.add_weight(
            shape=shape, initializer="zeros", name="beta"
        )

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Maps `(B, ..., C)` to the same shape."""
        wide = "float64" if self.compute_dtype == "float64" else "float32"
        x = ops.cast(inputs, wide)
        axes = list(range(1, len(inputs.shape) - int(self.per_channel)))
        centered = x - ops.mean(x, axes, keepdims=True)
        variance = ops.mean(ops.square(centered), axes, keepdims=True)
        normal = centered * ops.rsqrt(variance + self.epsilon)
        scaled = normal * ops.cast(self.gamma, wide)
        return ops.cast(scaled + ops.cast(self.beta, wide), self.compute_dtype)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "per_channel": self.per_channel,
            "epsilon": self.epsilon,
        }


def normalize(
    x: keras.KerasTensor, normalization: str | None, name: str
) -> keras.KerasTensor:
    """Returns a feature map with the chosen normalisation.

    Args:
        x: symbolic tensor `(B, H, W, C)`.
        normalization: `"batch"`; `"instance"`, which normalises each channel
            of each sample; `"layer"`, which normalises each sample; or `None`.
        name: name of the layer.

    Returns:
        A symbolic tensor of the same shape.
    """
    if normalization == "batch":
        # Synchronised: statistics of the global batch, also of unevenly many
        # rows.
        return keras.layers.BatchNormalization(
            momentum=0.9, synchronized=True, name=name
        )(x)
    if normalization is None:
        return x
    per_channel = normalization == "instance"
    return SampleNormalization(per_channel, name=name)(x)


def cancels_biases(normalization: str | None) -> bool:
    """Returns whether a bias on each channel just before it has no effect.

    Such a bias is left out: its gradient is rounding noise, which Adam
    magnifies. Layer normalisation subtracts one mean from all channels, so
    there a bias does have an effect.

    Args:
        normalization: one of `NORMALIZATIONS`.

    Returns:
        A bool.
    """
    return normalization in ("batch", "instance")
