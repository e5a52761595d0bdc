"""The base class of the GAN objectives."""

from typing import Any
from typing import Self

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("mixgan_tf")
class Objective:
    """A GAN objective, written as three functions of the logits.

    The payoff that generator `i` and discriminator `j` play for is
    `F_ij = mean a(D_j(x)) + mean b(D_j(G_i(z)))`. Discriminators maximise it;
    each generator minimises `mean c(D_j(G_i(z)))`. A subclass gives `a`
    (`real_payoff`), `b` (`fake_payoff`) and, where the generator does not
    simply minimise the payoff, `c` (`generator_loss`).

    Args:
        weight_grad: `"payoff"` or `"loss"`: whether the generators' mixture
            weights descend the payoff term `b`, which keeps the game between
            the two sets of weights zero-sum, or the loss `c` that the
            generators' parameters descend.

    Attributes:
        uses_critics: whether discriminators are critics, whose gradient norms
            training reports. False unless a subclass sets it.
        of_logits: whether the objective is made of `a`, `b` and `c`. True
            unless a subclass compares samples by other means, as `MMD` does.

    Example:
    ```python
    @keras.saving.register_keras_serializable("my_package")
    class LinearPayoff(mg.objectives.Objective):
        def real_payoff(self, logits):
            return logits

        def fake_payoff(self, logits):
            return -logits

    gan.compile(objective=LinearPayoff(), ...)
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), section 5.
    """

    uses_critics: bool = False
    of_logits: bool = True

    def __init__(self, weight_grad: str = "payoff") -> None:
        if weight_grad not in ("payoff", "loss"):
            raise ValueError(
                "Argument `weight_grad` must be 'payoff' or 'loss'. "
                f"Received: weight_grad={weight_grad!r}"
            )
        self.weight_grad = weight_grad

    @property
    def zero_sum(self) -> bool:
        """Whether generators minimise the payoff itself.

        True where the subclass leaves `generator_loss` alone. A subclass whose
        own loss differs from `b` by a constant may set `zero_sum = True`.
        """
        return type(self).generator_loss is Objective.generator_loss

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `a(logits)`, one value for each real sample.

        Args:
            logits: float32 tensor, any shape: a discriminator's output.

        Returns:
            A tensor of the same shape.
        """
        raise NotImplementedError

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `b(logits)`, one value for each generated sample.

        Args:
            logits: float32 tensor, any shape: a discriminator's output.

        Returns:
            A tensor of the same shape.
        """
        raise NotImplementedError

    def generator_loss(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `c(logits)`, the loss of the generators: `b` by default.

        Args:
            logits: float32 tensor, any shape: a discriminator's output.

        Returns:
            A tensor of the same shape.
        """
        return self.fake_payoff(logits)

    def mixture_score(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns the score that the generators' mixture weights minimise.

        Args:
            logits: float32 tensor, any shape: a discriminator's output.

        Returns:
            A tensor of the same shape.
        """
        if self.weight_grad == "loss":
            return self.generator_loss(logits)
        return self.fake_payoff(logits)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"weight_grad": self.weight_grad}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds an objective from `get_config()`'s result."""
        return cls(**config)
