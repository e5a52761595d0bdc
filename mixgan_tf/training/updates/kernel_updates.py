"""Both players' updates for MMD, an objective between distributions.

With features `f_j` (a discriminator's outputs, or the samples themselves where
there are no discriminators), the generators descend
`sum_j q_j MMD^2_j(w) + entropy_weight * R(w)` and the discriminators ascend
its first term. `MMD^2_j` is quadratic in the weights `w`: all generators
belong to one mixture, whose samples repel each other.

Each replica compares the features of all replicas' samples, with gradients for
its own.
"""

from collections.abc import Sequence
from typing import cast

import keras
import tensorflow as tf

from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.distribution.row_draws import draws_for_sets
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.distribution.rows import gather_rows
from mixgan_tf.objectives import MMD
from mixgan_tf.payoff.estimators import FakeInputs
from mixgan_tf.training.discriminator_outputs import run_discriminator
from mixgan_tf.training.game import Game
from mixgan_tf.training.updates.payoff_terms import Update
from mixgan_tf.training.updates.payoff_terms import entropy_share
from mixgan_tf.training.updates.payoff_terms import generate_fakes
from mixgan_tf.training.updates.payoff_terms import variable_values

# `MMD^2` as `w K w - 2 k w + constant`.
Form = tuple[tf.Tensor, tf.Tensor, tf.Tensor]


def discriminator_update(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    reals: tf.Tensor,
    labels: tf.Tensor | None,
) -> Update:
    """Returns the discriminators' `Update`, from one batch of real samples.

    Arguments are those of the update for objectives of logits.
    """
    player = gan.player("discriminator")
    variables = variable_values(player.network_variables)
    inputs, fakes = generate_fakes(gan, key, rows, labels)
    logits = player.logits.value
    with tf.GradientTape() as tape:
        distance = _distance(gan, key, rows, reals, inputs, fakes)
        loss = entropy_share(player.mixture, gan.entropy_weight) - distance
    *gradients, logit_gradient = tape.gradient(
        loss, [*variables, logits], unconnected_gradients="zero"
    )
    return Update(gradients, logit_gradient, loss, distance)


def generator_update(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    reals: tf.Tensor,
    labels: tf.Tensor | None,
) -> Update:
    """Returns the generators' `Update`, from one batch of real samples.

    Arguments are those of the update for objectives of logits.
    """
    player = gan.player("generator")
    variables = variable_values(player.network_variables)
    logits = player.logits.value
    with tf.GradientTape() as tape:
        inputs, fakes = generate_fakes(gan, key, rows, labels)
        distance = _distance(gan, key, rows, reals, inputs, fakes)
        loss = entropy_share(player.mixture, gan.entropy_weight) + distance
    *gradients, logit_gradient = tape.gradient(
        loss, [*variables, logits], unconnected_gradients="zero"
    )
    return Update(gradients, logit_gradient, loss, distance)


def quadratic_forms(
    gan: Game,
    reals: tf.Tensor,
    inputs: list[list[FakeInputs]],
    fakes: list[list[tf.Tensor]],
    key: tf.Tensor | None = None,
    rows: Rows | None = None,
    discriminators: list[keras.Model] | None = None,
) -> list[Form]:
    """Returns `MMD^2` as a quadratic form in `w`, for each discriminator.

    Args:
        gan: a compiled `MixGAN` whose objective is `MMD`.
        reals: float tensor `(n, ...)`.
        inputs: list, for each group, of each generator's `FakeInputs`.
        fakes: their samples, likewise.
        key: int32 tensor `(2,)`, a stateless random seed; `None` in inference
            mode.
        rows: `Rows` of `reals`, wherever there is a key.
        discriminators: networks to use instead of the trained ones.

    Returns:
        A list of tuples `(K, k, constant)`; see `MMD.quadratic_form`. It has
        one entry without discriminators.
    """
    if not gan.num_discriminators:
        return [_form(gan, [reals, *fakes[0]])]
    row_draws: list[list[RowDraws] | None] = [None] * len(fakes)
    if key is not None and rows is not None:
        row_draws = [draws_for_sets(key, rows, group) for group in inputs]
    forms = []
    for j in range(gan.num_discriminators):
        group = j % len(fakes)
        judged = run_discriminator(
            gan,
            j,
            [reals, *fakes[group]],
            [None] * (1 + len(fakes[group])),
            row_draws[group],
            discriminators,
        )
        forms.append(_form(gan, [x.features for x in judged]))
    return forms


def mean_distance(
    gan: Game, forms: list[Form], w: tf.Tensor, q: tf.Tensor
) -> tf.Tensor:
    """Returns this replica's share of `sum_j q_j MMD^2_j(w)`.

    Args:
        gan: a compiled `MixGAN` whose objective is `MMD`.
        forms: what `quadratic_forms` returned, which all replicas compute.
        w: the generators' mixture weights.
        q: the discriminators', or `[1.0]` without any.

    Returns:
        A float32 scalar.
    """
    distances = [
        cast(MMD, gan.objective).squared_distance(w, *form) for form in forms
    ]
    share = 1.0 / tf.distribute.get_strategy().num_replicas_in_sync
    return share * tf.reduce_sum(q * tf.stack(distances))


def _form(gan: Game, features: Sequence[tf.Tensor]) -> Form:
    reals, *fakes = [
        gather_rows(tf.reshape(x, [tf.shape(x)[0], x.shape[1:].num_elements()]))
        for x in features
    ]
    with tf.control_dependencies(_enough_samples([reals, *fakes])):
        reals = tf.identity(reals)
    return cast(MMD, gan.objective).quadratic_form(reals, fakes)


def _distance(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    reals: tf.Tensor,
    inputs: list[list[FakeInputs]],
    fakes: list[list[tf.Tensor]],
) -> tf.Tensor:
    forms = quadratic_forms(gan, reals, inputs, fakes, key, rows)
    q = tf.ones([1])
    if gan.num_discriminators:
        q = gan.player("discriminator").mixture.mixture_weights
    w = gan.generator_mixture.mixture_weights
    return mean_distance(gan, forms, w, q)


def _enough_samples(sets: list[tf.Tensor]) -> list[tf.Operation]:
    message = (
        "MMD compares the samples of each generator with each other: a batch "
        "must hold two for each. Use larger batches, and "
        "`drop_remainder=True` where the last one is short."
    )
    checks = []
    for samples in sets:
        if samples.shape[0] is not None and samples.shape[0] < 2:
            raise ValueError(f"{message} Received: {samples.shape[0]} sample")
        if samples.shape[0] is None:
            number = tf.shape(samples)[0]
            checks.append(tf.debugging.assert_greater_equal(number, 2, message))
    return [check for check in checks if check is not None]
