"""A discriminator trained by itself to tell two sets of samples apart."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from mixgan_tf.compat.read_before_update import after
from mixgan_tf.objectives import Objective
from mixgan_tf.regularizers.weight_clipping import WeightClipping

EVALUATION_BATCH = 512


class TrainingSettings(NamedTuple):
    """How a discriminator is trained.

    Attributes:
        steps: the most updates.
        validations: how often, in all of them, the network is validated.
        patience: validations without a new best after which training ends.
        batch_size: rows of either kind in an update.
        learning_rate: of Adam.
        weight_limit: `None`, or the limit that variables are clipped to.
    """

    steps: int
    validations: int
    patience: int
    batch_size: int
    learning_rate: float
    weight_limit: float | None = None


def train_discriminator(
    network: keras.Model,
    objective: Objective,
    train: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    settings: TrainingSettings,
    rng: np.random.Generator,
    progress: tqdm,
) -> tuple[float, int]:
    """Trains a discriminator with Adam and keeps the best weights it had.

    Args:
        network: a Keras model from samples to `(n, 1)` logits; it is left
            with its best weights.
        objective: an `Objective` of logits, whose payoff is maximised.
        train: tuple of real and fake samples, float32 `(n, ...)`.
        validation: the same, to choose the best weights with.
        settings: `TrainingSettings`.
        rng: a NumPy `Generator`, for the batches.
        progress: a `tqdm` to advance by `steps` in all.

    Returns:
        A tuple of the best validation payoff and the step it was reached at;
        minus infinity and 0 if it was never finite.
    """
    steps, patience = settings.steps, settings.patience
    optimizer = keras.optimizers.Adam(settings.learning_rate)
    optimizer.build(network.trainable_variables)
    clip = None
    if settings.weight_limit:
        clip = WeightClipping(settings.weight_limit).after_update
    update = _make_update(network, objective, optimizer, clip)
    every = -(-steps // settings.validations)
    best, weights, chosen, waited, done = -np.inf, None, 0, 0, 0
    while done < steps and waited < patience:
        count = min(every, steps - done)
        for _ in range(count):
            update(
                *(
                    _batch(samples, settings.batch_size, rng)
                    for samples in train
                )
            )
        done += count
        progress.update(count)
        payoff = sum(p.mean() for p in payoffs(network, objective, *validation))
        waited += 1
        if payoff > best:  # not so where it is NaN
            best, weights, chosen, waited = (
                payoff,
                network.get_weights(),
                done,
                0,
            )
    progress.update(steps - done)
    if weights is not None:
        network.set_weights(weights)
    return float(best), chosen


def payoffs(
    network: keras.Model,
    objective: Objective,
    real: np.ndarray,
    fake: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns what a discriminator earns on each sample.

    Args:
        network: a Keras model from samples to `(n, 1)` logits.
        objective: an `Objective` of logits.
        real: float32 array `(n, ...)`.
        fake: float32 array `(m, ...)`.

    Returns:
        A tuple of float64 arrays `(n,)` and `(m,)`.
    """

    def earned(
        samples: np.ndarray, payoff: Callable[[tf.Tensor], tf.Tensor]
    ) -> np.ndarray:
        blocks = np.array_split(samples, -(-len(samples) // EVALUATION_BATCH))
        logits = [np.asarray(network(b, training=False)) for b in blocks]
        values = payoff(tf.constant(np.concatenate(logits)[:, 0], tf.float32))
        return np.asarray(values, "float64")

    return (
        earned(real, objective.real_payoff),
        earned(fake, objective.fake_payoff),
    )


def _make_update(
    network: keras.Model,
    objective: Objective,
    optimizer: keras.optimizers.Optimizer,
    clip: Callable[[list[keras.Model]], None] | None,
) -> Callable[[tf.Tensor, tf.Tensor], None]:
    @tf.function
    def update(real: tf.Tensor, fake: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            # One pass: batch normalisation, if any, sees both kinds as it
            # will when it judges.
            together = network(tf.concat([real, fake], 0), training=True)
            logits = tf.cast(tf.reshape(together, [2, -1]), tf.float32)
            loss = -tf.reduce_mean(
                objective.real_payoff(logits[0])
                + objective.fake_payoff(logits[1])
            )
        variables = network.trainable_variables
        gradients = after(loss, tape.gradient(loss, variables))
        optimizer.apply(gradients, variables)
        if clip:
            clip([network])

    return update


def _batch(
    samples: np.ndarray, batch_size: int, rng: np.random.Generator
) -> tf.Tensor:
    rows = rng.integers(len(samples), size=batch_size)
    return tf.constant(samples[rows])
