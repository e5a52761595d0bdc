import numpy as np
import pytest

import mixgan_tf as mg

THIRDS = [1 / 3, 1 / 3, 1 / 3]


@pytest.mark.parametrize(
    ("payoff", "value", "w", "q"),
    [
        ([[0, 1, -1], [-1, 0, 1], [1, -1, 0]], 0, THIRDS, THIRDS),
        ([[1, -1], [-1, 1]], 0, [0.5, 0.5], [0.5, 0.5]),
        ([[3, 1], [2, 4]], 2.5, [0.5, 0.5], [0.75, 0.25]),
        ([[1, 2], [3, 4]], 2, [1, 0], [0, 1]),
        ([[1, 5, 3]], 5, [1], [0, 1, 0]),
        ([[1], [5], [3]], 1, [1, 0, 0], [1]),
        ([[-7]], -7, [1], [1]),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 1e-8, 1e8])
def test_closed_forms_in_any_unit(payoff, value, w, q, scale):
    game = mg.games.solve_matrix_game(scale * np.array(payoff))
    np.testing.assert_allclose(game.value / scale, value, atol=1e-12)
    np.testing.assert_allclose(game.row_strategy, w, atol=1e-12)
    np.testing.assert_allclose(game.column_strategy, q, atol=1e-12)


def test_random_games_are_solved_to_rounding():
    rng = np.random.default_rng(0)
    for _ in range(200):
        payoff = rng.normal(size=rng.integers(1, 9, 2)) * 3 + 1
        value, w, q = mg.games.solve_matrix_game(payoff)
        assert min(w.min(), q.min()) >= 0
        assert abs(w.sum() - 1) < 1e-12 and abs(q.sum() - 1) < 1e-12
        assert mg.games.exploitability(payoff, w, q) < 1e-9
        # Weak duality, without the library: the value lies in between.
        assert (payoff @ q).min() - 1e-9 < value < (w @ payoff).max() + 1e-9


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (4, 5)])
def test_any_strategies_solve_a_constant_game(shape):
    game = mg.games.solve_matrix_game(np.full(shape, 2.5))
    assert game.value == pytest.approx(2.5)
    assert mg.games.exploitability(np.full(shape, 2.5), *game[1:]) == 0


def test_ties_and_copies_are_no_obstacle():
    rng = np.random.default_rng(1)
    for _ in range(100):
        payoff = rng.integers(-1, 2, size=rng.integers(2, 7, 2)).astype(float)
        payoff = np.concatenate([payoff, payoff[:1]])
        payoff = np.concatenate([payoff, payoff[:, :1]], axis=1)
        _, w, q = mg.games.solve_matrix_game(payoff)
        assert mg.games.exploitability(payoff, w, q) < 1e-9


def test_exploitability_adds_what_both_could_gain():
    payoff = [[3, 1], [2, 4]]
    # w' A = (2.8, 1.6), A q = (2, 3), and w' A q = 2.2.
    found = mg.games.exploitability(payoff, [0.8, 0.2], [0.5, 0.5])
    assert found == pytest.approx((2.8 - 2.2) + (2.2 - 2))
    assert mg.games.exploitability(payoff, [0.5, 0.5], [0.75, 0.25]) == 0


@pytest.mark.parametrize(
    "payoff", [[[1, np.nan]], [[np.inf, 0]], [1, 2], [[]], 3.0]
)
def test_what_is_no_finite_matrix_is_refused(payoff):
    with pytest.raises(ValueError, match="`payoff`.*Received"):
        mg.games.solve_matrix_game(payoff)
    with pytest.raises(ValueError, match="`payoff`.*Received"):
        mg.games.solve_regularized_game(payoff, 0.1)
    with pytest.raises(ValueError, match="`payoff`.*Received"):
        mg.games.exploitability(payoff, [1], [0.5, 0.5])


@pytest.mark.parametrize(
    "strategy", [[0.5, 0.6], [1.5, -0.5], [1.0], [np.nan, 1], [[0.5, 0.5]]]
)
def test_what_is_no_distribution_is_refused(strategy):
    with pytest.raises(ValueError, match="row_strategy.*Received"):
        mg.games.exploitability([[1, 2], [3, 4]], strategy, [0.5, 0.5])
    with pytest.raises(ValueError, match="column_strategy.*Received"):
        mg.games.exploitability([[1, 2], [3, 4]], [0.5, 0.5], strategy)
