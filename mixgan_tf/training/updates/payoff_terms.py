"""What the updates of both players are made of.

With logits `l`, mixture weights `w` (generators) and `q` (discriminators), and
an objective's functions `a`, `b`, `c` and score `s`:

- discriminators descend `-sum_j q_j (mean a_j + sum_i w_i mean b_ij)`,
  their logits that plus `entropy_weight * R(q)`;
- generators descend `sum_ij w_i q_j mean c_ij`, their logits
  `sum_ij w_i q_j mean s_ij + entropy_weight * R(w)`.

Penalties and the losses of further heads are added with the same weights, but
move the mixture logits only with `aux_in_weights`.

Each discriminator is differentiated by itself and scaled by its weight
afterwards: a sampled one then costs what a single GAN's does.

Sums are over this replica's rows, divided by the global counts, so that adding
them over replicas gives the global value.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple
from typing import TypeVar

import tensorflow as tf

from mixgan_tf import random_streams
from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.mixture import uniformity_penalty
from mixgan_tf.model.mixture import weights_of_rows
from mixgan_tf.model.player import Player
from mixgan_tf.networks.inspection import with_labels
from mixgan_tf.payoff.estimators import FakeInputs
from mixgan_tf.training.discriminator_outputs import DiscriminatorOutputs
from mixgan_tf.training.discriminator_outputs import run_discriminator
from mixgan_tf.training.game import Game

Result = TypeVar("Result")


class Update(NamedTuple):
    """Gradients of one player, and this replica's share of its values."""

    # In the order of the player's variables; of the scaled loss, if its
    # optimizer scales losses.
    network_gradients: list[tf.Tensor]
    logit_gradient: tf.Tensor  # of the mixture logits' shape
    loss: tf.Tensor  # scalar: what the player minimises, regularisers included
    payoff: tf.Tensor | None = None  # scalar: the mixture's payoff
    # (T_d,): of critics, at generated samples
    gradient_norms: tf.Tensor | None = None
    present: tf.Tensor | None = None  # (T_d,): 1 where a critic took part


def generate_fakes(
    gan: Game, key: tf.Tensor, rows: Rows, labels: tf.Tensor | None
) -> tuple[list[list[FakeInputs]], list[list[tf.Tensor]]]:
    """Runs every generator on the latents its estimator draws.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of the real batch.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A tuple `(inputs, fakes)` of lists of lists: for each group, for each
        generator, its `FakeInputs` and its samples. There is one group, or
        one for each discriminator.
    """
    player = gan.player("generator")
    fresh = gan.payoff.fresh_per_discriminator
    groups = max(gan.num_discriminators, 1) if fresh else 1
    inputs = [
        gan.payoff.fake_inputs(
            random_streams.latents(key, group),
            rows,
            labels,
            len(player.components),
            gan.latent_dim,
        )
        for group in range(groups)
    ]
    fakes: list[list[tf.Tensor]] = []
    for group_inputs in inputs:
        fakes.append([])
        for index, (generator, i) in enumerate(
            zip(player.components, group_inputs, strict=True)
        ):
            with player.on_device(index):
                latents = with_labels(i.latents, i.labels)
                fakes[-1].append(generator(latents, training=True))
    return inputs, fakes


def pair_payoff(
    gan: Game,
    j: int,
    batch: tuple[tf.Tensor, tf.Tensor | None, Rows],
    fakes: list[tf.Tensor],
    inputs: list[FakeInputs],
    row_draws: list[RowDraws],
    weights: tf.Tensor,
) -> tuple[tf.Tensor, DiscriminatorOutputs, list[DiscriminatorOutputs]]:
    """Returns what discriminator `j` earns against the generators' mixture.

    Args:
        gan: a compiled `MixGAN`.
        j: index of the discriminator.
        batch: tuple of the real samples, their labels and their `Rows`.
        fakes: list of each generator's samples.
        inputs: list of their `FakeInputs`.
        row_draws: what `draws_for_sets` returned for them.
        weights: the generators' mixture weights.

    Returns:
        A tuple `(payoff, real, judged)`: this replica's share of the payoff,
        and the `DiscriminatorOutputs` for the real and for each generator's
        samples.
    """
    reals, labels, rows = batch
    real, *judged = run_discriminator(
        gan,
        j,
        [reals, *fakes],
        [labels, *(i.labels for i in inputs)],
        row_draws,
    )
    earned = tf.reduce_sum(gan.objective.real_payoff(real.logits))
    payoff = earned / tf.cast(rows.total, tf.float32)
    for i, (judgement, component) in enumerate(
        zip(judged, inputs, strict=True)
    ):
        earned = gan.objective.fake_payoff(judgement.logits)
        weight = weights_of_rows(weights, i, component.labels)
        payoff += tf.reduce_sum(weight * earned) / component.total
    return payoff, real, judged


def entropy_share(mixture: Mixture, entropy_weight: float) -> tf.Tensor:
    """Returns this replica's share of a player's entropy regulariser.

    Args:
        mixture: the player's `Mixture`.
        entropy_weight: nonnegative float.

    Returns:
        A float32 scalar.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    penalty = uniformity_penalty(mixture.mixture_logits)
    return entropy_weight * penalty / replicas


def opponents(gan: Game, key: tf.Tensor) -> tuple[list[int] | tf.Tensor, float]:
    """Returns the discriminators that take part in one update.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.

    Returns:
        What `PayoffEstimator.sampled_discriminators` returns.
    """
    key = random_streams.sampled_discriminators(key)
    return gan.payoff.sampled_discriminators(key, gan.num_discriminators)


def for_each_opponent(
    player: Player,
    indices: list[int] | tf.Tensor,
    function: Callable[[int], Result],
) -> list[Result]:
    """Calls a function once for each discriminator that takes part.

    Args:
        player: the discriminators.
        indices: list of ints, or an int32 tensor of sampled indices: then the
            function is traced for every discriminator, in a switch.
        function: of an index; called on that component's device.

    Returns:
        A list of what it returned.
    """

    def placed(j: int) -> Result:
        with player.on_device(j):
            return function(j)

    if not tf.is_tensor(indices):
        return [placed(j) for j in indices]
    branches = [lambda j=j: placed(j) for j in range(len(player.components))]
    return [tf.switch_case(index, branches) for index in tf.unstack(indices)]


def variable_values(variables: Sequence) -> list[tf.Tensor]:
    """Returns the tensors that Keras variables hold."""
    return [v.value for v in variables]


def dense(
    gradients: Sequence[tf.Tensor | tf.IndexedSlices | None],
    variables: Sequence[tf.Tensor],
) -> list[tf.Tensor]:
    """Returns gradients as dense tensors, zeros where there are none.

    Args:
        gradients: what a tape returned for `variables`.
        variables: the tensors they are gradients of.

    Returns:
        A list of tensors.
    """
    return [
        tf.zeros(v.shape, v.dtype) if g is None else tf.convert_to_tensor(g)
        for g, v in zip(gradients, variables, strict=True)
    ]
