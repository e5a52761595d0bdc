"""Stopping at the first number that is not finite, and saying which it was."""

import keras
import numpy as np
import tensorflow as tf

PLAYERS = ("generator", "discriminator")
# In the order in which a step computes them. What no loss explains is a
# gradient.
_STAGES = (
    ("payoff", None),
    ("discriminator_loss", "discriminator"),
    ("generator_loss", "generator"),
)


class StopOnNaN(keras.callbacks.Callback):
    """Raises as soon as a metric or a network is NaN or infinite.

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

    def on_train_begin(self, logs=None):
        """Chooses the weights that are looked at in every step."""
        probes = []
        for _, variables in _parts(self.model):
            # The smaller of the first layer's, which is its bias if it has one.
            probes.append(min(variables[:2], key=lambda v: np.prod(v.shape)))
        self._sums = tf.function(
            lambda: tf.stack(
                [tf.reduce_sum(tf.cast(v.value, tf.float32)) for v in probes]
            )
        )

    def on_train_batch_end(self, batch, logs=None):
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
            f"Training diverged at step {step}: {first_to_go(bad, networks)} "
            f"was the first that is not finite; {_listed(bad + networks)} now. "
            "Lower the learning rates, or look for extreme values in the data; "
            "training goes on from the newest checkpoint, which is from "
            "before. To go back further, delete it. "
            f"Received: {values}"
        )


def bad_networks(gan):
    """Returns which networks' or mixtures' weights are not finite.

    Args:
        gan: a `MixGAN`.

    Returns:
        A list such as `["generator 0", "discriminator mixture logits"]`.
    """
    return [
        name
        for name, variables in _parts(gan)
        if not all(np.isfinite(np.asarray(v)).all() for v in variables)
    ]


def first_to_go(metrics, networks):
    """Returns what was the first that is not finite.

    A step computes the payoff and the discriminators' loss, updates the
    discriminators, computes the generators' loss and updates them. Of what is
    not finite after a step before which all was, that comes first which is
    computed first.

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
            return f"the gradient of {_listed(found)}"
    return metrics[0]


def _parts(gan):
    for player in PLAYERS:
        mixture = getattr(gan, f"{player}_mixture")
        if mixture is None:
            continue
        for index, network in enumerate(mixture.components):
            if network.trainable_variables:
                yield f"{player} {index}", network.trainable_variables
        yield f"{player} mixture logits", [mixture.mixture_logits]


def _listed(names):
    return ", ".join(names)
