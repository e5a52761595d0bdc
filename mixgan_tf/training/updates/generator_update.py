"""The generators' update."""

import tensorflow as tf

from mixgan_tf.distribution.placement import on_device_of
from mixgan_tf.distribution.row_draws import of_sets
from mixgan_tf.model.mixture import weights_of_rows
from mixgan_tf.training.discriminator_outputs import judge
from mixgan_tf.training.updates import head_losses
from mixgan_tf.training.updates.payoff_terms import Update
from mixgan_tf.training.updates.payoff_terms import dense
from mixgan_tf.training.updates.payoff_terms import entropy_share
from mixgan_tf.training.updates.payoff_terms import for_each_opponent
from mixgan_tf.training.updates.payoff_terms import generate_fakes
from mixgan_tf.training.updates.payoff_terms import opponents
from mixgan_tf.training.updates.payoff_terms import values_of


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
    indices, factor = opponents(gan, key)

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
                aux = head_losses.loss_of_rows(gan, judgement, component)
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

    results = for_each_opponent(gan, indices, feedback)
    loss = tf.add_n([result[0] for result in results])
    scores = [result[1] for result in results]
    feedbacks = [result[2] for result in results]
    if len(fakes) == 1:  # every discriminator's feedback on the same fakes
        scores, feedbacks = _summed(scores), _summed(feedbacks)
    gradients = []
    for i, network in enumerate(gan.generator_mixture.network_variables):
        variables = values_of(network)
        with on_device_of(gan, i):
            own = generator_tape.gradient(
                [group[i] for group in fakes],
                variables,
                output_gradients=[of_group[i] for of_group in feedbacks],
            )
            gradients += dense(own, variables)
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
