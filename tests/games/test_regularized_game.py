import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.games import regularized_game
from mixgan_tf.model.mixture import uniformity_penalty


def random_games(num, seed=0):
    rng = np.random.default_rng(seed)
    for _ in range(num):
        payoff = rng.normal(size=rng.integers(1, 9, 2))
        yield 10 ** rng.uniform(-2, 2) * payoff, 10 ** rng.uniform(-3, 1)


def test_both_players_training_gradients_vanish():
    # The loss of training itself, differentiated by TensorFlow.
    for payoff, strength in random_games(40):
        game = mg.games.solve_regularized_game(payoff, strength)
        alpha = tf.constant(np.log(game.row_strategy))
        beta = tf.constant(np.log(game.column_strategy))
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([alpha, beta])
            w, q = tf.nn.softmax(alpha), tf.nn.softmax(beta)
            mixed = tf.tensordot(w, tf.linalg.matvec(payoff, q), 1)
            rows = mixed + strength * uniformity_penalty(alpha)
            columns = -mixed + strength * uniformity_penalty(beta)
        tolerance = 1e-10 * (np.ptp(payoff) + strength)
        assert np.abs(tape.gradient(rows, alpha)).max() < tolerance
        assert np.abs(tape.gradient(columns, beta)).max() < tolerance


def test_frozen_losses_have_the_known_stationary_point():
    # w_i = lambda / (T (lambda + c_i - c_bar)), against one discriminator.
    losses = np.array([0.05, 0.0, -0.03, 0.02])
    game = mg.games.solve_regularized_game(losses[:, None], 0.1)
    w = game.row_strategy
    np.testing.assert_allclose(
        w, 0.1 / (4 * (0.1 + losses - w @ losses)), rtol=1e-10
    )
    assert game.value == pytest.approx(w @ losses)
    assert w.argmax() == 2  # the least loss


def test_a_component_worse_than_average_by_lambda_is_halved():
    # Weights 3/4 and 1/4: the average loss is 0.1, the second 0.3 worse.
    game = mg.games.solve_regularized_game([[0.0], [0.4]], 0.3)
    np.testing.assert_allclose(game.row_strategy, [0.75, 0.25], rtol=1e-10)
    game = mg.games.solve_regularized_game([[0.0, 0.4]], 0.3)
    np.testing.assert_allclose(game.column_strategy, [0.25, 0.75], rtol=1e-10)


def test_the_columns_are_the_rows_of_the_negative_transpose():
    for payoff, strength in random_games(20, seed=1):
        value, w, q = mg.games.solve_regularized_game(payoff, strength)
        other = mg.games.solve_regularized_game(-payoff.T, strength)
        np.testing.assert_allclose(other.row_strategy, q, rtol=1e-8)
        np.testing.assert_allclose(other.column_strategy, w, rtol=1e-8)
        np.testing.assert_allclose(other.value, -value, rtol=1e-6, atol=1e-12)


def test_a_symmetric_game_and_a_strong_regularizer_give_equal_weights():
    pennies = [[1, -1], [-1, 1]]
    for strength in (1e-6, 0.1, 10):
        _, w, q = mg.games.solve_regularized_game(pennies, strength)
        np.testing.assert_allclose([w, q], 0.5, atol=1e-12)
    for shape in ((2, 5), (1, 3)):
        payoff = np.random.default_rng(0).normal(size=shape)
        _, w, q = mg.games.solve_regularized_game(payoff, 1e6)
        np.testing.assert_allclose(w, 1 / shape[0], atol=1e-5)
        np.testing.assert_allclose(q, 1 / shape[1], atol=1e-5)


def test_exploitability_is_within_its_bound_and_the_value_approached():
    for payoff, strength in random_games(40, seed=2):
        game = mg.games.solve_regularized_game(payoff, strength)
        rows, columns = payoff.shape
        bound = strength * (2 - 1 / rows - 1 / columns)
        found = mg.games.exploitability(payoff, *game[1:])
        assert found <= bound * (1 + 1e-9) + 1e-12
        exact = mg.games.solve_matrix_game(payoff).value
        assert abs(game.value - exact) <= bound + 1e-9
    payoff = [[3, 1], [2, 4]]  # with inner equilibria, of value 2.5
    game = mg.games.solve_regularized_game(payoff, 1e-9)
    np.testing.assert_allclose(game.value, 2.5, atol=1e-8)
    np.testing.assert_allclose(game.column_strategy, [0.75, 0.25], atol=1e-8)


def test_no_component_dies():
    game = mg.games.solve_regularized_game([[0.0], [5.0], [5.0]], 0.1)
    assert game.row_strategy.min() > 0.1 / (3 * (0.1 + 5)) * 0.99


@pytest.mark.parametrize("weight", [0, -0.1, np.nan, np.inf, "0.1", None])
def test_a_weight_that_is_not_positive_is_refused(weight):
    with pytest.raises(ValueError, match="entropy_weight.*Received"):
        mg.games.solve_regularized_game([[1, 2], [3, 4]], weight)


def test_an_unfinished_solution_is_an_error(monkeypatch):
    monkeypatch.setattr(regularized_game, "MAX_ITERATIONS", 3)
    with pytest.raises(RuntimeError, match="not solved.*Received"):
        mg.games.solve_regularized_game([[1, 2], [4, 3]], 0.01)
