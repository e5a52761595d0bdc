"""The gradients of one player's update.

With logits `l`, mixture weights `w` (generators) and `q` (discriminators), and
an objective's functions `a`, `b`, `c` and score `s`:

- discriminators descend `-sum_j q_j (mean a_j + sum_i w_i mean b_ij)`,
  their logits that plus `entropy_weight * R(q)`;
- generators descend `sum_ij w_i q_j mean c_ij`, their logits
  `sum_ij w_i q_j mean s_ij + entropy_weight * R(w)`.

Each discriminator is differentiated by itself and scaled by its weight
afterwards: a sampled one then costs what a single GAN's does.

Sums are over this replica's rows, divided by the global counts, so that adding
them over replicas gives the global value.
"""

from typing import NamedTuple

import keras
import tensorflow as tf

from mixgan_tf.mixture import uniformity_penalty


class Update(NamedTuple):
    """Gradients of one player, and this replica's share of its values."""

    network_gradients: list  # in the order of the player's variables
    logit_gradient: object  # (T,)
    loss: object  # scalar: what the player minimises, regulariser included
    payoff: object  # scalar: the mixture's payoff, or None


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
    groups = gan.num_discriminators if gan.payoff.fresh_per_discriminator else 1
    inputs = [
        gan.payoff.fake_inputs(
            tf.random.experimental.stateless_fold_in(key, group),
            rows,
            labels,
            len(generators),
            gan.latent_dim,
        )
        for group in range(groups)
    ]
    fakes = [
        [
            generator(with_labels(i.latents, i.labels), training=True)
            for generator, i in zip(generators, group, strict=True)
        ]
        for group in inputs
    ]
    return inputs, fakes


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
    w = tf.nn.softmax(gan.generator_mixture.mixture_logits)
    q = tf.nn.softmax(gan.discriminator_mixture.mixture_logits)
    indices, factor = _opponents(gan, key)
    sampled = tf.is_tensor(indices)

    def payoff_and_gradients(j):
        variables = _values(discriminators[j].trainable_variables)
        group = j % len(fakes)
        with tf.GradientTape() as tape:
            real_logits, *fake_logits = judge(
                discriminators[j],
                [reals, *fakes[group]],
                [labels, *(i.labels for i in inputs[group])],
            )
            payoff = tf.reduce_sum(
                gan.objective.real_payoff(real_logits)
            ) / tf.cast(rows.total, tf.float32)
            for i, logits in enumerate(fake_logits):
                total = tf.reduce_sum(gan.objective.fake_payoff(logits))
                payoff += w[i] * total / inputs[group][i].total
        gradients = _dense(tape.gradient(payoff, variables), variables)
        gradients = [-factor * q[j] * g for g in gradients]
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
        return payoff, gradients

    results = _for_each(indices, payoff_and_gradients, len(discriminators))
    payoffs = tf.stack([payoff for payoff, _ in results])
    if sampled:
        gradients = [
            tf.add_n(list(g))
            for g in zip(*(gradients for _, gradients in results), strict=True)
        ]
    else:
        gradients = [g for _, gradients in results for g in gradients]

    # A sampled payoff is measured from that of an undecided discriminator,
    # known in advance: the estimate stays unbiased and is far less noisy.
    baseline = _undecided_payoff(gan) if sampled else 0.0
    logits = gan.discriminator_mixture.mixture_logits.value
    with tf.GradientTape() as tape:
        weights = tf.gather(tf.nn.softmax(logits), indices)
        payoff = baseline + factor * tf.reduce_sum(
            weights * (payoffs - baseline)
        )
        loss = -payoff + entropy_share(gan, gan.discriminator_mixture)
    return Update(gradients, tape.gradient(loss, logits), loss, payoff)


def generator_update(gan, key, rows, labels):
    """Returns the generators' `Update`.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of the real batch; its samples are not needed.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        An `Update` whose `payoff` is `None`.
    """
    discriminators = gan.discriminator_mixture.components
    variables = _values(gan.generator_variables)
    with tf.GradientTape() as generator_tape:
        inputs, fakes = generate_fakes(gan, key, rows, labels)
    w = tf.nn.softmax(gan.generator_mixture.mixture_logits)
    q = tf.nn.softmax(gan.discriminator_mixture.mixture_logits)
    indices, factor = _opponents(gan, key)

    def feedback(j):
        group = j % len(fakes)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(fakes[group])
            logits = judge(
                discriminators[j],
                fakes[group],
                [i.labels for i in inputs[group]],
            )
            losses, scores = [], []
            for component, logit in zip(inputs[group], logits, strict=True):
                loss = tf.reduce_sum(gan.objective.generator_loss(logit))
                score = tf.reduce_sum(gan.objective.mixture_score(logit))
                losses.append(loss / component.total)
                scores.append(score / component.total)
            losses = factor * q[j] * tf.stack(losses)
            loss = tf.reduce_sum(w * losses)
        gradients = tape.gradient(loss, fakes[group])
        return loss, factor * q[j] * tf.stack(scores), gradients

    results = _for_each(indices, feedback, len(discriminators))
    loss = tf.add_n([loss for loss, _, _ in results])
    scores = tf.add_n([scores for _, scores, _ in results])
    feedbacks = [gradients for _, _, gradients in results]
    if len(fakes) == 1:  # every discriminator's feedback on the same fakes
        feedbacks = [[tf.add_n(list(g)) for g in zip(*feedbacks, strict=True)]]
    gradients = generator_tape.gradient(
        fakes, variables, output_gradients=feedbacks
    )

    logits = gan.generator_mixture.mixture_logits.value
    with tf.GradientTape() as tape:
        entropy = entropy_share(gan, gan.generator_mixture)
        mixture_loss = tf.reduce_sum(tf.nn.softmax(logits) * scores) + entropy
    return Update(
        _dense(gradients, variables),
        tape.gradient(mixture_loss, logits),
        loss + entropy,
        None,
    )


def judge(discriminator, samples, labels, training=True):
    """Returns a discriminator's logits for several sets of samples.

    The sets go through it together, unless batch normalisation would let one
    set's logits depend on the others.

    Args:
        discriminator: a Keras model with one logit for each sample.
        samples: list of tensors `(n_k, ...)`.
        labels: list of int32 tensors `(n_k,)`, or of `None`.
        training: whether layers like dropout are active.

    Returns:
        A list of float32 tensors `(n_k,)`.
    """
    if len(samples) == 1 or _depends_on_batch(discriminator):
        logits = [
            discriminator(with_labels(x, y), training=training)
            for x, y in zip(samples, labels, strict=True)
        ]
        return [tf.cast(tf.reshape(l_, [-1]), tf.float32) for l_ in logits]
    together = tf.concat([tf.cast(x, samples[-1].dtype) for x in samples], 0)
    classes = None if labels[0] is None else tf.concat(labels, 0)
    logits = discriminator(with_labels(together, classes), training=training)
    sizes = [x.shape[0] for x in samples]
    if None in sizes:
        sizes = [tf.shape(x)[0] for x in samples]
    logits = tf.cast(tf.reshape(logits, [-1]), tf.float32)
    return tf.split(logits, sizes)


def with_labels(x, labels):
    """Returns what a network takes: `x`, or `[x, labels]` with classes."""
    return x if labels is None else [x, labels]


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


def _depends_on_batch(model):
    kind = keras.layers.BatchNormalization
    return any(isinstance(layer, kind) for layer in model._flatten_layers())


def _opponents(gan, key):
    key = tf.random.experimental.stateless_fold_in(key, 1_000_003)
    return gan.payoff.sampled_discriminators(key, gan.num_discriminators)


def _for_each(indices, function, count):
    if not tf.is_tensor(indices):
        return [function(j) for j in indices]
    branches = [lambda j=j: function(j) for j in range(count)]
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
