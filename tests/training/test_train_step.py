"""What one training step changes, and what it leaves alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.training import steps
from mixgan_tf.training.discriminator_outputs import run_discriminator
from mixgan_tf.training.updates.discriminator_update import discriminator_update
from mixgan_tf.training.updates.generator_update import generator_update
from tests.models import differ
from tests.models import images
from tests.models import labels
from tests.models import points
from tests.models import row_draws
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import tiny_image_gan
from tests.models import weights_of

PLAYERS = ("generator", "discriminator")

# The two choices do not meet in the code: each estimator, each objective.
each_estimator_and_objective = pytest.mark.parametrize(
    ("estimator", "objective"),
    [(name, "non_saturating") for name in sorted(mg.payoff.ESTIMATORS)]
    + [("stratified", "minimax")],
)


def components(gan, player):
    return getattr(gan, f"{player}_mixture").components


@each_estimator_and_objective
def test_one_step_trains_every_network_apart(objective, estimator):
    gan = tiny_gan(num_generators=3, num_discriminators=2)
    gan.compile(
        objective=objective,
        payoff=(
            mg.payoff.Subsampled(2) if estimator == "subsampled" else estimator
        ),
    )
    # Begin with equal networks: what parts them is what each is shown.
    for player in PLAYERS:
        first, *rest = components(gan, player)
        for other in rest:
            other.set_weights(first.get_weights())
    start = {p: weights_of(components(gan, p)[0]) for p in PLAYERS}
    gan.fit(points(), batch_size=12, epochs=1, verbose=0)
    for player in PLAYERS:
        trained = [weights_of(c) for c in components(gan, player)]
        assert all(differ(start[player], t) for t in trained)
    generators = [weights_of(c) for c in components(gan, "generator")]
    assert differ(generators[0], generators[1])
    assert differ(generators[1], generators[2])


@each_estimator_and_objective
def test_a_mixture_of_one_takes_the_ordinary_gan_step(objective, estimator):
    gan = tiny_gan(num_generators=1, num_discriminators=1, seed=11)
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5),
        objective=objective,
        payoff=estimator,
    )
    x = tf.constant(points(16))
    generator = keras.models.clone_model(components(gan, "generator")[0])
    generator.set_weights(components(gan, "generator")[0].get_weights())
    discriminator = keras.models.clone_model(
        components(gan, "discriminator")[0]
    )
    discriminator.set_weights(components(gan, "discriminator")[0].get_weights())
    # The same latents, from the estimator; everything else by hand.
    fold = tf.random.experimental.stateless_fold_in
    step_key = fold([11, 0], 0)

    def latents(purpose):
        key = fold(fold(step_key, purpose), 0)
        return gan.payoff.fake_inputs(key, Rows(16, 16, 0), None, 1, 3)[
            0
        ].latents

    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    d_optimizer = keras.optimizers.Adam(1e-2, beta_1=0.5)
    g_optimizer = keras.optimizers.Adam(1e-2, beta_1=0.5)
    ones, zeros = tf.ones([16, 1]), tf.zeros([16, 1])
    with tf.GradientTape() as tape:
        fake = discriminator(generator(latents(2)))
        d_loss = bce(ones, discriminator(x)) + bce(zeros, fake)
    variables = discriminator.trainable_variables
    d_optimizer.apply(tape.gradient(d_loss, variables), variables)
    with tf.GradientTape() as tape:
        fake = discriminator(generator(latents(0)))
        g_loss = bce(ones, fake)
        if objective == "minimax":
            g_loss = -bce(zeros, fake)
    variables = generator.trainable_variables
    g_optimizer.apply(tape.gradient(g_loss, variables), variables)

    logs = gan.train_on_batch(x, return_dict=True)
    np.testing.assert_allclose(logs["discriminator_loss"], d_loss, rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], g_loss, rtol=1e-5)
    for ours, ordinary in (
        (components(gan, "generator")[0], generator),
        (components(gan, "discriminator")[0], discriminator),
    ):
        for a, b in zip(ours.weights, ordinary.weights, strict=True):
            np.testing.assert_allclose(a, b, atol=2e-6)


def test_each_player_moves_only_its_own_logits():
    gan = tiny_gan()
    gan.compile()
    x, rows = tf.constant(points()), Rows(24, 24, 0)
    key = tf.constant([0, 0])

    def logits():
        return [
            np.array(getattr(gan, f"{p}_mixture").mixture_logits)
            for p in PLAYERS
        ]

    before = logits()
    steps.apply(
        gan.player("discriminator"),
        discriminator_update(gan, key, rows, x, None),
    )
    after = logits()
    np.testing.assert_array_equal(before[0], after[0])
    assert differ(before[1:], after[1:])
    update = generator_update(gan, key, rows, x, None)
    steps.apply(gan.player("generator"), update)
    last = logits()
    assert differ(after[:1], last[:1])
    np.testing.assert_array_equal(after[1], last[1])


@pytest.mark.parametrize("rule", ["adam", "exponentiated_gradient"])
def test_entropy_regulariser_draws_both_players_to_uniform(rule):
    # Equal components: nothing but the regulariser tells the weights apart.
    gan = tiny_gan()
    gan.compile(
        mixture_optimizer=rule,
        entropy_weight=1.0,
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        payoff=mg.payoff.Shared(common_latents=True),
    )
    for player in PLAYERS:
        first, *rest = components(gan, player)
        for other in rest:
            other.set_weights(first.get_weights())
    set_logits(gan, [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0])
    gaps = {p: np.ptp(getattr(gan, f"{p}_weights")) for p in PLAYERS}
    gan.fit(points(240), batch_size=24, epochs=5, verbose=0)
    for player in PLAYERS:
        assert np.ptp(getattr(gan, f"{player}_weights")) < gaps[player]


def test_weights_move_to_the_better_component_of_each_player():
    gan = tiny_gan(num_generators=2, num_discriminators=2)
    gan.compile(
        entropy_weight=0.0,
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
    )
    x = points(240)
    matrix = gan.payoff_matrix(x)
    gan.fit(x, batch_size=24, epochs=5, verbose=0)
    q = np.array([0.5, 0.5])
    assert np.argmax(gan.generator_weights) == np.argmin(matrix @ q)
    assert np.argmax(gan.discriminator_weights) == np.argmax(q @ matrix)


@pytest.mark.parametrize("estimator", sorted(mg.payoff.ESTIMATORS))
def test_conditional_images_train(estimator):
    gan = tiny_image_gan(num=2, num_classes=3, dropout=0.2)
    gan.compile(payoff=estimator, discriminator_steps=2)
    before = weights_of(gan)
    history = gan.fit(images(), labels(12), batch_size=6, verbose=0).history
    assert differ(before, weights_of(gan))
    assert np.isfinite(list(history.values())).all()
    made = gan.discriminator_optimizer.iterations
    assert int(made.numpy()) == 2 * int(gan.train_steps.numpy())


def test_batch_normalisation_never_mixes_real_with_fake():
    gan = tiny_image_gan(normalization="batch", side=16)
    gan.compile()
    real = tf.constant(images(6, side=16))
    other = tf.constant(images(6, side=16, seed=1))
    numbers = row_draws(real, other)
    beside = run_discriminator(gan, 0, [real, other], [None, None], numbers)
    alone = run_discriminator(gan, 0, [real], [None], numbers[:1])
    np.testing.assert_allclose(beside[0].logits, alone[0].logits, atol=1e-5)


def test_steps_per_execution_takes_the_same_steps():
    results = []
    for count in (1, 3):
        keras.utils.set_random_seed(3)
        gan = tiny_gan(2, 2)
        gan.compile(steps_per_execution=count)
        gan.fit(points(60), batch_size=10, shuffle=False, verbose=0)
        results.append(weights_of(gan))
    assert not differ(*results)


def test_a_sampled_step_moves_the_sampled_discriminator_alone():
    gan = tiny_gan(num_discriminators=3)
    gan.compile(
        payoff="subsampled",
        discriminator_optimizer=keras.optimizers.SGD(0.1),
    )
    moved = np.zeros(3, int)
    for _ in range(12):
        networks = components(gan, "discriminator")
        before = [weights_of(d) for d in networks]
        gan.train_on_batch(points(12))
        changed = [
            differ(b, weights_of(d))
            for b, d in zip(before, networks, strict=True)
        ]
        assert sum(changed) == 1
        moved += changed
    assert (moved > 0).all()


def test_bfloat16_trains():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        gan = tiny_gan(2, 2)
        gan.compile()
        history = gan.fit(points(), batch_size=12, verbose=0).history
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(list(history.values())).all()
