"""Exponential moving averages of a player's weights."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from mixgan_tf.distribution import placement
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.player import PLAYERS
from mixgan_tf.model.player import Player


@keras.saving.register_keras_serializable("mixgan_tf")
class EMA:
    """Averages of the networks' and mixture's weights over training.

    `average <- d average + (1 - d) weights` after each training step, where
    `d` rises to `decay`: `d = min(decay, (1 + step) / (10 + step))`. Batch
    normalisation's statistics are averaged with the rest. A model that keeps
    averages samples, evaluates and exports with them.

    Args:
        decay: float in `(0, 1)`. The average reaches back about
            `1 / (1 - decay)` steps.
        players: whose weights: `"generator"`, `"discriminator"` or both.

    Example:
    ```python
    gan.compile(ema=0.999)  # the generators'
    gan.compile(ema=mg.EMA(0.99, players=("generator", "discriminator")))
    ```

    Reference:
        [Yazıcı et al., 2019](https://arxiv.org/abs/1806.04498).
    """

    def __init__(
        self, decay: float = 0.999, players: Sequence[str] = ("generator",)
    ) -> None:
        if not (isinstance(decay, float) and 0 < decay < 1):
            raise ValueError(
                "Argument `decay` must be a float in (0, 1). "
                f"Received: decay={decay!r}"
            )
        self.decay = decay
        self.players = tuple(players)
        if not self.players or not set(self.players) <= set(PLAYERS):
            raise ValueError(
                "Argument `players` must hold 'generator', 'discriminator' or "
                f"both. Received: players={players!r}"
            )

    def start(self, mixture: Mixture) -> Mixture:
        """Returns a copy of a mixture, to become its average.

        Args:
            mixture: a `Mixture`.

        Returns:
            A `Mixture` that does not train.
        """
        average = Mixture.from_config(mixture.get_config())
        average.set_weights(mixture.get_weights())
        average.trainable = False
        return average

    def update(self, player: Player, step: tf.Tensor) -> None:
        """Moves a player's average towards its weights.

        Args:
            player: one whose average `start` returned.
            step: int scalar tensor, the training steps made.
        """
        for device, (average, trained) in placement.parts_by_device(
            player.devices, player.averaged, player.mixture
        ):
            with device:
                self._move(average, trained, step)

    def _move(
        self,
        average: list[keras.Variable],
        trained: list[keras.Variable],
        step: tf.Tensor,
    ) -> None:
        step = tf.cast(step, tf.float32)
        rate = 1.0 - tf.minimum(self.decay, (1.0 + step) / (10.0 + step))
        for mean, variable in zip(average, trained, strict=True):
            if not variable.value.dtype.is_floating:
                mean.assign(variable.value)
                continue
            value = tf.cast(variable.value, tf.float32)
            old = tf.cast(mean.value, tf.float32)
            mean.assign(tf.cast(old + rate * (value - old), mean.dtype))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"decay": self.decay, "players": list(self.players)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "EMA":
        """Builds the setting from `get_config()`'s result."""
        return cls(**config)


def get(identifier: float | EMA | None) -> EMA | None:
    """Returns the setting that a decay or an instance stands for.

    Args:
        identifier: float decay, `EMA`, or `None`.

    Returns:
        An `EMA`, or `None`.

    Raises:
        ValueError: if it is neither.
    """
    if identifier is None or isinstance(identifier, EMA):
        return identifier
    if isinstance(identifier, float):
        return EMA(identifier)
    raise ValueError(
        "Argument `ema` must be a float decay, an `EMA` or None. "
        f"Received: ema={identifier!r}"
    )
