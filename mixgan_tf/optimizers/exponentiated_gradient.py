"""The multiplicative update of mixture weights."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("mixgan_tf")
class ExponentiatedGradient(keras.optimizers.Optimizer):
    """An optimizer that multiplies weights by `exp(-learning_rate * dL/dw)`.

    It updates logits whose softmax is the mixture weights. It receives the
    gradient with respect to the logits, `g = w * (dL/dw - mean)`; dividing by
    `w` gives back `dL/dw` up to a constant, which the softmax ignores.

    Args:
        learning_rate: positive float or schedule.

    Example:
    ```python
    gan.compile(mixture_optimizer=mg.optimizers.ExponentiatedGradient(1e-3))
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), section 5.
    """

    def __init__(
        self,
        learning_rate: float
        | keras.optimizers.schedules.LearningRateSchedule
        | Callable[[], float] = 1e-3,
        name: str = "exponentiated_gradient",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)

    def update_step(
        self,
        gradient: tf.Tensor,
        variable: keras.Variable,
        learning_rate: tf.Tensor,
    ) -> None:
        """Updates one vector of logits in place."""
        learning_rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        # A weight that underflows to zero has a zero gradient: no 0 / 0.
        weights = ops.maximum(
            tf.nn.softmax(tf.convert_to_tensor(variable), axis=0), 1e-30
        )
        self.assign_sub(variable, learning_rate * gradient / weights)
