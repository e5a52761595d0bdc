"""The matrix game of mixture weights with the entropy regulariser.

`min over w, max over q of w' A q + lambda R(w) - lambda R(q)` with
`R(w) = -mean_i log w_i`. With `c = A q`, `r = w' A` and `v = w' A q` its
solution satisfies

    w_i = lambda / (m (lambda + c_i - v)),
    q_j = lambda / (n (lambda + v - r_j)).

Written with the slacks `s_i = lambda + c_i - v` and `t_j = lambda + v - r_j`
these are the conditions `m w_i s_i = lambda`, `n q_j t_j = lambda` that an
interior-point method for linear programs meets on its way, and so it is solved
as one: Newton steps, cut short of the boundary, while the products are led to
`lambda`.
"""

import numpy as np
from numpy.typing import ArrayLike

from mixgan_tf.arguments import require_number
from mixgan_tf.games.matrix_game import Equilibrium
from mixgan_tf.games.matrix_game import payoff_span
from mixgan_tf.games.matrix_game import require_matrix

# Of the conditions above, relative; Newton's last step overshoots it by far.
TOLERANCE = 1e-11
MAX_ITERATIONS = 100


def solve_regularized_game(
    payoff: ArrayLike, entropy_weight: float
) -> Equilibrium:
    """Returns the equilibrium of a matrix game with entropy regularisers.

    It solves `min over w, max over q of w' A q + lambda R(w) - lambda R(q)`
    with `R(w) = -mean_i log w_i`, the game that mixture weights play in
    training while the networks stand still. There is exactly one solution,
    and it gives every component a positive weight. In the game without
    regularisers its exploitability is at most
    `lambda (2 - 1 / rows - 1 / columns)`.

    Args:
        payoff: float array `(rows, columns)`: what the columns' player gets.
        entropy_weight: positive float `lambda`, in the payoff's unit.

    Returns:
        An `Equilibrium`; its value is the payoff `w' A q`, without the
        regularisers.

    Raises:
        ValueError: if the payoff is no finite matrix or the weight is not
            positive.
        RuntimeError: if the solution is not reached to within 1e-11, relative
            to each weight.

    Example:
    ```python
    game = mg.games.solve_regularized_game([[1, 2], [3, 4]], 0.1)
    game.row_strategy  # [0.976, 0.024]: the second row costs 2 more
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), section 5, for
        the game; [Wright, 1997](https://doi.org/10.1137/1.9781611971453),
        chapter 1, for the method.
    """
    payoff = require_matrix(payoff)
    entropy_weight = require_number("entropy_weight", entropy_weight)
    rows, columns = payoff.shape
    # In units in which nothing exceeds one.
    unit = payoff_span(payoff) + entropy_weight
    game = (payoff - payoff.min()) / unit
    products = np.repeat(
        [entropy_weight / unit / rows, entropy_weight / unit / columns],
        [rows, columns],
    )
    x = np.repeat([1 / rows, 1 / columns], [rows, columns])  # w, then q
    low = np.min(game @ x[rows:]) - 1.0  # v - lambda of the rows
    high = np.max(x[:rows] @ game) + 1.0  # v + lambda of the columns
    slack = _slack(game, x, low, high)
    system = _system(game)
    diagonal = np.arange(rows + columns)
    for _ in range(MAX_ITERATIONS):
        error = np.max(np.abs(x * slack / products - 1))
        if error < TOLERANCE:
            break
        goal = np.maximum(products, 0.1 * x * slack)
        system[diagonal, diagonal] = slack / x
        step = np.linalg.solve(system, np.append(goal / x - slack, [0, 0]))
        x_step = step[:-2]
        slack_step = goal / x - slack - slack / x * x_step
        fastest = max(np.max(-x_step / x), np.max(-slack_step / slack))
        length = min(1.0, 0.9 / fastest) if fastest > 0 else 1.0
        x = x + length * x_step
        slack = slack + length * slack_step
        low, high = low + length * step[-2], high + length * step[-1]
    inconsistent = np.max(np.abs(_slack(game, x, low, high) - slack))
    if not (error < TOLERANCE and inconsistent < 1e-12):
        raise RuntimeError(
            "The regularised game was not solved: the weights are off by a "
            f"factor of 1 ± {error:.2g} after {MAX_ITERATIONS} iterations, the "
            f"payoffs by {inconsistent * unit:.2g}. "
            f"Received: entropy_weight={entropy_weight!r}, "
            f"payoff={payoff.tolist()}"
        )
    w, q = x[:rows] / x[:rows].sum(), x[rows:] / x[rows:].sum()
    return Equilibrium(float(w @ payoff @ q), w, q)


def _slack(
    game: np.ndarray, x: np.ndarray, low: float, high: float
) -> np.ndarray:
    rows = len(game)
    return np.concatenate([game @ x[rows:] - low, high - x[:rows] @ game])


def _system(game: np.ndarray) -> np.ndarray:
    # Of the steps of w, q, low and high; the diagonal changes in each step.
    rows, columns = game.shape
    system = np.zeros((rows + columns + 2, rows + columns + 2))
    system[:rows, rows:-2] = game
    system[rows:-2, :rows] = -game.T
    system[:rows, -2] = -1
    system[rows:-2, -1] = 1
    system[-2, :rows] = 1
    system[-1, rows:-2] = 1
    return system
