"""The hinge game of Geometric GAN and SN-GAN."""

import keras
import tensorflow as tf
from keras import ops

from mixgan_tf.objectives.objective import Objective


@keras.saving.register_keras_serializable("mixgan_tf")
class Hinge(Objective):
    """The hinge objective: discriminators gain nothing beyond a margin of one.

    `a = min(0, l - 1)`, `b = min(0, -1 - l)`, `c = -l` for logits `l`. An
    undecided discriminator earns -2.

    `b` is flat below -1: with the default `weight_grad="payoff"` all
    components beyond the margin count as equally bad, and the weights' game
    stays bounded; `"loss"` tells them apart.

    Args:
        weight_grad: see `Objective`.

    Example:
    ```python
    gan.compile(objective="hinge")
    ```

    Reference:
        [Lim and Ye, 2017](https://arxiv.org/abs/1705.02894);
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957), eqs. 16, 17.
    """

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `min(0, l - 1)`. See `Objective.real_payoff`."""
        return -ops.relu(1 - logits)

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `min(0, -1 - l)`. See `Objective.fake_payoff`."""
        return -ops.relu(1 + logits)

    def generator_loss(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns `-l`. See `Objective.generator_loss`."""
        return -logits
