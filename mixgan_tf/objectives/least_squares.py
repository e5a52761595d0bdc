"""The game of the least-squares GAN."""

import keras
import tensorflow as tf
from keras import ops

from mixgan_tf.objectives.objective import Objective


@keras.saving.register_keras_serializable("mixgan_tf")
class LeastSquares(Objective):
    """The least-squares objective: targets 1 for real and 0 for fake samples.

    `a = -(l - 1)^2 / 2`, `b = -l^2 / 2`, `c = (l - 1)^2 / 2` for logits `l`,
    with the factors one half of the paper and of TF-GAN. The optimal logit is
    the probability of being real.

    Mixture weights descend `c` by default: `b` is not monotone in the logit.
    It falls again below 0, and would reward the components rejected most.

    Args:
        weight_grad: see `Objective`.

    Example:
    ```python
    gan.compile(objective="least_squares")
    ```

    Reference:
        [Mao et al., 2017](https://arxiv.org/abs/1611.04076), eq. 9.
    """

    def __init__(self, weight_grad: str = "loss") -> None:
        super().__init__(weight_grad=weight_grad)

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `-(l - 1)^2 / 2`. See `Objective.real_payoff`."""
        return -ops.square(logits - 1) / 2

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `-l^2 / 2`. See `Objective.fake_payoff`."""
        return -ops.square(logits) / 2

    def generator_loss(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `(l - 1)^2 / 2`. See `Objective.generator_loss`."""
        return ops.square(logits - 1) / 2
