"""The steps of two players who each anticipate the other's step.

For `min_x max_y f(x, y)` with gradients `g_x`, `g_y`, mixed derivatives `D_xy`,
`D_yx` and positive diagonal step sizes `A_x`, `A_y`, the steps solve

    dx = -A_x (g_x + D_xy dy),    dy = A_y (g_y + D_yx dx).

Eliminating one step leaves a symmetric positive definite system for the other:

    (I + R_x D_xy A_y D_yx R_x) s = -R_x (g_x + D_xy A_y g_y),    dx = R_x s

with `R_x` the root of `A_x`; or the same with the players' roles exchanged.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from mixgan_tf.optimizers.conjugate_gradient import Solution
from mixgan_tf.optimizers.conjugate_gradient import conjugate_gradient


class LocalPlayer(NamedTuple):
    """One player's side of the local game."""

    sign: int  # -1 for the player who minimises, 1 for the other
    gradients: list[tf.Tensor]  # of the payoff, for this player's variables
    sizes: list[tf.Tensor]  # positive, broadcast to the gradients
    # D: lists like the other player's gradients -> like this one's
    product: Callable[[list[tf.Tensor]], list[tf.Tensor]]


def competitive_steps(
    own: LocalPlayer,
    other: LocalPlayer,
    tolerance: float = 1e-6,
    max_iterations: int = 20,
    start: list[tf.Tensor] | None = None,
) -> tuple[list[tf.Tensor], list[tf.Tensor], Solution]:
    """Solves for one player's step and derives the other's from it.

    The result does not depend on who is `own`, except for what the solver
    leaves: `other`'s equation then holds exactly, `own`'s to the tolerance.

    Args:
        own: the `LocalPlayer` whose system is solved.
        other: the other `LocalPlayer`.
        tolerance: nonnegative float, see `conjugate_gradient`.
        max_iterations: nonnegative int, see `conjugate_gradient`.
        start: list of tensors, the `values` of an earlier solution; or `None`.

    Returns:
        A tuple `(own_steps, other_steps, solution)`: two lists of tensors to
        add to the variables, and the `Solution` `s` of the system.

    Reference:
        [Schäfer & Anandkumar, 2019](https://arxiv.org/abs/1905.12103),
        section 2; with step sizes for each coordinate,
        [Schäfer, Zheng & Anandkumar, 2019](https://arxiv.org/abs/1910.05852).
    """
    roots = [tf.sqrt(a) for a in own.sizes]

    def coupling(
        vector: list[tf.Tensor],
    ) -> list[tf.Tensor]:  # R D A D' R, from the other's side and back
        felt = other.product(_times(roots, vector))
        return _times(roots, own.product(_times(other.sizes, felt)))

    foreseen = own.product(_times(other.sizes, other.gradients))
    rhs = [
        root * (own.sign * g - d)
        for root, g, d in zip(roots, own.gradients, foreseen, strict=True)
    ]
    solution = conjugate_gradient(
        lambda s: [a + b for a, b in zip(s, coupling(s), strict=True)],
        rhs,
        tolerance=tolerance,
        max_iterations=max_iterations,
        start=start,
    )
    own_steps = _times(roots, solution.values)
    felt = other.product(own_steps)
    other_steps = [
        other.sign * a * (g + d)
        for a, g, d in zip(other.sizes, other.gradients, felt, strict=True)
    ]
    return own_steps, other_steps, solution


def _times(first: list[tf.Tensor], second: list[tf.Tensor]) -> list[tf.Tensor]:
    return [a * b for a, b in zip(first, second, strict=True)]
