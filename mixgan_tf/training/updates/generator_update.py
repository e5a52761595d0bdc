"""The generators' update, for objectives of logits."""

from typing import NamedTuple

import tensorflow as tf

from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.distribution.row_draws import draws_for_sets
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model.mixture import weights_of_rows
from mixgan_tf.model.player import Player
from mixgan_tf.payoff.estimators import FakeInputs
from mixgan_tf.training.discriminator_outputs import DiscriminatorOutputs
from mixgan_tf.training.discriminator_outputs import run_discriminator
from mixgan_tf.training.game import Game
from mixgan_tf.training.updates import head_losses
from mixgan_tf.training.updates.payoff_terms import Update
from mixgan_tf.training.updates.payoff_terms import dense
from mixgan_tf.training.updates.payoff_terms import entropy_share
from mixgan_tf.training.updates.payoff_terms import for_each_opponent
from mixgan_tf.training.updates.payoff_terms import generate_fakes
from mixgan_tf.training.updates.payoff_terms import opponents
from mixgan_tf.training.updates.payoff_terms import variable_values


class _Feedback(NamedTuple):
    """What one discriminator tells the generators of a group of samples."""

    loss: tf.Tensor  # scalar: this replica's share
    scores: list[tf.Tensor]  # of each generator's rows, for the logits
    gradients: list[tf.Tensor]  # of each generator's samples
    norm: tf.Tensor  # scalar: mean gradient norm of a critic, else 0


def generator_update(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    reals: tf.Tensor,
    labels: tf.Tensor | None,
) -> Update:
    """Returns the generators' `Update`.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of the real batch.
        reals: the real batch, which is not needed here.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        An `Update` without a payoff.
    """
    # Persistent, since each generator's gradients are taken by themselves.
    with tf.GradientTape(persistent=True) as generator_tape:
        inputs, fakes = generate_fakes(gan, key, rows, labels)
    w = gan.player("generator").mixture.mixture_weights
    q = gan.player("discriminator").mixture.mixture_weights
    indices, factor = opponents(gan, key)
    row_draws = [draws_for_sets(key, rows, group)[1:] for group in inputs]

    def feedback(j: int) -> _Feedback:
        group = j % len(fakes)
        return _feedback(
            gan,
            j,
            factor * q[j],
            fakes[group],
            inputs[group],
            row_draws[group],
            w,
        )

    results = for_each_opponent(gan.player("discriminator"), indices, feedback)
    scores = [found.scores for found in results]
    feedbacks = [found.gradients for found in results]
    if len(fakes) == 1:  # every discriminator's feedback on the same fakes
        scores, feedbacks = _summed(scores), _summed(feedbacks)
    player = gan.player("generator")
    gradients = _network_gradients(player, generator_tape, fakes, feedbacks)
    del generator_tape
    logit_gradient, entropy = _logit_gradient(
        player, gan.entropy_weight, inputs, scores
    )
    loss = tf.add_n([found.loss for found in results])
    update = Update(gradients, logit_gradient, loss + entropy)
    if not gan.objective.uses_critics:
        return update
    places = tf.convert_to_tensor(indices)[:, None]
    norms = tf.stack([found.norm for found in results])
    shape = [gan.num_discriminators]
    return update._replace(
        gradient_norms=tf.scatter_nd(places, norms, shape),
        present=tf.scatter_nd(places, tf.ones_like(norms), shape),
    )


def _feedback(
    gan: Game,
    j: int,
    share: tf.Tensor,
    fakes: list[tf.Tensor],
    inputs: list[FakeInputs],
    row_draws: list[RowDraws],
    w: tf.Tensor,
) -> _Feedback:
    with tf.GradientTape(
        persistent=gan.objective.uses_critics, watch_accessed_variables=False
    ) as tape:
        tape.watch(fakes)
        judged = run_discriminator(
            gan,
            j,
            fakes,
            [i.labels for i in inputs],
            row_draws,
        )
        scores, loss = [], 0.0
        for i, (judgement, component) in enumerate(
            zip(judged, inputs, strict=True)
        ):
            aux = head_losses.loss_of_rows(gan, judgement, component)
            cost = gan.objective.generator_loss(judgement.logits) + aux
            weight = weights_of_rows(w, i, component.labels)
            scale = share / component.total
            loss += tf.reduce_sum(weight * cost) * scale
            score = gan.objective.mixture_score(judgement.logits)
            if gan.aux_in_weights:
                score += aux
            scores.append(score * scale)
        scaled = gan.player("generator").optimizer.scale_loss(loss)
    gradients = tape.gradient(scaled, fakes)
    norm = tf.zeros([])
    if gan.objective.uses_critics:
        norm = _mean_norm(tape, judged, fakes, inputs, w)
    return _Feedback(loss, scores, gradients, norm)


def _mean_norm(
    tape: tf.GradientTape,
    judged: list[DiscriminatorOutputs],
    fakes: list[tf.Tensor],
    inputs: list[FakeInputs],
    weights: tf.Tensor,
) -> tf.Tensor:
    norm = 0.0
    slopes = tape.gradient([x.logits for x in judged], fakes)
    for i, (slope, component) in enumerate(zip(slopes, inputs, strict=True)):
        axes = list(range(1, slope.shape.rank))
        norms = tf.sqrt(tf.reduce_sum(tf.cast(slope, tf.float32) ** 2, axes))
        weight = weights_of_rows(weights, i, component.labels)
        norm += tf.reduce_sum(weight * norms) / component.total
    return norm


def _network_gradients(
    player: Player,
    tape: tf.GradientTape,
    fakes: list[list[tf.Tensor]],
    feedbacks: list[list[tf.Tensor]],
) -> list[tf.Tensor]:
    gradients = []
    for i, network in enumerate(player.mixture.network_variables):
        variables = variable_values(network)
        with player.on_device(i):
            own = tape.gradient(
                [group[i] for group in fakes],
                variables,
                output_gradients=[of_group[i] for of_group in feedbacks],
            )
            gradients += dense(own, variables)
    return gradients


def _logit_gradient(
    player: Player,
    entropy_weight: float,
    inputs: list[list[FakeInputs]],
    scores: list[list[tf.Tensor]],
) -> tuple[tf.Tensor, tf.Tensor]:
    logits = player.logits.value
    with tf.GradientTape() as tape:
        loss = entropy = entropy_share(player.mixture, entropy_weight)
        weights = tf.nn.softmax(logits, axis=0)
        for group, of_group in zip(inputs, scores, strict=True):
            for i, (component, score) in enumerate(
                zip(group, of_group, strict=True)
            ):
                weight = weights_of_rows(weights, i, component.labels)
                loss += tf.reduce_sum(weight * score)
    return tape.gradient(loss, logits), entropy


def _summed(lists: list[list[tf.Tensor]]) -> list[list[tf.Tensor]]:
    return [[tf.add_n(list(same)) for same in zip(*lists, strict=True)]]
