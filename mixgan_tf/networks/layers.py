"""Small layers that the networks share."""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("mixgan_tf")
class OneHot(keras.layers.Layer):
    """A layer that turns integer class labels into one-hot rows.

    Args:
        num_classes: number of classes.

    Example:
    ```python
    OneHot(3)(np.array([2, 0]))  # [[0, 0, 1], [1, 0, 0]]
    ```
    """

    def __init__(self, num_classes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_classes = num_classes

    def call(self, labels: tf.Tensor) -> tf.Tensor:
        """Maps `(B,)` integers in `[0, num_classes)` to `(B, num_classes)`."""
        return ops.one_hot(labels, self.num_classes, dtype=self.compute_dtype)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Returns the input's shape with the classes appended."""
        return (*input_shape, self.num_classes)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "num_classes": self.num_classes}


@keras.saving.register_keras_serializable("mixgan_tf")
class GaussianToUniform(keras.layers.Layer):
    """A layer that maps standard normal numbers to uniform ones in [0, 1].

    It is the normal distribution function. A generator that begins with it is
    driven by uniform noise, while whoever samples it draws normal latents as
    for every other generator.

    Example:
    ```python
    mg.networks.GaussianToUniform()(np.array([-1.96, 0.0, 1.96]))
    # [0.025, 0.5, 0.975]
    ```

    Reference:
        Abramowitz & Stegun, 1964, formula 26.2.17, of error below 7.5e-8. The
        error function itself has no TFLite operation.
    """

    def call(self, latents: tf.Tensor) -> tf.Tensor:
        """Maps floats of any shape to floats in [0, 1] of that shape."""
        size = ops.abs(latents)
        t = 1.0 / (1.0 + 0.2316419 * size)
        series = 0.0
        for coefficient in (
            1.330274429,
            -1.821255978,
            1.781477937,
            -0.356563782,
            0.319381530,
        ):
            series = t * (series + coefficient)
        density = ops.exp(-0.5 * size * size) / math.sqrt(2.0 * math.pi)
        tail = density * series
        return ops.where(latents > 0, 1.0 - tail, tail)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Returns the input's shape."""
        return input_shape
