"""One training step: who is updated, how often, in which order.

Each function takes the model, a random key, and a batch `(rows, samples,
labels)`, updates the players, and returns this replica's shares of the step's
values.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import cast

import tensorflow as tf

from mixgan_tf import random_streams
from mixgan_tf.compat.loss_scaling import overflow_everywhere
from mixgan_tf.compat.read_before_update import after
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model.player import Player
from mixgan_tf.regularizers import Regularizer
from mixgan_tf.training.game import Game
from mixgan_tf.training.schedules import AdaptiveSteps
from mixgan_tf.training.updates import kernel_updates
from mixgan_tf.training.updates.competitive_update import competitive_update
from mixgan_tf.training.updates.discriminator_update import discriminator_update
from mixgan_tf.training.updates.generator_update import generator_update
from mixgan_tf.training.updates.payoff_terms import Update

Step = Callable[..., dict[str, tf.Tensor]]


def training_step(gan: Game) -> Step:
    """Returns the function that makes a compiled model's training steps."""
    if gan.competitive:
        return competitive_step
    if isinstance(gan.discriminator_steps, AdaptiveSteps):
        return adaptive_step
    return alternating_step


def alternating_step(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    samples: tf.Tensor,
    labels: tf.Tensor | None,
) -> dict[str, tf.Tensor]:
    """Updates the discriminators a fixed number of times, then the generators.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of the batch.
        samples: float tensor `(n, ...)`, real ones.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A dict of float32 scalars, and with critics `gradient_norms` and
        `present`, `(T_d,)`.
    """
    batch = rows, samples, labels
    values = {}
    if gan.num_discriminators:
        for index in range(cast(int, gan.discriminator_steps)):
            update = _discriminator_update(
                gan, random_streams.discriminator_update(key, index), batch
            )
            apply(gan.player("discriminator"), update, gan.regularizers)
        values["discriminator_loss"] = update.loss
        values["payoff"] = update.payoff
    update = _generator_update(gan, random_streams.generator_update(key), batch)
    apply(gan.player("generator"), update)
    values["generator_loss"] = update.loss
    values.setdefault("payoff", update.payoff)
    if update.gradient_norms is not None:
        values["gradient_norms"] = update.gradient_norms
        values["present"] = update.present
    return values


def adaptive_step(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    samples: tf.Tensor,
    labels: tf.Tensor | None,
) -> dict[str, tf.Tensor]:
    """Updates each player as often as the model's `AdaptiveSteps` asks.

    Arguments and result are those of `alternating_step`.
    """
    schedule = cast(AdaptiveSteps, gan.discriminator_steps)
    batch = rows, samples, labels
    judged = _discriminator_update(
        gan, random_streams.discriminator_update(key, 0), batch
    )

    def update_discriminators() -> bool:
        apply(gan.player("discriminator"), judged, gan.regularizers)
        return True

    updated = tf.cond(
        schedule.updates_discriminators(judged.payoff),
        update_discriminators,
        lambda: False,
    )
    with tf.control_dependencies([updated]):
        count = schedule.num_generator_steps(judged.payoff)
    first_key = random_streams.generator_update(key)

    def update_generators(
        index: tf.Tensor, _: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        own_key = random_streams.repeated_update(first_key, index)
        update = generator_update(gan, own_key, *batch)
        apply(gan.player("generator"), update)
        return index + 1, update.loss

    _, loss = tf.while_loop(
        lambda index, _: index < count,
        update_generators,
        (tf.constant(0), tf.zeros([])),
    )
    return {
        "discriminator_loss": judged.loss,
        "payoff": judged.payoff,
        "generator_loss": loss,
    }


def competitive_step(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    samples: tf.Tensor,
    labels: tf.Tensor | None,
) -> dict[str, tf.Tensor]:
    """Updates both players at once.

    Arguments and result are those of `alternating_step`.
    """
    for regularizer in gan.regularizers:
        regularizer.before_update()
    key = random_streams.generator_update(key)
    values = competitive_update(gan, key, rows, samples, labels)
    for regularizer in gan.regularizers:
        regularizer.after_update(gan.player("discriminator").components)
    return values


def apply(
    player: Player, update: Update, regularizers: Sequence[Regularizer] = ()
) -> None:
    """Makes one player's update.

    Args:
        player: who moves.
        update: where to.
        regularizers: of the discriminators, where those move.
    """
    *network_gradients, logit_gradient = after(
        update.loss, [*update.network_gradients, update.logit_gradient]
    )
    player.optimizer.apply(
        overflow_everywhere(player.optimizer, network_gradients),
        player.network_variables,
    )
    player.mixture_optimizer.apply([logit_gradient], [player.logits])
    for regularizer in regularizers:
        regularizer.after_update(player.components)


def _discriminator_update(gan: Game, key: tf.Tensor, batch: tuple) -> Update:
    for regularizer in gan.regularizers:
        regularizer.before_update()
    if gan.objective.of_logits:
        return discriminator_update(gan, key, *batch)
    return kernel_updates.discriminator_update(gan, key, *batch)


def _generator_update(gan: Game, key: tf.Tensor, batch: tuple) -> Update:
    if gan.objective.of_logits:
        return generator_update(gan, key, *batch)
    return kernel_updates.generator_update(gan, key, *batch)
