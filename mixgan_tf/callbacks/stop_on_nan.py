"""A callback that stops training at the first number that is not finite."""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf.mixgan import MixGAN

# In the order in which a step computes them. What no loss explains is a
# gradient.
_STAGES = (
    ("payoff", None),
    ("discriminator_loss", "discriminator"),
    ("generator_loss", "generator"),
)


class StopOnNaN(keras.callbacks.Callback):
    """Raises an error as soon as a metric or a network is not finite.

    The error tells what went first: the payoff, a loss, or the gradient of a
    network. Each step looks at the metrics, the mixtures' logits and the first
    layer of every network, which the gradients of all others pass on the way
    back; only then at all weights.

    Put it before `Checkpoint`, so that nothing is saved after that. With
    `steps_per_execution` the step is the last of those made together.

    Raises:
        FloatingPointError: with the step, what went first, and the metrics.

    Example:
    ```python
    gan.fit(
        data,
        callbacks=[
            mg.callbacks.StopOnNaN(),
            mg.callbacks.Checkpoint("checkpoints"),
        ],
    )
    ```
    """

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Chooses the weights that are checked in every step."""
        probes = []
        for _, variables in _named_weights(self.model):
            # The smaller of the first layer's, which is its bias if it has one.
            probes.append(min(variables[:2], key=lambda v: np.prod(v.shape)))
        self._sums = tf.function(
            lambda: tf.stack(
                [tf.reduce_sum(tf.cast(v.value, tf.float32)) for v in probes]
            )
        )

    def on_train_batch_end(
        self, batch: int, logs: dict[str, float] | None = None
    ) -> None:
        """Checks the metrics of the batch, and the networks."""
        values = {name: float(value) for name, value in (logs or {}).items()}
        bad = [n for n, value in values.items() if not np.isfinite(value)]
        if not bad and np.isfinite(self._sums().numpy()).all():
            return
        networks = bad_networks(self.model)
        if not bad and not networks:
            return  # a sum of finite numbers
        step = int(self.model.train_steps.numpy())
        raise FloatingPointError(
            f"Training diverged at step {step}: "
            f"{first_not_finite(bad, networks)} was the first that is not "
            f"finite; {', '.join(bad + networks)} now. "
            "Lower the learning rates, or look for extreme values in the data; "
            "training goes on from the newest checkpoint, which is from "
            "before. To go back further, delete it. "
            f"Received: {values}"
        )


def bad_networks(gan: MixGAN) -> list[str]:
    """Returns the names of networks and logits that are not finite.

    Args:
        gan: a `MixGAN`.

    Returns:
        A list such as `["generator 0", "discriminator mixture logits"]`.
    """
    return [
        name
        for name, variables in _named_weights(gan)
        if not all(np.isfinite(np.asarray(v)).all() for v in variables)
    ]


def first_not_finite(metrics: list[str], networks: list[str]) -> str:
    """Returns the name of the first quantity that is not finite.

    A step computes the payoff and the discriminators' loss, updates the
    discriminators, computes the generators' loss and updates them. If all was
    finite before the step, the first is the one that is computed first.

    Args:
        metrics: list of the metrics that are not finite.
        networks: list of the networks that are not, from `bad_networks`.

    Returns:
        A string.
    """
    for metric, player in _STAGES:
        if metric in metrics:
            if metric == "discriminator_loss":  # though the payoff is finite
                return "discriminator_loss (a penalty or a head's loss in it)"
            return metric
        found = [n for n in networks if player and n.startswith(player)]
        if found:
            return f"the gradient of {', '.join(found)}"
    return metrics[0]


def _named_weights(gan: MixGAN) -> Iterator[tuple[str, list[keras.Variable]]]:
    for player in gan.players:
        for index, network in enumerate(player.components):
            if network.trainable_variables:
                yield f"{player.name} {index}", network.trainable_variables
        yield f"{player.name} mixture logits", [player.logits]
