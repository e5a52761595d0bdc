"""The discriminators' update, for objectives of logits."""

from typing import NamedTuple

import keras
import tensorflow as tf

from mixgan_tf import random_streams
from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.distribution.row_draws import draws_for_sets
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.payoff.estimators import FakeInputs
from mixgan_tf.regularizers.regularizer import PenaltyInputs
from mixgan_tf.training.discriminator_outputs import run_discriminator
from mixgan_tf.training.game import Game
from mixgan_tf.training.updates import head_losses
from mixgan_tf.training.updates.payoff_terms import Update
from mixgan_tf.training.updates.payoff_terms import dense
from mixgan_tf.training.updates.payoff_terms import entropy_share
from mixgan_tf.training.updates.payoff_terms import for_each_opponent
from mixgan_tf.training.updates.payoff_terms import generate_fakes
from mixgan_tf.training.updates.payoff_terms import opponents
from mixgan_tf.training.updates.payoff_terms import pair_payoff
from mixgan_tf.training.updates.payoff_terms import variable_values


class _Earned(NamedTuple):
    """What one discriminator earns, and how it wants to change."""

    payoff: tf.Tensor  # scalar: this replica's share
    penalty: tf.Tensor  # scalar, likewise
    gradients: list[tf.Tensor]  # of its variables, or of all discriminators'


def discriminator_update(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    reals: tf.Tensor,
    labels: tf.Tensor | None,
) -> Update:
    """Returns the discriminators' `Update` for one batch of real samples.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of `reals`.
        reals: float tensor `(n, ...)`.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        An `Update`.
    """
    player = gan.player("discriminator")
    inputs, fakes = generate_fakes(gan, key, rows, labels)
    w = gan.player("generator").mixture.mixture_weights
    q = player.mixture.mixture_weights
    indices, factor = opponents(gan, key)
    sampled = tf.is_tensor(indices)
    row_draws = [draws_for_sets(key, rows, group) for group in inputs]

    def payoff_and_gradients(j: int) -> _Earned:
        group = j % len(fakes)
        found = _earned(
            gan,
            random_streams.penalty(key, j),
            j,
            (reals, labels, rows),
            fakes[group],
            inputs[group],
            row_draws[group],
            w,
        )
        gradients = [factor * q[j] * g for g in found.gradients]
        if sampled:  # the branches of a switch return the same structure
            gradients = _among_zeros(gradients, j, player.components)
        return found._replace(gradients=gradients)

    results = for_each_opponent(player, indices, payoff_and_gradients)
    if sampled:
        of_each = zip(*(found.gradients for found in results), strict=True)
        gradients = [tf.add_n(list(same)) for same in of_each]
    else:
        gradients = [g for found in results for g in found.gradients]
    payoffs = tf.stack([found.payoff for found in results])
    penalties = tf.stack([found.penalty for found in results])
    return _with_logits(gan, gradients, payoffs, penalties, indices, factor)


def _earned(
    gan: Game,
    penalty_key: tf.Tensor,
    j: int,
    batch: tuple[tf.Tensor, tf.Tensor | None, Rows],
    fakes: list[tf.Tensor],
    inputs: list[FakeInputs],
    row_draws: list[RowDraws],
    w: tf.Tensor,
) -> _Earned:
    reals, labels, rows = batch
    player = gan.player("discriminator")
    variables = variable_values(player.components[j].trainable_variables)
    with tf.GradientTape() as tape:
        payoff, real, judged = pair_payoff(
            gan, j, batch, fakes, inputs, row_draws, w
        )
        penalty = head_losses.discriminator_loss(
            gan, real, labels, rows, judged, inputs, w
        )
        penalised = PenaltyInputs(
            lambda x, y, numbers: (
                run_discriminator(gan, j, [x], [y], [numbers])[0].logits
            ),
            reals,
            labels,
            fakes,
            inputs,
            w,
            rows,
            penalty_key,
        )
        for regularizer in gan.regularizers:
            penalty += regularizer.penalty(penalised)
        loss = player.optimizer.scale_loss(penalty - payoff)
    gradients = dense(tape.gradient(loss, variables), variables)
    return _Earned(payoff, tf.convert_to_tensor(penalty), gradients)


def _among_zeros(
    gradients: list[tf.Tensor], j: int, discriminators: list[keras.Model]
) -> list[tf.Tensor]:
    found = []
    for k, discriminator in enumerate(discriminators):
        if k == j:
            found += gradients
        else:
            found += [
                tf.zeros(v.shape, v.dtype)
                for v in variable_values(discriminator.trainable_variables)
            ]
    return found


def _with_logits(
    gan: Game,
    gradients: list[tf.Tensor],
    payoffs: tf.Tensor,
    penalties: tf.Tensor,
    indices: list[int] | tf.Tensor,
    factor: float,
) -> Update:
    # A sampled payoff is measured from that of an undecided discriminator,
    # known in advance: the estimate stays unbiased and is far less noisy.
    baseline = _undecided_payoff(gan) if tf.is_tensor(indices) else 0.0
    player = gan.player("discriminator")
    logits = player.logits.value
    with tf.GradientTape() as tape:
        weights = tf.gather(tf.nn.softmax(logits), indices)
        payoff = baseline + factor * tf.reduce_sum(
            weights * (payoffs - baseline)
        )
        if not gan.aux_in_weights:
            weights = tf.stop_gradient(weights)
        penalty = factor * tf.reduce_sum(weights * penalties)
        entropy = entropy_share(player.mixture, gan.entropy_weight)
        loss = penalty - payoff + entropy
    return Update(gradients, tape.gradient(loss, logits), loss, payoff)


def _undecided_payoff(gan: Game) -> tf.Tensor:
    zero = tf.zeros([])
    value = gan.objective.real_payoff(zero) + gan.objective.fake_payoff(zero)
    return value / tf.distribute.get_strategy().num_replicas_in_sync
