"""One training step: who is updated, how often, in which order.

Each function takes the model, a random key, and a batch `(rows, samples,
labels)`, updates the players, and returns this replica's shares of the step's
values.
"""

import tensorflow as tf

from mixgan_tf.compat import draws
from mixgan_tf.compat.loss_scaling import overflow_everywhere
from mixgan_tf.compat.read_before_update import after
from mixgan_tf.training.schedules import AdaptiveSteps
from mixgan_tf.training.updates import competitive_update
from mixgan_tf.training.updates import kernel_updates
from mixgan_tf.training.updates.discriminator_update import discriminator_update
from mixgan_tf.training.updates.generator_update import generator_update

# Keys of the random numbers of one training step.
GENERATOR_KEY = 0
EVALUATION_KEY = 1
FIRST_DISCRIMINATOR_KEY = 2


def step_of(gan):
    """Returns the function that makes a compiled model's training steps."""
    if gan.competitive:
        return competitive_step
    if isinstance(gan.discriminator_steps, AdaptiveSteps):
        return adaptive_step
    return alternating_step


def alternating_step(gan, key, *batch):
    """Updates the discriminators a fixed number of times, then the generators.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        *batch: `Rows`, real samples, and labels or `None`.

    Returns:
        A dict of float32 scalars, and with critics `gradient_norms` and
        `present`, `(T_d,)`.
    """
    values = {}
    if gan.num_discriminators:
        for step in range(gan.discriminator_steps):
            step_key = _fold(key, FIRST_DISCRIMINATOR_KEY + step)
            update = _discriminator_update(gan, step_key, *batch)
            apply(gan, update, "discriminator")
        values["discriminator_loss"] = update.loss
        values["payoff"] = update.payoff
    update = _generator_update(gan, _fold(key, GENERATOR_KEY), *batch)
    apply(gan, update, "generator")
    values["generator_loss"] = update.loss
    values.setdefault("payoff", update.payoff)
    if update.gradient_norms is not None:
        values["gradient_norms"] = update.gradient_norms
        values["present"] = update.present
    return values


def adaptive_step(gan, key, *batch):
    """Updates whom `AdaptiveSteps` says. See `alternating_step`."""
    schedule = gan.discriminator_steps
    judged = _discriminator_update(
        gan, _fold(key, FIRST_DISCRIMINATOR_KEY), *batch
    )

    def update_discriminators():
        apply(gan, judged, "discriminator")
        return True

    updated = tf.cond(
        schedule.updates_discriminators(judged.payoff),
        update_discriminators,
        lambda: False,
    )
    with tf.control_dependencies([updated]):
        count = schedule.num_generator_steps(judged.payoff)

    def update_generators(step, _):
        step_key = _fold(_fold(key, GENERATOR_KEY), step)
        update = generator_update(gan, step_key, *batch)
        apply(gan, update, "generator")
        return step + 1, update.loss

    _, loss = tf.while_loop(
        lambda step, _: step < count,
        update_generators,
        (tf.constant(0), tf.zeros([])),
    )
    return {
        "discriminator_loss": judged.loss,
        "payoff": judged.payoff,
        "generator_loss": loss,
    }


def competitive_step(gan, key, *batch):
    """Updates both players at once. See `alternating_step`."""
    for regularizer in gan.regularizers:
        regularizer.before_update()
    values = competitive_update.update(gan, _fold(key, GENERATOR_KEY), *batch)
    for regularizer in gan.regularizers:
        regularizer.after_update(gan.discriminator_mixture.components)
    return values


def _discriminator_update(gan, key, *batch):
    for regularizer in gan.regularizers:
        regularizer.before_update()
    if gan.objective.of_logits:
        return discriminator_update(gan, key, *batch)
    return kernel_updates.discriminator_update(gan, key, *batch)


def _generator_update(gan, key, *batch):
    if gan.objective.of_logits:
        return generator_update(gan, key, *batch)
    return kernel_updates.generator_update(gan, key, *batch)


def apply(gan, update, player):
    """Makes one player's update.

    Args:
        gan: a compiled `MixGAN`.
        update: an `updates.Update`.
        player: `"generator"` or `"discriminator"`.
    """
    mixture = getattr(gan, f"{player}_mixture")
    optimizer = getattr(gan, f"{player}_optimizer")
    *network_gradients, logit_gradient = after(
        update.loss, [*update.network_gradients, update.logit_gradient]
    )
    optimizer.apply(
        overflow_everywhere(optimizer, network_gradients),
        getattr(gan, f"{player}_variables"),
    )
    getattr(gan, f"{player}_mixture_optimizer").apply(
        [logit_gradient], [mixture.mixture_logits]
    )
    if player == "discriminator":
        for regularizer in gan.regularizers:
            regularizer.after_update(mixture.components)


def _fold(key, data):
    return draws.fold_in(key, data)
