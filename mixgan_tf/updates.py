"""The gradients of one player's update.

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

from typing import NamedTuple

import tensorflow as tf

from mixgan_tf import auxiliary
from mixgan_tf import draws
from mixgan_tf.judging import judge
from mixgan_tf.judging import with_labels
from mixgan_tf.mixture import uniformity_penalty
from mixgan_tf.mixture import weights_of_rows
from mixgan_tf.placement import on_device_of
from mixgan_tf.regularizers.regularizer import PenaltyInputs
from mixgan_tf.row_draws import of_sets


class Update(NamedTuple):
    """Gradients of one player, and this replica's share of its values."""

    # In the order of the player's variables; of the scaled loss, if its
    # optimizer scales losses.
    network_gradients: list
    logit_gradient: object  # of the mixture logits' shape
    loss: object  # scalar: what the player minimises, regularisers included
    payoff: object = None  # scalar: the mixture's payoff
    gradient_norms: object = None  # (T_d,): of critics, at generated samples
    present: object = None  # (T_d,): 1 where a critic took part, else 0


def generate_fakes(gan, key, rows, labels):
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
    generators = gan.generator_mixture.components
    fresh = gan.payoff.fresh_per_discriminator
    groups = max(gan.num_discriminators, 1) if fresh else 1
    inputs = [
        gan.payoff.fake_inputs(
            draws.fold_in(key, group),
            rows,
            labels,
            len(generators),
            gan.latent_dim,
        )
        for group in range(groups)
    ]
    fakes = []
    for group in inputs:
        fakes.append([])
        for index, (generator, i) in enumerate(
            zip(generators, group, strict=True)
        ):
            with on_device_of(gan, index):
                latents = with_labels(i.latents, i.labels)
                fakes[-1].append(generator(latents, training=True))
    return inputs, fakes


def pair_payoff(gan, key, j, batch, fakes, inputs, weights):
    """Returns what discriminator `j` earns against the generators' mixture.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        j: index of the discriminator.
        batch: tuple of the real samples, their labels and their `Rows`.
        fakes: list of each generator's samples.
        inputs: list of their `FakeInputs`.
        weights: the generators' mixture weights.

    Returns:
        A tuple `(payoff, real, judged)`: this replica's share of the payoff,
        and the `Judgement`s of the real and of each generator's samples.
    """
    reals, labels, rows = batch
    real, *judged = judge(
        gan,
        j,
        [reals, *fakes],
        [labels, *(i.labels for i in inputs)],
        of_sets(key, rows, inputs),
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


def discriminator_update(gan, key, rows, reals, labels):
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
    discriminators = gan.discriminator_mixture.components
    inputs, fakes = generate_fakes(gan, key, rows, labels)
    w = gan.generator_mixture.mixture_weights
    q = gan.discriminator_mixture.mixture_weights
    indices, factor = _opponents(gan, key)
    sampled = tf.is_tensor(indices)

    def payoff_and_gradients(j):
        variables = _values(discriminators[j].trainable_variables)
        group = j % len(fakes)
        with tf.GradientTape() as tape:
            payoff, real, judged = pair_payoff(
                gan,
                key,
                j,
                (reals, labels, rows),
                fakes[group],
                inputs[group],
                w,
            )
            penalty = auxiliary.discriminator_loss(
                gan, real, labels, rows, judged, inputs[group], w
            )
            penalised = PenaltyInputs(
                lambda x, y, d: judge(gan, j, [x], [y], [d])[0].logits,
                reals,
                labels,
                fakes[group],
                inputs[group],
                w,
                rows,
                draws.fold_in(key, 10_000 + j),
            )
            for regularizer in gan.regularizers:
                penalty += regularizer.penalty(penalised)
            loss = gan.discriminator_optimizer.scale_loss(penalty - payoff)
        gradients = _dense(tape.gradient(loss, variables), variables)
        gradients = [factor * q[j] * g for g in gradients]
        if sampled:  # the branches of a switch return the same structure
            gradients = [
                g
                for k, d in enumerate(discriminators)
                for g in (
                    gradients
                    if k == j
                    else [
                        tf.zeros(v.shape, v.dtype)
                        for v in _values(d.trainable_variables)
                    ]
                )
            ]
        return payoff, tf.convert_to_tensor(penalty), gradients

    results = _for_each(gan, indices, payoff_and_gradients)
    payoffs = tf.stack([payoff for payoff, _, _ in results])
    penalties = tf.stack([penalty for _, penalty, _ in results])
    if sampled:
        gradients = [
            tf.add_n(list(g))
            for g in zip(
                *(gradients for _, _, gradients in results), strict=True
            )
        ]
    else:
        gradients = [g for _, _, gradients in results for g in gradients]

    # A sampled payoff is measured from that of an undecided discriminator,
    # known in advance: the estimate stays unbiased and is far less noisy.
    baseline = _undecided_payoff(gan) if sampled else 0.0
    logits = gan.discriminator_mixture.mixture_logits.value
    with tf.GradientTape() as tape:
        weights = tf.gather(tf.nn.softmax(logits), indices)
        payoff = baseline + factor * tf.reduce_sum(
            weights * (payoffs - baseline)
        )
        if not gan.aux_in_weights:
            weights = tf.stop_gradient(weights)
        penalty = factor * tf.reduce_sum(weights * penalties)
        loss = penalty - payoff + entropy_share(gan, gan.discriminator_mixture)
    return Update(gradients, tape.gradient(loss, logits), loss, payoff)


def generator_update(gan, key, rows, reals, labels):
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
    discriminators = gan.discriminator_mixture.components
    # Persistent, since each generator's gradients are taken by themselves.
    with tf.GradientTape(persistent=True) as generator_tape:
        inputs, fakes = generate_fakes(gan, key, rows, labels)
    w = gan.generator_mixture.mixture_weights
    q = gan.discriminator_mixture.mixture_weights
    indices, factor = _opponents(gan, key)

    def feedback(j):
        group = j % len(fakes)
        with tf.GradientTape(
            persistent=gan.objective.uses_critics,
            watch_accessed_variables=False,
        ) as tape:
            tape.watch(fakes[group])
            judged = judge(
                gan,
                j,
                fakes[group],
                [i.labels for i in inputs[group]],
                of_sets(key, rows, inputs[group])[1:],
            )
            scores, loss = [], 0.0
            for i, (judgement, component) in enumerate(
                zip(judged, inputs[group], strict=True)
            ):
                logits = judgement.logits
                aux = auxiliary.loss_of_rows(gan, judgement, component)
                cost = gan.objective.generator_loss(logits) + aux
                weight = weights_of_rows(w, i, component.labels)
                scale = factor * q[j] / component.total
                loss += tf.reduce_sum(weight * cost) * scale
                score = gan.objective.mixture_score(logits)
                if gan.aux_in_weights:
                    score += aux
                scores.append(score * scale)
            scaled = gan.generator_optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, fakes[group])
        norm = tf.zeros([])
        if gan.objective.uses_critics:
            slopes = tape.gradient([x.logits for x in judged], fakes[group])
            norm = _mean_norm(slopes, inputs[group], w)
        return loss, scores, gradients, norm

    results = _for_each(gan, indices, feedback)
    loss = tf.add_n([result[0] for result in results])
    scores = [result[1] for result in results]
    feedbacks = [result[2] for result in results]
    if len(fakes) == 1:  # every discriminator's feedback on the same fakes
        scores, feedbacks = _summed(scores), _summed(feedbacks)
    gradients = []
    for i, network in enumerate(gan.generator_mixture.network_variables):
        variables = _values(network)
        with on_device_of(gan, i):
            own = generator_tape.gradient(
                [group[i] for group in fakes],
                variables,
                output_gradients=[of_group[i] for of_group in feedbacks],
            )
            gradients += _dense(own, variables)
    del generator_tape

    logits = gan.generator_mixture.mixture_logits.value
    with tf.GradientTape() as tape:
        mixture_loss = entropy = entropy_share(gan, gan.generator_mixture)
        weights = tf.nn.softmax(logits, axis=0)
        for group, of_group in zip(inputs, scores, strict=True):
            for i, (component, score) in enumerate(
                zip(group, of_group, strict=True)
            ):
                weight = weights_of_rows(weights, i, component.labels)
                mixture_loss += tf.reduce_sum(weight * score)
    update = Update(
        gradients,
        tape.gradient(mixture_loss, logits),
        loss + entropy,
    )
    if not gan.objective.uses_critics:
        return update
    places = tf.convert_to_tensor(indices)[:, None]
    norms = tf.stack([result[3] for result in results])
    shape = [len(discriminators)]
    return update._replace(
        gradient_norms=tf.scatter_nd(places, norms, shape),
        present=tf.scatter_nd(places, tf.ones_like(norms), shape),
    )


def entropy_share(gan, mixture):
    """Returns this replica's share of a player's entropy regulariser.

    Args:
        gan: a compiled `MixGAN`.
        mixture: one of its two `Mixture`s.

    Returns:
        A float32 scalar.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    penalty = uniformity_penalty(mixture.mixture_logits)
    return gan.entropy_weight * penalty / replicas


def _mean_norm(slopes, inputs, weights):
    norm = 0.0
    for i, (slope, component) in enumerate(zip(slopes, inputs, strict=True)):
        axes = list(range(1, slope.shape.rank))
        norms = tf.sqrt(tf.reduce_sum(tf.cast(slope, tf.float32) ** 2, axes))
        weight = weights_of_rows(weights, i, component.labels)
        norm += tf.reduce_sum(weight * norms) / component.total
    return norm


def _summed(lists):
    return [[tf.add_n(list(same)) for same in zip(*lists, strict=True)]]


def _opponents(gan, key):
    key = draws.fold_in(key, 1_000_003)
    return gan.payoff.sampled_discriminators(key, gan.num_discriminators)


def _for_each(gan, indices, function):
    def placed(j):
        with on_device_of(gan, j):
            return function(j)

    if not tf.is_tensor(indices):
        return [placed(j) for j in indices]
    branches = [lambda j=j: placed(j) for j in range(gan.num_discriminators)]
    return [tf.switch_case(index, branches) for index in tf.unstack(indices)]


def _undecided_payoff(gan):
    zero = tf.zeros([])
    value = gan.objective.real_payoff(zero) + gan.objective.fake_payoff(zero)
    return value / tf.distribute.get_strategy().num_replicas_in_sync


def _values(variables):
    return [v.value for v in variables]


def _dense(gradients, variables):
    return [
        tf.zeros(v.shape, v.dtype) if g is None else tf.convert_to_tensor(g)
        for g, v in zip(gradients, variables, strict=True)
    ]
