import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing import event_accumulator

import mixgan_tf as mg
from mixgan_tf.callbacks.resolve_mixture import damped_weights
from tests.games.rigged import rigged_gan
from tests.models import differ
from tests.models import labels
from tests.models import points
from tests.models import set_logits
from tests.models import tiny_gan

PAYOFF = np.array([[0.5, 0.1], [0.2, 0.4]])
HELD_OUT = np.zeros((8, 2), "float32")


def fit(gan, callback, steps=2, data=HELD_OUT, y=None):
    gan.fit(
        data[: 4 * steps] if y is None else data,
        y,
        batch_size=4,
        epochs=1,
        callbacks=[callback],
        verbose=0,
    )


def still_optimizer():
    # The weights move by the callback alone.
    return mg.optimizers.ExponentiatedGradient(0.0)


def test_damping_moves_by_a_share_of_the_logarithms():
    weights, goal = np.array([0.7, 0.2, 0.1]), np.array([0.2, 0.2, 0.6])
    np.testing.assert_allclose(damped_weights(weights, goal, 1.0, 0.0), goal)
    half = np.sqrt(weights * goal)
    np.testing.assert_allclose(
        damped_weights(weights, goal, 0.5, 0.0), half / half.sum()
    )
    # 0.02 is raised to the floor, and the others pay in proportion.
    np.testing.assert_allclose(
        damped_weights([0.02, 0.38, 0.6], [0.02, 0.38, 0.6], 0.3, 0.118),
        [0.118, 0.38 * 0.9, 0.6 * 0.9],
    )
    # Paying takes a second one below the floor.
    found = damped_weights([0.01, 0.205, 0.785], [0.01, 0.205, 0.785], 1.0, 0.2)
    np.testing.assert_allclose(found, [0.2, 0.2, 0.6])
    assert damped_weights([0.0, 1.0], [0.5, 0.5], 0.3, 0.01)[0] == 0.01


def test_the_whole_way_reaches_the_known_solution():
    gan = rigged_gan(PAYOFF, mixture_optimizer=still_optimizer())
    callback = mg.callbacks.ResolveMixture(
        HELD_OUT, every=1, damping=1.0, floor=0.0
    )
    fit(gan, callback, steps=1)
    w, q = gan.generator_weights, gan.discriminator_weights
    c, r = PAYOFF @ q, w @ PAYOFF
    v = w @ c
    np.testing.assert_allclose(w, 0.1 / (2 * (0.1 + c - v)), rtol=1e-4)
    np.testing.assert_allclose(q, 0.1 / (2 * (0.1 + v - r)), rtol=1e-4)
    assert q[0] > 0.55  # not where it began


def test_damped_steps_converge_to_it():
    gan = rigged_gan(PAYOFF, mixture_optimizer=still_optimizer())
    start = np.array([0.9, 0.1])
    set_logits(gan, np.log(start) + 5, np.log(start))
    goal = mg.games.solve_regularized_game(PAYOFF, 0.1)
    callback = mg.callbacks.ResolveMixture(HELD_OUT, every=1)
    fit(gan, callback, steps=1)
    first = start**0.7 * goal.row_strategy**0.3
    np.testing.assert_allclose(
        gan.generator_weights, first / first.sum(), rtol=1e-4
    )
    # Measured before the move.
    np.testing.assert_allclose(callback.game.generator_weights, start)
    fit(gan, callback, steps=40, data=np.zeros((160, 2), "float32"))
    np.testing.assert_allclose(
        gan.generator_weights, goal.row_strategy, atol=1e-3
    )
    np.testing.assert_allclose(
        gan.discriminator_weights, goal.column_strategy, atol=1e-3
    )


def test_the_floor_holds_and_the_entropy_weight_can_be_ones_own():
    gan = rigged_gan(
        [[0, 1], [9, 9]],
        mixture_optimizer=still_optimizer(),
        entropy_weight=0.0,
    )
    with pytest.raises(ValueError, match="entropy_weight.*Received"):
        fit(gan, mg.callbacks.ResolveMixture(HELD_OUT, every=1))
    callback = mg.callbacks.ResolveMixture(
        HELD_OUT, every=1, damping=1.0, floor=0.05, entropy_weight=0.01
    )
    fit(gan, callback, steps=1)
    np.testing.assert_allclose(gan.generator_weights, [0.95, 0.05], rtol=1e-4)


def test_the_logits_optimizer_starts_anew_and_no_other():
    gan = tiny_gan()
    gan.compile(mixture_optimizer=keras.optimizers.Adam(0.01, beta_1=0.5))
    gan.fit(points(), batch_size=4, verbose=0)
    networks = [
        v
        for o in (gan.generator_optimizer, gan.discriminator_optimizer)
        for v in _values(o)
    ]
    mixture = gan.generator_mixture_optimizer
    assert differ([0 * v for v in _values(mixture)], _values(mixture))

    callback = mg.callbacks.ResolveMixture(points(), every=1)
    callback.set_model(gan)
    callback.on_train_begin()
    gan.generator_mixture_optimizer.learning_rate = 0.003  # while training
    callback.on_step(int(gan.train_steps.numpy()), {})
    for optimizer, rate in (
        (gan.generator_mixture_optimizer, 0.003),
        (gan.discriminator_mixture_optimizer, 0.01),
    ):
        assert float(optimizer.learning_rate) == pytest.approx(rate)
        assert int(optimizer.iterations) == 0
        slots = [v for v in optimizer.variables if "mixture_logits" in v.path]
        assert len(slots) == 2  # momentum and velocity
        assert not any(np.any(v.numpy()) for v in slots)
    assert not differ(
        networks,
        [
            v
            for o in (gan.generator_optimizer, gan.discriminator_optimizer)
            for v in _values(o)
        ],
    )


def test_state_that_does_not_begin_at_zero_is_restored():
    gan = tiny_gan()
    gan.compile(
        mixture_optimizer=keras.optimizers.Adagrad(
            0.1, initial_accumulator_value=0.25
        )
    )
    gan.fit(points(), batch_size=4, verbose=0)
    callback = mg.callbacks.ResolveMixture(points(), every=6)
    fit(gan, callback, steps=6, data=points())
    (slot,) = [
        v
        for v in gan.generator_mixture_optimizer.variables
        if "mixture_logits" in v.path
    ]
    np.testing.assert_array_equal(slot.numpy(), 0.25)


@pytest.mark.parametrize(
    "compiled",
    [
        dict(mixture_optimizer="exponentiated_gradient"),
        dict(ema=0.9, steps_per_execution=3),
    ],
    ids=["exponentiated_gradient", "ema"],
)
def test_training_and_saving_go_on(tmp_path, compiled):
    gan = tiny_gan()
    gan.compile(**compiled)
    callback = mg.callbacks.ResolveMixture(points(seed=1), every=3)
    fit(gan, callback, steps=6, data=points())
    assert callback.game is not None
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(
        loaded.generator_mixture.probabilities,
        gan.generator_mixture.probabilities,
    )
    fit(loaded, callback, steps=6, data=points())
    assert np.isfinite(loaded.generator_weights).all()


def test_competitive_optimizers_keep_their_state():
    gan = tiny_gan()
    gan.compile(objective="minimax", optimizer="acgd")
    set_logits(gan, [2.0, 0.0, -2.0])
    for variable in gan.optimizer.variables:
        variable.assign(variable + 1)
    before = _values(gan.optimizer)
    callback = mg.callbacks.ResolveMixture(points(), every=1)
    callback.set_model(gan)
    callback.on_train_begin()
    callback.on_step(1, {})
    assert not differ(before, _values(gan.optimizer))
    solution = mg.games.solve_regularized_game(callback.game.payoff, 0.1)
    expected = damped_weights(
        callback.game.generator_weights, solution.row_strategy, 0.3, 0.01
    )
    np.testing.assert_allclose(gan.generator_weights, expected, rtol=1e-4)


def test_it_solves_for_the_networks_that_train():
    gan = tiny_gan()
    gan.compile(ema=0.9)
    average = gan.averaged_mixture("generator")
    callback = mg.callbacks.ResolveMixture(points(), every=1, seed=2)
    callback.set_model(gan)
    callback.on_train_begin()
    own = gan.payoff_matrix(points(), seed=2)  # the average is a copy still
    average.set_weights([w + 1.0 for w in average.get_weights()])
    before = average.get_weights()
    callback.on_step(1, {})
    np.testing.assert_allclose(callback.game.payoff, own, rtol=1e-5, atol=1e-6)
    assert not differ(before, average.get_weights())


def test_curves_are_written_at_the_models_own_step(tmp_path):
    gan = rigged_gan(PAYOFF, mixture_optimizer=still_optimizer())
    set_logits(gan, np.log([0.9, 0.1]))
    callback = mg.callbacks.ResolveMixture(HELD_OUT, every=2, log_dir=tmp_path)
    gan.fit(HELD_OUT, batch_size=4, epochs=2, callbacks=[callback], verbose=0)
    log = event_accumulator.EventAccumulator(
        str(tmp_path), size_guidance={"tensors": 0}
    )
    log.Reload()

    def curve(tag):
        return {
            e.step: float(tf.make_ndarray(e.tensor_proto))
            for e in log.Tensors(tag)
        }

    found = curve("game/exploitability")
    assert list(found) == [2, 4]
    # w' A = (0.47, 0.13), A q = (0.3, 0.3)
    assert found[2] == pytest.approx(0.17, abs=1e-5)
    assert found[4] < found[2]
    # [[0.5, 0.1], [0.2, 0.4]]: w = (1/3, 2/3), value 0.3.
    assert curve("game/value")[4] == pytest.approx(0.3, abs=1e-6)
    assert curve("game/payoff")[2] == pytest.approx(0.3, abs=1e-5)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("every", 0),
        ("damping", 0),
        ("damping", 1.5),
        ("floor", -0.1),
        ("floor", 0.34),
        ("entropy_weight", 0),
        ("batch_size", 0),
    ],
)
def test_bad_arguments_are_refused(gan, argument, value):
    with pytest.raises(ValueError, match=f"`{argument}`.*Received"):
        fit(gan, mg.callbacks.ResolveMixture(points(), **{argument: value}))
    assert int(gan.train_steps.numpy()) == 0


def test_models_it_does_not_fit_are_refused(gan):
    with pytest.raises(ValueError, match="made for samples.*Received"):
        fit(gan, mg.callbacks.ResolveMixture(points()[:, :1]))
    gan.compile(
        mixture_optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
        )
    )
    with pytest.raises(ValueError, match="schedule.*Received: Exponential"):
        fit(gan, mg.callbacks.ResolveMixture(points()), data=points())
    by_class = tiny_gan(num_classes=3, class_dependent_weights=True)
    by_class.compile()
    callback = mg.callbacks.ResolveMixture(points(), labels(24))
    with pytest.raises(ValueError, match="class_dependent_weights.*Received"):
        fit(by_class, callback, data=points(), y=labels(24))


def test_divergence_is_one_clear_error(gan):
    callback = mg.callbacks.ResolveMixture(points(), every=1)
    callback.set_model(gan)
    callback.on_train_begin()
    poison = np.full(gan.discriminator_variables[0].shape, np.nan)
    gan.discriminator_variables[0].assign(poison)
    with pytest.raises(FloatingPointError, match="not finite at step 1"):
        callback.on_step(1, {})


def _values(optimizer):
    return [v.numpy() for v in optimizer.variables]
