"""The f-divergences in their dual form, as payoffs of the logits.

With the best logits each payoff equals the divergence it is named after, and
zero where fakes are distributed as real samples. Generators minimise the
payoff itself. Below, `p / q` is the ratio of the real density to the fakes'.
"""

import math

import keras
import tensorflow as tf
from keras import ops

from mixgan_tf.objectives.minimax import Minimax
from mixgan_tf.objectives.objective import Objective

EXPONENT_LIMIT = 20.0


@keras.saving.register_keras_serializable("mixgan_tf")
class KullbackLeibler(Objective):
    """The Kullback-Leibler divergence `KL(real || fake)`.

    `a = l`, `b = c = -exp(l - 1)`; the best logit is `1 + log(p / q)`. Where
    `l - 1` exceeds 20 the exponential continues as its tangent, so that
    float32 cannot overflow; density ratios up to `exp(20)` are unaffected.

    Args:
        weight_grad: see `Objective`; the choice makes no difference here.

    Example:
    ```python
    gan.compile(objective="kl")
    ```

    Reference:
        [Nowozin et al., 2016](https://arxiv.org/abs/1606.00709), eq. 6 and
        table 2.
    """

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns the logits. See `Objective.real_payoff`."""
        return logits

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `-exp(l - 1)`. See `Objective.fake_payoff`."""
        return -_exp_then_tangent(logits - 1)


@keras.saving.register_keras_serializable("mixgan_tf")
class ReverseKullbackLeibler(Objective):
    """The reverse Kullback-Leibler divergence `KL(fake || real)`.

    `a = -exp(-l)`, `b = c = 1 - l`; the best logit is `log(p / q)`. Where `-l`
    exceeds 20 the exponential continues as its tangent, so that float32 cannot
    overflow; density ratios down to `exp(-20)` are unaffected.

    Args:
        weight_grad: see `Objective`; the choice makes no difference here.

    Example:
    ```python
    gan.compile(objective="reverse_kl")
    ```

    Reference:
        [Nowozin et al., 2016](https://arxiv.org/abs/1606.00709), eq. 6 and
        table 2.
    """

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `-exp(-l)`. See `Objective.real_payoff`."""
        return -_exp_then_tangent(-logits)

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `1 - l`. See `Objective.fake_payoff`."""
        return 1 - logits


@keras.saving.register_keras_serializable("mixgan_tf")
class Pearson(Objective):
    """The Pearson chi-squared divergence, the mean of `(p / q - 1)^2` on fakes.

    `a = l`, `b = c = -l^2 / 4 - l`; the best logit is `2 (p / q - 1)`, never
    below -2. A logit below -2 is a discriminator's error, and drives the
    generators the wrong way, since `b` rises there.

    Args:
        weight_grad: see `Objective`; the choice makes no difference here.

    Example:
    ```python
    gan.compile(objective="pearson")
    ```

    Reference:
        [Nowozin et al., 2016](https://arxiv.org/abs/1606.00709), eq. 6 and
        table 2.
    """

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns the logits. See `Objective.real_payoff`."""
        return logits

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `-l^2 / 4 - l`. See `Objective.fake_payoff`."""
        return -ops.square(logits) / 4 - logits


@keras.saving.register_keras_serializable("mixgan_tf")
class JensenShannon(Minimax):
    """Twice the Jensen-Shannon divergence, between 0 and `2 log 2`.

    The payoff of `Minimax` plus `2 log 2`, half of it in `a` and half in `b`;
    gradients are the same. The best logit is `log(p / q)`.

    Args:
        weight_grad: see `Objective`; the choice makes no difference here.

    Example:
    ```python
    gan.compile(objective="jensen_shannon")
    ```

    Reference:
        [Nowozin et al., 2016](https://arxiv.org/abs/1606.00709), eq. 6 and
        table 2; [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661),
        theorem 1.
    """

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `log 2 + log D`. See `Objective.real_payoff`."""
        return math.log(2) + super().real_payoff(logits)

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `log 2 + log(1 - D)`. See `Objective.fake_payoff`."""
        return math.log(2) + super().fake_payoff(logits)


def _exp_then_tangent(x: tf.Tensor) -> tf.Tensor:
    # Low enough that squared gradients, which Adam keeps, are finite too.
    beyond = ops.relu(x - EXPONENT_LIMIT)
    return ops.exp(ops.minimum(x, EXPONENT_LIMIT)) * (1 + beyond)
