import keras
import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.distribution.rows import Rows
from mixgan_tf.payoff import estimators
from mixgan_tf.training.updates.discriminator_update import discriminator_update
from mixgan_tf.training.updates.generator_update import generator_update
from tests.models import labels
from tests.models import points
from tests.models import set_logits
from tests.models import tiny_gan

ROWS = Rows(24, 24, 0)


@pytest.fixture(params=sorted(estimators.ESTIMATORS))
def name(request):
    return request.param


def uneven_gan(estimator, **kwargs):
    gan = tiny_gan(**kwargs)
    gan.compile(payoff=estimator, entropy_weight=0.0)
    for mixture in (gan.generator_mixture, gan.discriminator_mixture):
        for k, component in enumerate(mixture.components):
            component.set_weights(
                [(1 + 0.4 * k) * w for w in component.get_weights()]
            )
    set_logits(gan, [0.5, -0.3, 0.1], [0.2, 0.6, -0.4])
    return gan


def exact_payoffs(gan, reals, num=40_000):
    """The payoff of every pair, on many latents and the given reals."""
    latents = tf.random.stateless_normal([num, gan.latent_dim], [9, 9])
    matrix = np.zeros((gan.num_generators, gan.num_discriminators))
    for j, discriminator in enumerate(gan.discriminator_mixture.components):
        real = gan.objective.real_payoff(discriminator(reals))
        for i, generator in enumerate(gan.generator_mixture.components):
            fake = gan.objective.fake_payoff(discriminator(generator(latents)))
            matrix[i, j] = np.mean(real) + np.mean(fake)
    return matrix


def within_standard_errors(draws, expected, errors=4.0):
    draws = np.stack(draws)
    error = draws.std(0, ddof=1) / np.sqrt(len(draws))
    # The exact value is itself a Monte Carlo mean: allow for its error too.
    assert (np.abs(draws.mean(0) - expected) <= errors * error + 1e-3).all()


def test_estimates_and_logit_gradients_are_unbiased(name):
    gan = uneven_gan(name)
    reals = tf.constant(points())
    matrix = exact_payoffs(gan, reals)
    w, q = gan.generator_weights, gan.discriminator_weights

    @tf.function
    def draw(seed):
        key = tf.stack([seed, 3])
        d = discriminator_update(gan, key, ROWS, reals, None)
        g = generator_update(gan, key, ROWS, None, None)
        return d.payoff, d.logit_gradient, g.logit_gradient

    draws = [[r.numpy() for r in draw(tf.constant(s))] for s in range(250)]
    payoffs, by_discriminator, by_generator = zip(*draws, strict=True)
    within_standard_errors(payoffs, w @ matrix @ q)
    earned = w @ matrix
    within_standard_errors(by_discriminator, -q * (earned - earned @ q))
    # Real terms cancel in the generators' gradient.
    scores = matrix @ q
    within_standard_errors(by_generator, w * (scores - w @ scores))


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_network_gradients_are_unbiased(name, player):
    # Against large batches that every generator and discriminator shares.
    gan = uneven_gan(name)
    reals = points()

    def flat(key, rows, x):
        if player == "generator":
            update = generator_update(gan, key, rows, None, None)
        else:
            update = discriminator_update(gan, key, rows, x, None)
        return tf.concat(
            [tf.reshape(g, [-1]) for g in update.network_gradients], 0
        )

    draw = tf.function(lambda s: flat(tf.stack([s, 3]), ROWS, reals))
    draws = np.stack([draw(tf.constant(s)).numpy() for s in range(200)])
    gan.payoff = estimators.get("shared")
    many = Rows(24 * 160, 24 * 160, 0)
    repeated = np.tile(reals, (160, 1))
    reference = np.stack(
        [flat(tf.constant([s, 4]), many, repeated) for s in range(8)]
    )
    errors = np.hypot(
        draws.std(0, ddof=1) / np.sqrt(200),
        reference.std(0, ddof=1) / np.sqrt(8),
    )
    z = (draws.mean(0) - reference.mean(0)) / np.maximum(errors, 1e-6)
    assert np.mean(np.abs(z) > 3) < 0.05
    assert np.sqrt(np.mean(z**2)) < 1.6
    assert np.abs(reference.mean(0)).max() > 0.01


def test_logit_gradients_follow_the_closed_forms():
    # w_k (s_k - s_bar) + lambda (w_k - 1/T), and the discriminators' mirror.
    gan = tiny_gan()
    gan.compile(
        payoff=estimators.Shared(common_latents=True), entropy_weight=0.3
    )
    set_logits(gan, [0.5, -0.3, 0.1], [0.2, 0.6, -0.4])
    reals, key = tf.constant(points()), tf.constant([1, 3])
    latents = gan.payoff.fake_inputs(
        tf.random.experimental.stateless_fold_in(key, 0), ROWS, None, 3, 3
    )[0].latents
    a, b = np.zeros(3), np.zeros((3, 3))
    for j, discriminator in enumerate(gan.discriminator_mixture.components):
        a[j] = np.mean(gan.objective.real_payoff(discriminator(reals)))
        for i, generator in enumerate(gan.generator_mixture.components):
            logits = discriminator(generator(latents))
            b[i, j] = np.mean(gan.objective.fake_payoff(logits))
    w, q = gan.generator_weights, gan.discriminator_weights
    update = generator_update(gan, key, ROWS, None, None)
    s = b @ q
    expected = w * (s - w @ s) + 0.3 * (w - 1 / 3)
    np.testing.assert_allclose(update.logit_gradient, expected, atol=1e-6)
    np.testing.assert_allclose(np.sum(update.logit_gradient), 0, atol=1e-6)
    update = discriminator_update(gan, key, ROWS, reals, None)
    f = a + w @ b
    expected = -q * (f - q @ f) + 0.3 * (q - 1 / 3)
    np.testing.assert_allclose(update.logit_gradient, expected, atol=1e-6)
    np.testing.assert_allclose(np.sum(update.logit_gradient), 0, atol=1e-6)


def test_each_estimator_makes_the_rows_it_promises(name):
    counted = {"generator": 0, "discriminator": 0}
    gan = uneven_gan(name)
    for player in counted:
        for network in getattr(gan, f"{player}_mixture").components:
            layer = network.layers[-1]
            original = layer.call

            def call(x, *args, _original=original, _player=player, **kwargs):
                counted[_player] += x.shape[0]
                return _original(x, *args, **kwargs)

            layer.call = call
    # Eagerly, a switch runs the one branch that is taken.
    discriminator_update(
        gan, tf.constant([1, 2]), ROWS, tf.constant(points()), None
    )
    batch, t = 24, 3
    promised = {
        "full": (t * t * batch, t * batch + t * t * batch),
        "shared": (t * batch, t * batch + t * t * batch),
        "stratified": (batch, 2 * t * batch),
        "subsampled": (batch, 2 * batch),
    }
    assert (counted["generator"], counted["discriminator"]) == promised[name]


def test_permuting_components_permutes_gradients(name):
    order = [2, 0, 1]
    gan, permuted = uneven_gan(name), uneven_gan(name)
    for player in ("generator", "discriminator"):
        source = getattr(gan, f"{player}_mixture")
        target = getattr(permuted, f"{player}_mixture")
        for k, component in enumerate(target.components):
            component.set_weights(source.components[order[k]].get_weights())
        logits = np.array(source.mixture_logits)
        target.mixture_logits.assign(logits[order])
    reals = tf.constant(points())

    # Average over keys: permuted components meet other latents.
    def mean_gradients(model):
        @tf.function
        def draw(seed):
            key = tf.stack([seed, 3])
            return (
                discriminator_update(
                    model, key, ROWS, reals, None
                ).logit_gradient,
                generator_update(model, key, ROWS, None, None).logit_gradient,
            )

        draws = [[r.numpy() for r in draw(tf.constant(s))] for s in range(200)]
        return [np.stack(d) for d in zip(*draws, strict=True)]

    for before, after in zip(
        mean_gradients(gan), mean_gradients(permuted), strict=True
    ):
        error = np.sqrt((before.var(0) + after.var(0)[[1, 2, 0]]) / 200)
        gap = np.abs(after.mean(0) - before.mean(0)[order])
        assert (gap <= 4.5 * error.max() + 1e-4).all()


def test_stratified_rows_split_one_batch():
    y = np.arange(8, dtype="int32")  # which row is which
    inputs = estimators.get("stratified").fake_inputs(
        tf.constant([0, 1]), Rows(8, 8, 0), tf.constant(y), 3, 2
    )
    assert [i.latents.shape[0] for i in inputs] == [3, 3, 2]
    assert [float(i.total) for i in inputs] == [3, 3, 2]
    rows = np.concatenate([i.labels for i in inputs])
    assert sorted(rows) == list(range(8))
    whole = tf.random.stateless_normal([8, 2], [0, 1]).numpy()
    np.testing.assert_allclose(
        np.concatenate([i.latents for i in inputs]), whole[rows], atol=2e-6
    )


def test_every_component_meets_every_class_of_a_periodic_order():
    estimator, y = estimators.get("stratified"), tf.constant(labels(24, 6))
    met = [set() for _ in range(3)]
    for seed in range(40):
        inputs = estimator.fake_inputs(tf.constant([seed, 0]), ROWS, y, 3, 2)
        for classes, i in zip(met, inputs, strict=True):
            classes |= set(i.labels.numpy())
    assert met == [set(range(6))] * 3


@pytest.mark.parametrize("cut", [1, 3, 4, 8])
def test_replicas_draw_what_one_replica_would(name, cut):
    estimator = estimators.get(name)
    key, y = tf.constant([4, 2]), labels(11)
    whole = estimator.fake_inputs(key, Rows(11, 11, 0), tf.constant(y), 3, 2)
    parts = [
        estimator.fake_inputs(
            key,
            Rows(
                tf.constant(stop - start), tf.constant(11), tf.constant(start)
            ),
            tf.constant(y[start:stop]),
            3,
            2,
        )
        for start, stop in ((0, cut), (cut, 11))
    ]
    for i, expected in enumerate(whole):
        # The same rows; their order within a component does not matter.
        latents = np.concatenate([p[i].latents for p in parts])
        y_parts = np.concatenate([p[i].labels for p in parts])
        order = np.argsort(latents[:, 0])
        expected_order = np.argsort(expected.latents[:, 0])
        np.testing.assert_array_equal(
            latents[order], expected.latents.numpy()[expected_order]
        )
        np.testing.assert_array_equal(
            y_parts[order], expected.labels.numpy()[expected_order]
        )
        for part in parts:
            assert float(part[i].total) == float(expected.total)


def test_common_latents_are_the_same_for_all_generators():
    common = estimators.Shared(common_latents=True)
    inputs = common.fake_inputs(tf.constant([0, 1]), ROWS, None, 3, 2)
    np.testing.assert_array_equal(inputs[0].latents, inputs[2].latents)
    inputs = estimators.Shared().fake_inputs(
        tf.constant([0, 1]), ROWS, None, 3, 2
    )
    assert not np.array_equal(inputs[0].latents, inputs[2].latents)


def test_subsampled_discriminators_are_distinct_and_uniform():
    estimator = estimators.Subsampled(num_sampled=2)
    counts = np.zeros(4)
    for seed in range(400):
        indices, factor = estimator.sampled_discriminators(
            tf.constant([seed, 0]), 4
        )
        assert factor == 2.0
        assert len(set(indices.numpy())) == 2
        counts[indices.numpy()] += 1
    assert (np.abs(counts - 200) < 4 * np.sqrt(100)).all()


def test_a_batch_smaller_than_the_mixture_is_refused():
    with pytest.raises(ValueError, match="at least one row for each generator"):
        estimators.get("stratified").fake_inputs(
            tf.constant([0, 1]), Rows(2, 2, 0), None, 3, 2
        )


def test_serialisation_round_trip(name):
    config = keras.saving.serialize_keras_object(estimators.get(name))
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is estimators.ESTIMATORS[name]


def test_unknown_name_lists_the_choices():
    with pytest.raises(ValueError, match="'full'.*'stratified'.*Received"):
        estimators.get("bootstrap")


def test_bad_sample_size_is_refused():
    with pytest.raises(ValueError, match="num_sampled.*Received"):
        estimators.Subsampled(0)
