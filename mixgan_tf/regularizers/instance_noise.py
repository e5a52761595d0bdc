"""Noise on the samples that discriminators see: Gaussian noise and dropout."""

from typing import Any

import keras
import tensorflow as tf

from mixgan_tf.arguments import require_number
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.regularizers.regularizer import Regularizer


@keras.saving.register_keras_serializable("mixgan_tf")
class InstanceNoise(Regularizer):
    """Gaussian noise on every sample that a discriminator sees in training.

    Real and generated samples get fresh noise for each discriminator and each
    update. Their distributions then overlap, so that the discriminators'
    gradients do not vanish.

    Args:
        stddev: positive float, the noise's standard deviation at the start,
            in units of the samples.
        anneal_steps: training steps over which it falls linearly to zero;
            `None` keeps it.

    Example:
    ```python
    noise = mg.regularizers.InstanceNoise(0.2, anneal_steps=10_000)
    gan.compile(regularizers=[noise])
    ```

    Reference:
        [Arjovsky & Bottou, 2017](https://arxiv.org/abs/1701.04862), section 3.
    """

    def __init__(
        self, stddev: float = 0.1, anneal_steps: int | None = None
    ) -> None:
        self.stddev = require_number("stddev", stddev)
        if anneal_steps is not None:
            require_positive_int("anneal_steps", anneal_steps)
        self.anneal_steps = anneal_steps

    def transform(
        self, gan: MixtureModel, samples: tf.Tensor, row_draws: RowDraws
    ) -> tf.Tensor:
        """Adds the noise. See `Regularizer.transform`."""
        noise = row_draws.normal(samples.shape[1:])
        stddev = self.stddev_at(gan.train_steps.value)
        return samples + tf.cast(stddev * noise, samples.dtype)

    def stddev_at(self, step: int | tf.Tensor) -> tf.Tensor:
        """Returns the noise's standard deviation at a training step.

        Args:
            step: int or int scalar tensor.

        Returns:
            A float32 scalar tensor.
        """
        if self.anneal_steps is None:
            return tf.constant(self.stddev)
        progress = tf.cast(step, tf.float32) / self.anneal_steps
        return self.stddev * tf.maximum(1.0 - progress, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"stddev": self.stddev, "anneal_steps": self.anneal_steps}


@keras.saving.register_keras_serializable("mixgan_tf")
class Dropout(Regularizer):
    """Dropout on every sample that a discriminator sees in training.

    For dropout between a discriminator's layers, see its own `dropout`
    argument; this works for any network.

    Args:
        rate: fraction of the values set to zero, in `(0, 1)`; the others are
            scaled by `1 / (1 - rate)`.

    Example:
    ```python
    gan.compile(regularizers=[mg.regularizers.Dropout(0.2)])
    ```

    Reference:
        [Srivastava et al., 2014](https://jmlr.org/papers/v15/srivastava14a).
    """

    def __init__(self, rate: float = 0.2) -> None:
        self.rate = require_number("rate", rate, high=0.999)

    def transform(
        self, gan: MixtureModel, samples: tf.Tensor, row_draws: RowDraws
    ) -> tf.Tensor:
        """Drops values. See `Regularizer.transform`."""
        kept = row_draws.uniform(samples.shape[1:]) >= self.rate
        scaled = samples / tf.cast(1.0 - self.rate, samples.dtype)
        return tf.where(kept, scaled, tf.zeros_like(samples))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"rate": self.rate}
