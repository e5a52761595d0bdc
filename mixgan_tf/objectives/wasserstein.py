"""The payoff of the Wasserstein GAN."""

import keras
import tensorflow as tf

from mixgan_tf.objectives.objective import Objective


@keras.saving.register_keras_serializable("mixgan_tf")
class Wasserstein(Objective):
    """The Wasserstein objective: critics maximise the difference of two means.

    `a = l`, `b = c = -l`. The payoff means something only while the critics'
    slopes are held down, by clipping their weights or by a gradient penalty;
    with the penalty this is the payoff of WGAN-GP. Over 1-Lipschitz critics
    its maximum is the Wasserstein-1 distance. A critic with larger slopes
    earns more and draws mixture weight: compare their gradient norms.

    Args:
        weight_grad: see `Objective`; the choice makes no difference here.

    Example:
    ```python
    gan.compile(objective="wasserstein")
    ```

    Reference:
        [Arjovsky et al., 2017](https://arxiv.org/abs/1701.07875), section 3;
        [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028), eq. 3.
    """

    uses_critics = True

    def real_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns the logits. See `Objective.real_payoff`."""
        return logits

    def fake_payoff(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns minus the logits. See `Objective.fake_payoff`."""
        return -logits
