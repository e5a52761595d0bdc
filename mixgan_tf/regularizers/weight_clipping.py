"""Weight clipping, as in the first WGAN."""

from typing import Any

import keras
from keras import ops

from mixgan_tf.arguments import require_number
from mixgan_tf.regularizers.regularizer import Regularizer


@keras.saving.register_keras_serializable("mixgan_tf")
class WeightClipping(Regularizer):
    """Clipping of the discriminators' trainable variables after each update.

    Args:
        limit: positive float; variables stay in `[-limit, limit]`.

    Example:
    ```python
    gan.compile(
        objective="wasserstein",
        generator_optimizer=keras.optimizers.RMSprop(5e-5),
        discriminator_optimizer=keras.optimizers.RMSprop(5e-5),
        discriminator_steps=5,
        regularizers=[mg.regularizers.WeightClipping(0.01)],
    )
    ```

    Reference:
        [Arjovsky et al., 2017](https://arxiv.org/abs/1701.07875), algorithm 1.
    """

    def __init__(self, limit: float = 0.01) -> None:
        self.limit = require_number("limit", limit)

    def after_update(self, discriminators: list[keras.Model]) -> None:
        """Clips the variables. See `Regularizer.after_update`."""
        for discriminator in discriminators:
            for variable in discriminator.trainable_variables:
                variable.assign(ops.clip(variable, -self.limit, self.limit))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"limit": self.limit}
