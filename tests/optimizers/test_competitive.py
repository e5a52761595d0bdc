import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg

CGD, ACGD = mg.optimizers.CGD, mg.optimizers.ACGD
EXACT = dict(tolerance=1e-14, max_iterations=60)


def eager(function):
    return function


in_both_modes = pytest.mark.parametrize(
    "wrap", [eager, tf.function(autograph=False)], ids=["eager", "graph"]
)


class QuadraticGame:
    """`f = x'Px/2 + x'By + y'Qy/2 + p'x + q'y`, each player in two pieces."""

    def __init__(self, coupling=1.0, seed=0):
        random = np.random.default_rng(seed)
        self.P, self.Q = random.normal(size=(2, 6, 6))
        self.P, self.Q = self.P + self.P.T, self.Q + self.Q.T
        self.B = coupling * random.normal(size=(6, 6))
        self.p, self.q = random.normal(size=(2, 6))
        start = random.normal(size=(2, 6))
        self.players = [
            [
                keras.Variable(row[:4].reshape(2, 2), dtype="float64"),
                keras.Variable(row[4:], dtype="float64"),
            ]
            for row in start
        ]

    def payoff(self):
        x, y = (
            tf.concat([tf.reshape(v.value, [-1]) for v in player], 0)
            for player in self.players
        )

        def form(a, matrix, b):
            return tf.reduce_sum(a * tf.linalg.matvec(tf.constant(matrix), b))

        quadratic = form(x, self.P, x) / 2 + form(y, self.Q, y) / 2
        linear = tf.reduce_sum(self.p * x) + tf.reduce_sum(self.q * y)
        return quadratic + form(x, self.B, y) + linear

    def position(self):
        return [
            np.concatenate([v.numpy().ravel() for v in player])
            for player in self.players
        ]

    def gradients(self):
        x, y = self.position()
        gx = self.P @ x + self.B @ y + self.p
        return gx, self.B.T @ x + self.Q @ y + self.q

    def stepper(self, optimizer, wrap=eager):
        optimizer.build(self.players[1] + self.players[0])  # any order
        return wrap(
            lambda: optimizer.minimize_maximize(self.payoff, *self.players)
        )

    def moved_by(self, step):
        before = self.position()
        step()
        return [a - b for a, b in zip(self.position(), before, strict=True)]


def rate_of(optimizer):
    return float(optimizer.learning_rate)  # Keras rounds it to float32


@in_both_modes
@pytest.mark.parametrize("iterations", [0, 20])
def test_bilinear_game_shrinks_or_grows_by_the_exact_factor(wrap, iterations):
    x, y = (keras.Variable(v, dtype="float64") for v in (1.0, -0.5))
    optimizer = CGD(0.5, max_iterations=iterations)
    optimizer.build([x, y])

    @wrap
    def step():
        return optimizer.minimize_maximize(lambda: 3.0 * x * y, [x], [y])

    factor = (1 + 0.5**2 * 3.0**2) ** (-0.5 if iterations else 0.5)
    for count in range(1, 5):
        norm, product = np.hypot(x, y), 3 * x.numpy() * y.numpy()
        np.testing.assert_allclose(step(), product)
        np.testing.assert_allclose(np.hypot(x, y), factor * norm, rtol=1e-12)
        assert int(optimizer.iterations) == count


class Unequal(CGD):
    """Step sizes of .09 for the first player and .01 for the second."""

    def step_sizes(self, gradients, variables):
        rate = 0.09 if variables[0].name == "x" else 0.01
        return [tf.constant(rate, g.dtype) for g in gradients]


@pytest.mark.parametrize("iterations", [0, 20])
def test_players_with_unequal_steps(iterations):
    # min_x max_y x^2 + 10 x y + y^2: a step is a matrix, read off two starts.
    x, y = (keras.Variable(0.0, dtype="float64", name=n) for n in "xy")
    optimizer = Unequal(max_iterations=iterations)

    def moved(*start):
        x.assign(start[0])
        y.assign(start[1])
        optimizer.minimize_maximize(lambda: x**2 + 10 * x * y + y**2, [x], [y])
        return [float(x), float(y)]

    step = np.array([moved(1, 0), moved(0, 1)]).T
    simultaneous = np.array([[1 - 0.18, -0.9], [0.1, 1 + 0.02]])
    if not iterations:
        np.testing.assert_allclose(step, simultaneous)
        radius = np.abs(np.linalg.eigvals(step)).max()
        np.testing.assert_allclose(radius, np.sqrt(0.9264))
    else:
        foresight = np.array([[1, 0.9], [-0.1, 1]])
        change = np.linalg.solve(foresight, simultaneous - np.eye(2))
        np.testing.assert_allclose(step, np.eye(2) + change)


@in_both_modes
def test_cgd_is_the_paper_s_formula(wrap):
    game, optimizer = QuadraticGame(), CGD(0.3, **EXACT)
    step, eta, B = game.stepper(optimizer, wrap), rate_of(optimizer), game.B
    for _ in range(4):  # both parities, cold and warm
        gx, gy = game.gradients()
        dx, dy = game.moved_by(step)
        one = np.eye(6)
        np.testing.assert_allclose(
            dx,
            -eta * np.linalg.solve(one + eta**2 * B @ B.T, gx + eta * B @ gy),
            atol=1e-10,
        )
        np.testing.assert_allclose(
            dy,
            eta * np.linalg.solve(one + eta**2 * B.T @ B, gy - eta * B.T @ gx),
            atol=1e-10,
        )


@pytest.mark.parametrize(
    ("alternate", "wrap"),
    [(False, eager), (True, tf.function(autograph=False))],
)
def test_acgd_solves_its_fixed_point(alternate, wrap):
    game = QuadraticGame()
    optimizer = ACGD(0.25, beta=0.9, epsilon=1e-3, alternate=alternate, **EXACT)
    step, squares = game.stepper(optimizer, wrap), np.zeros((2, 6))
    for t in range(1, 5):
        gx, gy = game.gradients()
        squares = 0.9 * squares + 0.1 * np.square([gx, gy])
        rate = 0.25 * np.sqrt(1 - 0.9**t)
        size_x, size_y = rate / (np.sqrt(squares) + 1e-3)
        dx, dy = game.moved_by(step)
        np.testing.assert_allclose(dx, -size_x * (gx + game.B @ dy), atol=1e-10)
        np.testing.assert_allclose(
            dy, size_y * (gy + game.B.T @ dx), atol=1e-10
        )


@pytest.mark.parametrize("alternate", [True, False])
def test_truncated_solve_leaves_the_other_player_exact(alternate):
    game = QuadraticGame(coupling=3.0)
    optimizer = CGD(0.5, max_iterations=1, alternate=alternate)
    step = game.stepper(optimizer)
    for parity in (0, 1, 0):
        gx, gy = game.gradients()
        dx, dy = game.moved_by(step)
        inexact = (
            not np.allclose(dx, -0.5 * (gx + game.B @ dy), atol=1e-6),
            not np.allclose(dy, 0.5 * (gy + game.B.T @ dx), atol=1e-6),
        )
        assert inexact == (
            (False, True) if alternate and parity else (True, False)
        )
        assert int(optimizer.solver_iterations) == 1
        assert 1e-3 < float(optimizer.solver_residual) < 10


def test_without_iterations_it_is_preconditioned_gradient_descent():
    game, optimizer = QuadraticGame(), ACGD(0.25, max_iterations=0)
    step = game.stepper(optimizer)
    gx, gy = game.gradients()
    dx, dy = game.moved_by(step)
    sizes = [0.25 * 0.1 / (0.1 * np.abs(g) + 1e-5) for g in (gx, gy)]
    np.testing.assert_allclose(dx, -sizes[0] * gx, rtol=1e-9)
    np.testing.assert_allclose(dy, sizes[1] * gy, rtol=1e-9)
    assert float(optimizer.solver_residual) == 1
    assert int(optimizer.solver_iterations) == 0


def test_warm_start_saves_iterations():
    counts = {}
    for warm_start in (True, False):
        game = QuadraticGame(coupling=3.0)
        optimizer = CGD(
            0.5, tolerance=1e-3, warm_start=warm_start, alternate=False
        )
        step = game.stepper(optimizer)
        before = [v.numpy() for player in game.players for v in player]
        step()
        for v, value in zip(sum(game.players, []), before, strict=True):
            v.assign(value * 1.01)  # nearly the same system again
        step()
        counts[warm_start] = int(optimizer.solver_iterations)
        assert float(optimizer.solver_residual) <= 1e-3
    assert 0 < counts[True] < counts[False]
