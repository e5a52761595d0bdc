"""The original GAN game and its non-saturating variant."""

import keras
import tensorflow as tf
from keras import ops

from mixgan_tf.objectives.objective import Objective


@keras.saving.register_keras_serializable("mixgan_tf")
class Minimax(Objective):
    """The saturating GAN game: the generator minimises the payoff itself.

    `a = log D(x)`, `b = c = log(1 - D(G(z)))` with `D = sigmoid(logits)`. A
    discriminator that always answers one half earns `-2 log 2`.

    Args:
        weight_grad: see `Objective`.

    Example:
    ```python
    gan.compile(objective="minimax")
    ```

    Reference:
        [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661), eq. 1.
    """

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `log D`. See `Objective.real_payoff`."""
        return -ops.softplus(-logits)

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `log(1 - D)`. See `Objective.fake_payoff`."""
        return -ops.softplus(logits)


@keras.saving.register_keras_serializable("mixgan_tf")
class NonSaturating(Minimax):
    """The GAN game most people train: the generator minimises `-log D`.

    The payoff is that of `Minimax`; only the generators' own loss differs, so
    their gradient does not vanish while the discriminators win.

    Args:
        weight_grad: see `Objective`.

    Example:
    ```python
    gan.compile(objective=mg.objectives.NonSaturating(weight_grad="loss"))
    ```

    Reference:
        [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661), section 3.
    """

    def generator_loss(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `-log D`. See `Objective.generator_loss`."""
        return ops.softplus(-logits)
