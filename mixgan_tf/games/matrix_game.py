"""Zero-sum matrix games: rows minimise the payoff, columns maximise it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Equilibrium(NamedTuple):
    """Optimal strategies of both players of a matrix game, and its value."""

    value: float  # the payoff when they do
    row_strategy: np.ndarray  # float64 (rows,), probabilities
    column_strategy: np.ndarray  # float64 (columns,), probabilities


def solve_matrix_game(payoff: ArrayLike) -> Equilibrium:
    """Returns an equilibrium of a matrix game, by linear programming.

    `value = min over w of max over q of w' A q`: with `row_strategy` the rows
    pay no more than that, whatever the columns play, and the other way round.
    Where there are several equilibria it is one of them, with few components:
    a solution of this kind gives most rows and columns no weight at all. See
    `solve_regularized_game` for one that keeps them all.

    Args:
        payoff: float array `(rows, columns)`: what the columns' player gets.

    Returns:
        An `Equilibrium`.

    Raises:
        ValueError: if the payoff is no finite matrix.

    Example:
    ```python
    game = mg.games.solve_matrix_game([[3, 1], [2, 4]])
    game.value  # 2.5
    game.row_strategy  # [0.5, 0.5]
    game.column_strategy  # [0.75, 0.25]
    ```

    Reference:
        [von Neumann, 1928](https://doi.org/10.1007/BF01448847); the linear
        program is standard.
    """
    from scipy.optimize import linprog

    payoff = require_matrix(payoff)
    rows, columns = payoff.shape
    # In units of its span: the same equilibria, better conditioned.
    unit = (payoff - payoff.min()) / (payoff_span(payoff) or 1.0)
    # Minimise v subject to w' A <= v, with w on the simplex. The prices of
    # those constraints are the other player's strategy.
    solution = linprog(
        c=np.append(np.zeros(rows), 1.0),
        A_ub=np.column_stack([unit.T, -np.ones(columns)]),
        b_ub=np.zeros(columns),
        A_eq=np.append(np.ones(rows), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0, None)] * rows + [(None, None)],
        method="highs-ds",  # simplex: exact up to rounding, unlike inner points
        options=dict(
            primal_feasibility_tolerance=1e-10,
            dual_feasibility_tolerance=1e-10,
        ),
    )
    if not solution.success:
        raise RuntimeError(
            f"HiGHS found no equilibrium: {solution.message} "
            f"Received: payoff={payoff.tolist()}"
        )
    w = _probabilities(solution.x[:rows])
    q = _probabilities(-solution.ineqlin.marginals)
    # The value lies between what either strategy guarantees.
    value = (np.max(w @ payoff) + np.min(payoff @ q)) / 2
    return Equilibrium(float(value), w, q)


def exploitability(
    payoff: ArrayLike, row_strategy: ArrayLike, column_strategy: ArrayLike
) -> float:
    """Returns the most that both players together can gain by deviating.

    `max_j (w' A)_j - min_i (A q)_i`: at an equilibrium it is 0.

    Args:
        payoff: float array `(rows, columns)`: what the columns' player gets.
        row_strategy: `(rows,)` probabilities `w`.
        column_strategy: `(columns,)` probabilities `q`.

    Returns:
        A nonnegative float, in the payoff's unit.

    Raises:
        ValueError: if an argument has the wrong shape, is not finite, or a
            strategy is no distribution.

    Example:
    ```python
    mg.games.exploitability([[3, 1], [2, 4]], [1, 0], [0.5, 0.5])  # 1.0
    ```
    """
    payoff = require_matrix(payoff)
    w = require_distribution("row_strategy", row_strategy, payoff.shape[0])
    q = require_distribution(
        "column_strategy", column_strategy, payoff.shape[1]
    )
    return max(float(np.max(w @ payoff) - np.min(payoff @ q)), 0.0)


def require_matrix(payoff: ArrayLike) -> np.ndarray:
    """Returns a payoff as a float64 matrix.

    Args:
        payoff: what the user gave.

    Returns:
        A float64 array `(rows, columns)`.

    Raises:
        ValueError: if it is no finite matrix.
    """
    matrix = np.asarray(payoff, "float64")
    if matrix.ndim != 2 or not matrix.size:
        raise ValueError(
            "Argument `payoff` must be a matrix (rows, columns) with at least "
            f"one entry. Received: shape {matrix.shape}"
        )
    if not np.isfinite(matrix).all():
        raise ValueError(
            "Argument `payoff` must be finite: a game with NaN or infinite "
            f"entries has no equilibrium. Received: {matrix.tolist()}"
        )
    return matrix


def require_distribution(
    argument: str, strategy: ArrayLike, size: int
) -> np.ndarray:
    """Returns a strategy in float64, its sum exactly one.

    Args:
        argument: the name of the user's argument, for the message.
        strategy: what the user gave.
        size: how many probabilities there must be.

    Returns:
        A float64 array `(size,)`.

    Raises:
        ValueError: if they are not nonnegative or do not sum to one, up to
            the rounding of float32.
    """
    probabilities = np.asarray(strategy, "float64")
    if (
        probabilities.shape != (size,)
        or not np.all(probabilities >= 0)
        or not abs(probabilities.sum() - 1) < 1e-4
    ):
        raise ValueError(
            f"Argument `{argument}` must be {size} nonnegative numbers that "
            f"sum to one. Received: {argument}={strategy!r}"
        )
    return probabilities / probabilities.sum()


def payoff_span(payoff: np.ndarray) -> float:
    """Returns the difference of the largest and the smallest payoff.

    Args:
        payoff: float64 array.

    Returns:
        A nonnegative float.
    """
    return float(payoff.max() - payoff.min())


def _probabilities(x: np.ndarray) -> np.ndarray:
    x = np.maximum(x, 0.0)
    return x / x.sum()
