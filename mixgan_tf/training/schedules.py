"""How many updates each player makes in a training step."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from mixgan_tf.arguments import require_number
from mixgan_tf.arguments import require_positive_int


@keras.saving.register_keras_serializable("mixgan_tf")
class AdaptiveSteps:
    """The authors' schedule: the losing player gets more updates.

    It goes by the discriminators' adversarial loss, half the negative payoff:
    0.69 when they are undecided in the minimax game, 0 when they win. Below
    `min_cost` they are not updated; the generators make the more updates the
    smaller the loss.

    Args:
        min_cost: float, the loss below which discriminators are skipped.
        generator_steps: list of pairs `(loss, steps)`, the largest loss first:
            the first whose loss is exceeded holds.
        most: generator updates where the loss exceeds none of them.

    Example:
    ```python
    gan.compile("minimax", discriminator_steps=mg.AdaptiveSteps())
    ```

    Reference:
        The authors' CIFAR-10 code for
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573).
    """

    def __init__(
        self,
        min_cost: float = 0.3,
        generator_steps: Sequence[Sequence[float]] = (
            (0.65, 1),
            (0.5, 3),
            (0.3, 5),
        ),
        most: int = 7,
    ) -> None:
        self.min_cost = require_number("min_cost", min_cost)
        require_positive_int("most", most)
        self.most = most
        self.generator_steps = tuple(tuple(p) for p in generator_steps)
        losses = [loss for loss, _ in self.generator_steps]
        for _, steps in self.generator_steps:
            require_positive_int("generator_steps", steps)
        if losses != sorted(losses, reverse=True):
            raise ValueError(
                "Argument `generator_steps` must name the largest loss first. "
                f"Received: generator_steps={generator_steps!r}"
            )

    def updates_discriminators(self, payoff: tf.Tensor) -> tf.Tensor:
        """Returns whether the discriminators are updated.

        Args:
            payoff: float scalar tensor, the mixture's payoff.

        Returns:
            A bool scalar tensor.
        """
        return -0.5 * payoff >= self.min_cost

    def num_generator_steps(self, payoff: tf.Tensor) -> tf.Tensor:
        """Returns how many updates the generators make.

        Args:
            payoff: float scalar tensor, the mixture's payoff.

        Returns:
            An int32 scalar tensor.
        """
        steps = tf.constant(self.most)
        for loss, count in reversed(self.generator_steps):
            steps = tf.where(-0.5 * payoff > loss, count, steps)
        return steps

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "min_cost": self.min_cost,
            "generator_steps": [list(p) for p in self.generator_steps],
            "most": self.most,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "AdaptiveSteps":
        """Builds the schedule from `get_config()`'s result."""
        return cls(**config)


def get(identifier: int | AdaptiveSteps) -> int | AdaptiveSteps:
    """Returns a number of discriminator updates, or an adaptive schedule.

    Args:
        identifier: positive int or `AdaptiveSteps`.

    Returns:
        The identifier.

    Raises:
        ValueError: if it is neither.
    """
    if not isinstance(identifier, AdaptiveSteps):
        require_positive_int("discriminator_steps", identifier)
    return identifier
