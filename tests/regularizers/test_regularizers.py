import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.regularizers import PenaltyInputs
from mixgan_tf.regularizers.gradient_penalty import gradient_norms
from mixgan_tf.training.discriminator_outputs import run_discriminator
from mixgan_tf.training.updates import payoff_terms
from mixgan_tf.training.updates.discriminator_update import discriminator_update
from tests.models import differ
from tests.models import labels
from tests.models import points
from tests.models import row_draws
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import weights_of

R = mg.regularizers
EACH = [
    R.WeightClipping(0.02),
    R.GradientPenalty(1.0, "mixture"),
    R.R1(2.0),
    R.InstanceNoise(0.1, anneal_steps=50),
    R.Dropout(0.3),
    R.SpectralNormalization(2),
]
KEY = tf.constant([3, 4])


def discriminators(gan):
    return gan.discriminator_mixture.components


@pytest.mark.parametrize("regularizer", EACH, ids=lambda r: type(r).__name__)
def test_serialisation_round_trip(regularizer):
    config = keras.saving.serialize_keras_object(regularizer)
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is type(regularizer)
    assert copy.get_config() == regularizer.get_config()


def test_all_compose_train_and_are_saved(tmp_path):
    gan = tiny_gan(num_classes=3)
    gan.compile("hinge", regularizers=EACH, payoff="subsampled", ema=0.9)
    x, y = points(), labels(24)
    gan.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    names = [type(r).__name__ for r in copy.regularizers]
    assert names == [type(r).__name__ for r in EACH]
    assert not differ(weights_of(gan), weights_of(copy))
    for model in (gan, copy):
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    assert not differ(weights_of(gan), weights_of(copy))
    np.testing.assert_array_equal(gan.sample(5, seed=1), copy.sample(5, seed=1))


def test_names_stand_for_defaults():
    gan = tiny_gan()
    gan.compile("wasserstein", regularizers=["weight_clipping", "dropout"])
    assert gan.regularizers[0].limit == 0.01
    assert gan.regularizers[1].rate == 0.2


# --- Weight clipping --------------------------------------------------------


def test_clipping_bounds_every_discriminator_and_no_generator():
    gan = tiny_gan()
    gan.compile(
        "wasserstein",
        discriminator_optimizer=keras.optimizers.SGD(10.0),
        regularizers=[R.WeightClipping(0.02)],
    )
    gan.train_on_batch(points())
    for discriminator in discriminators(gan):
        largest = [np.abs(w).max() for w in weights_of(discriminator)]
        assert max(largest) == pytest.approx(0.02)
    generators = gan.generator_mixture.components
    assert max(np.abs(w).max() for w in weights_of(generators[0])) > 0.02


# --- Gradient penalties -----------------------------------------------------


def inputs_of(gan, critic, estimator="shared", num=30, y=None):
    reals = tf.constant(points(num))
    rows = Rows(num, num, 0)
    gan.payoff = mg.payoff.get(estimator)
    inputs, fakes = payoff_terms.generate_fakes(gan, KEY, rows, y)
    w = gan.generator_mixture.mixture_weights
    return PenaltyInputs(critic, reals, y, fakes[0], inputs[0], w, rows, KEY)


@pytest.mark.parametrize("interpolation", ["pair", "mixture", "stratified"])
@pytest.mark.parametrize("estimator", ["shared", "stratified"])
def test_penalty_of_a_linear_critic(gan, interpolation, estimator):
    penalty = R.GradientPenalty(3.0, interpolation)

    def value(slope):
        inputs = inputs_of(gan, lambda x, y, k: slope * x[:, 0], estimator)
        return float(penalty.penalty(inputs))

    set_logits(gan, generator=[0.5, 0.0, -1.0])
    assert value(1.0) == pytest.approx(0.0, abs=1e-10)
    # Exact for `mixture`, too, whichever generators are drawn.
    assert value(3.0) == pytest.approx(12.0, rel=1e-5)


def test_where_rows_are_dealt_out_weights_are_not_drawn_by(gan):
    set_logits(gan, generator=[0.5, 0.0, -1.0])
    gan.compile()
    found = {}
    for estimator in ("shared", "stratified"):
        for name in ("pair", "mixture"):
            inputs = inputs_of(
                gan, lambda x, y, d: tf.reduce_sum(x**3, axis=1), estimator
            )
            penalty = R.GradientPenalty(1.0, name).penalty(inputs)
            found[estimator, name] = float(penalty)
    assert found["stratified", "mixture"] == found["stratified", "pair"]
    assert found["shared", "mixture"] != found["shared", "pair"]


@pytest.mark.parametrize("by_class", [False, True])
def test_interpolations_have_one_expectation(by_class):
    gan = tiny_gan(
        num_classes=3 if by_class else None,
        class_dependent_weights=by_class,
    )
    logits = np.array([0.5, 0.0, -1.0])
    if by_class:
        logits = logits[:, None] * np.array([1.0, -1.0, 0.0])
    set_logits(gan, generator=logits)
    gan.compile()
    y = tf.constant(labels(30)) if by_class else None

    def critic(x, y, key):
        slope = 1.0 if y is None else tf.cast(y, tf.float32) + 0.5
        return slope * tf.reduce_sum(x**3, axis=1)

    draws = {}
    for name in ("pair", "mixture", "stratified"):
        penalty = R.GradientPenalty(1.0, name)

        @tf.function
        def draw(seed, penalty=penalty):
            inputs = inputs_of(gan, critic, y=y)
            key = tf.stack([seed, 0])
            rows = Rows(30, 30, 0)
            own, fakes = payoff_terms.generate_fakes(gan, key, rows, y)
            return penalty.penalty(
                inputs._replace(inputs=own[0], fakes=fakes[0], key=key)
            )

        draws[name] = np.array([draw(tf.constant(s)) for s in range(300)])
    reference = draws["pair"]
    for name in ("mixture", "stratified"):
        error = np.hypot(draws[name].std(), reference.std()) / np.sqrt(300)
        assert abs(draws[name].mean() - reference.mean()) < 4 * error
        assert draws[name].std() > 0


def test_r1_is_half_the_squared_gradient_at_reals(gan):
    inputs = inputs_of(gan, lambda x, y, k: tf.reduce_sum(x**2, axis=1))
    expected = 5.0 * np.mean(np.sum(4 * points(30) ** 2, axis=1))
    assert float(R.R1(10.0).penalty(inputs)) == pytest.approx(expected, 1e-5)


def test_a_zero_gradient_gives_no_nan():
    variable = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        norms = gradient_norms(
            lambda x: variable * tf.reduce_sum(x, 1), tf.ones([3, 2])
        )
        loss = tf.reduce_sum((norms - 1) ** 2)
    np.testing.assert_array_equal(norms, 0.0)
    assert float(tape.gradient(loss, variable)) == 0.0


@pytest.mark.parametrize("aux_in_weights", [False, True])
def test_penalties_move_mixture_weights_only_if_asked(aux_in_weights):
    gradients = []
    for regularizers in ([], [R.GradientPenalty(10.0)]):
        keras.utils.set_random_seed(2)
        gan = tiny_gan()
        gan.compile(
            "wasserstein",
            regularizers=regularizers,
            aux_in_weights=aux_in_weights,
        )
        update = discriminator_update(
            gan, KEY, Rows(24, 24, 0), tf.constant(points()), None
        )
        gradients.append(update)
    moved = differ(
        [np.array(gradients[0].logit_gradient)],
        [np.array(gradients[1].logit_gradient)],
    )
    assert moved == aux_in_weights
    assert float(gradients[1].loss) > float(gradients[0].loss)
    np.testing.assert_allclose(gradients[0].payoff, gradients[1].payoff)


def test_the_penalty_holds_a_critic_near_slope_one():
    keras.utils.set_random_seed(0)
    gan = tiny_gan(num_generators=1, num_discriminators=2)
    gan.compile(
        "wasserstein",
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5),
        regularizers=[R.GradientPenalty(10.0)],
    )
    x = points(64) + 4.0  # far from what the generator makes
    logs = gan.fit(x, batch_size=64, epochs=150, verbose=0).history
    for j in range(2):
        assert logs[f"gradient_norm_{j}"][-1] == pytest.approx(1.0, abs=0.4)


# --- Noise ------------------------------------------------------------------


def test_instance_noise_has_its_deviation_and_is_annealed(gan):
    noise = R.InstanceNoise(0.5, anneal_steps=10)
    zeros = tf.zeros([4000, 2])
    noisy = noise.transform(gan, zeros, *row_draws(zeros))
    assert np.std(noisy) == pytest.approx(0.5, 0.05)
    assert [float(noise.stddev_at(t)) for t in (0, 4, 10, 99)] == (
        pytest.approx([0.5, 0.3, 0.0, 0.0])
    )
    gan.train_steps.assign(10)
    late = noise.transform(gan, zeros, *row_draws(zeros))
    np.testing.assert_array_equal(late, zeros)


def test_dropout_keeps_the_mean(gan):
    ones = tf.ones([4000, 2])
    seen = R.Dropout(0.25).transform(gan, ones, *row_draws(ones)).numpy()
    assert set(np.round(np.unique(seen), 4)) == {0.0, np.float32(1.3333)}
    assert seen.mean() == pytest.approx(1.0, abs=0.03)


def test_noise_is_fresh_for_each_discriminator_and_absent_in_evaluation():
    gan = tiny_gan()
    gan.compile(regularizers=[R.InstanceNoise(0.5)])
    first, second, _ = discriminators(gan)
    second.set_weights(first.get_weights())
    x = tf.constant(points(6))
    numbers = row_draws(x)
    noisy = [
        run_discriminator(gan, j, [x], [None], numbers)[0].logits
        for j in range(2)
    ]
    assert differ(noisy[:1], noisy[1:])
    clean = run_discriminator(gan, 0, [x], [None])[0].logits
    np.testing.assert_allclose(clean, first(x)[:, 0], rtol=1e-6)


# --- Spectral normalisation -------------------------------------------------


def test_spectral_normalisation_leaves_the_variables_alone():
    gan = tiny_gan()
    gan.compile(regularizers=[R.SpectralNormalization()])
    before = weights_of(discriminators(gan)[0])
    x = points(6)
    numbers = row_draws(x)
    judged = run_discriminator(gan, 0, [tf.constant(x)], [None], numbers)[
        0
    ].logits
    assert not differ(before, weights_of(discriminators(gan)[0]))
    hidden, hidden_bias, last, last_bias = before
    top = [np.linalg.svd(w, compute_uv=False)[0] for w in (hidden, last)]
    h = x @ (hidden / top[0]) + hidden_bias
    h = np.where(h > 0, h, 0.2 * h)
    expected = (h @ (last / top[1]) + last_bias)[:, 0]
    np.testing.assert_allclose(judged, expected, rtol=1e-3)


def test_spectral_normalisation_bounds_the_slope_while_training():
    gan = tiny_gan()
    gan.compile(
        "wasserstein",
        discriminator_optimizer=keras.optimizers.Adam(0.05),
        regularizers=[R.SpectralNormalization()],
    )
    logs = gan.fit(points(96), batch_size=24, epochs=15, verbose=0).history
    for j in range(3):
        assert 0.2 < logs[f"gradient_norm_{j}"][-1] < 1.1
