"""Competitive optimizers: side effects, state, configuration and errors."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg

CGD, ACGD = mg.optimizers.CGD, mg.optimizers.ACGD
in_both_modes = pytest.mark.parametrize(
    "wrap",
    [lambda f: f, tf.function(autograph=False)],
    ids=["eager", "graph"],
)


def pair():
    return keras.Variable(1.0), keras.Variable(-0.5)


def training_step(optimizer, x, y):
    return optimizer.minimize_maximize(
        lambda: tf.sin(x * y) + x - y**2, [x], [y]
    )


@in_both_modes
def test_a_step_sees_one_dropout_mask_and_advances_it_once(wrap):
    # f = sum(mask x y): every coordinate is a bilinear game of its own.
    x, y = keras.Variable([1.0] * 8), keras.Variable([2.0] * 8)
    dropout, twin = (keras.layers.Dropout(0.5, seed=3) for _ in range(2))
    optimizer = CGD(0.5, tolerance=1e-7)
    optimizer.build([x, y])

    @wrap
    def step():
        return optimizer.minimize_maximize(
            lambda: tf.reduce_sum(dropout(x.value, training=True) * y),
            [x],
            [y],
        )

    masks = []
    for count in range(1, 4):
        a, b = x.numpy(), y.numpy()
        masks.append(twin(np.ones(8, "float32"), training=True).numpy())
        value, m = step(), masks[-1]
        np.testing.assert_allclose(value, np.sum(m * a * b), rtol=1e-5)
        change = np.array(
            [[-0.5 * m * (b + 0.5 * m * a)], [0.5 * m * (a - 0.5 * m * b)]]
        )
        change = change[:, 0] / (1 + 0.25 * m**2)
        np.testing.assert_allclose(x.numpy() - a, change[0], atol=1e-5)
        np.testing.assert_allclose(y.numpy() - b, change[1], atol=1e-5)
        assert int(dropout.seed_generator.state[1]) == count
    assert not np.array_equal(masks[0], masks[1])


@in_both_modes
def test_moving_averages_move_once_a_step(wrap):
    norm = keras.layers.BatchNormalization(momentum=0.9)
    norm.build((None, 3))
    x, y = (keras.Variable([1.0, 2.0, 3.0]) for _ in range(2))
    data = np.random.default_rng(0).normal(2.0, 1.0, (16, 3)).astype("float32")
    optimizer = CGD(0.5)
    optimizer.build([x, y])

    @wrap
    def step():
        return optimizer.minimize_maximize(
            lambda: tf.reduce_mean(
                norm(data * x.value, training=True) ** 3 * y
            ),
            [x],
            [y],
        )

    expected = np.zeros(3)
    for _ in range(2):
        expected = 0.9 * expected + 0.1 * data.mean(0) * x.numpy()
        step()
        np.testing.assert_allclose(
            norm.moving_mean.numpy(), expected, rtol=1e-5
        )


def test_variables_outside_the_payoff_stay_and_constraints_hold():
    x, y = pair()
    spare = keras.Variable([3.0, 4.0])
    y.constraint = lambda value: tf.clip_by_value(value, -0.1, 0.1)
    ACGD(0.125).minimize_maximize(lambda: x * y, [x], [spare, y])
    np.testing.assert_array_equal(spare.numpy(), [3.0, 4.0])
    assert float(x) != 1
    assert float(y) == pytest.approx(-0.1)  # the step itself ends below


def test_players_who_do_not_interact_take_plain_steps():
    x, y = pair()
    CGD(0.25).minimize_maximize(lambda: x**2 - y**2, [x], [y])
    assert (float(x), float(y)) == (0.5, -0.25)


def test_schedule_sets_the_rate_of_each_step():
    x, y = pair()
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay(
        [0], [0.5, 0.25]
    )
    optimizer = CGD(schedule, max_iterations=0)
    moves = []
    for _ in range(3):
        before = float(x)
        optimizer.minimize_maximize(lambda: x + y, [x], [y])
        moves.append(before - float(x))
    assert moves == [0.5, 0.25, 0.25]


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (CGD, dict(tolerance=1e-3, max_iterations=7, warm_start=False)),
        (ACGD, dict(beta=0.5, epsilon=1e-3, alternate=False, name="mine")),
    ],
)
def test_config_round_trip(kind, arguments):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.9)
    for rate in (0.25, schedule):
        optimizer = kind(rate, **arguments)
        serialize = keras.optimizers.serialize
        copy = keras.optimizers.get(serialize(optimizer))
        assert type(copy) is kind
        assert serialize(copy) == serialize(optimizer)
        assert {name: getattr(copy, name) for name in arguments} == arguments
        assert float(copy.learning_rate) == float(optimizer.learning_rate)


@pytest.mark.parametrize("kind", [CGD, ACGD])
def test_restored_state_gives_the_same_next_step(kind):
    x, y = pair()
    optimizer, copy, fresh = (
        kind(0.25, max_iterations=1, tolerance=0.0) for _ in range(3)
    )
    for _ in range(3):
        training_step(optimizer, x, y)
    store, ends = {}, []
    optimizer.save_own_variables(store)
    copy.build([x, y])
    copy.load_own_variables(store)
    position = x.numpy(), y.numpy()
    for each in (optimizer, copy, fresh):
        x.assign(position[0])
        y.assign(position[1])
        training_step(each, x, y)
        ends.append((float(x), float(y), int(each.iterations)))
    assert ends[0] == ends[1] != ends[2]


def test_state_survives_a_keras_file(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile(optimizer=ACGD(0.25))
    kernel, bias = model.trainable_variables
    model.optimizer.build([kernel, bias])
    for _ in range(2):
        model.optimizer.minimize_maximize(
            lambda: tf.reduce_sum((kernel * bias) ** 2 + kernel),
            [bias],
            [kernel],
        )
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras").optimizer
    assert int(copy.iterations) == 2
    assert any(np.any(v.numpy()) for v in copy.variables[4:])
    for a, b in zip(model.optimizer.variables, copy.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_gradients_are_refused():
    x, y = pair()
    optimizer = CGD(0.5)
    optimizer.build([x, y])
    message = "minimize_maximize.*Received: 2 gradients"
    with pytest.raises(NotImplementedError, match=message):
        optimizer.apply([tf.ones([]), tf.ones([])], [x, y])
    with pytest.raises(NotImplementedError, match=message):
        optimizer.apply_gradients([(tf.ones([]), x), (tf.ones([]), y)])


def test_unfit_players_are_refused():
    x, y = pair()
    optimizer = CGD(0.5)
    for first, second in (([x], []), ([x], [x, y]), ([x, x], [y])):
        with pytest.raises(ValueError, match="`maximizing_variables`"):
            optimizer.minimize_maximize(lambda: x * y, first, second)
    optimizer.build([x])
    with pytest.raises(ValueError, match="1 of them unknown"):
        optimizer.minimize_maximize(lambda: x * y, [x], [y])


def test_several_replicas_are_refused():
    optimizer = CGD(0.5)
    with (
        tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope(),
        pytest.raises(ValueError, match="Received: a strategy of 2 replicas"),
    ):
        optimizer.build([])


@pytest.mark.parametrize(
    ("kind", "argument", "value"),
    [
        (CGD, "tolerance", -1.0),
        (CGD, "max_iterations", -1),
        (CGD, "max_iterations", 2.5),
        (ACGD, "beta", 1.0),
        (ACGD, "epsilon", 0.0),
    ],
)
def test_bad_arguments_are_named(kind, argument, value):
    with pytest.raises(ValueError, match=f"`{argument}`.*Received: {argument}"):
        kind(**{argument: value})
