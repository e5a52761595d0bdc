"""The method of conjugate gradients on lists of tensors."""

from collections.abc import Callable
from typing import NamedTuple
from typing import TypeAlias

import tensorflow as tf

Operator: TypeAlias = Callable[[list[tf.Tensor]], list[tf.Tensor]]


class Solution(NamedTuple):
    """The result of `conjugate_gradient`."""

    values: list[tf.Tensor]  # shaped as the right-hand side
    iterations: tf.Tensor  # int32 scalar: iterations that improved the values
    residual: tf.Tensor  # float64 scalar: |rhs - K values| / |rhs|


class _State(NamedTuple):
    """The state between two iterations."""

    iteration: tf.Tensor  # int32 scalar
    sound: tf.Tensor  # bool scalar: whether the last iteration improved
    square: tf.Tensor  # float64 scalar: |residual|^2
    values: list[tf.Tensor]
    residual: list[tf.Tensor]  # rhs - K values
    direction: list[tf.Tensor]  # of the next step


def conjugate_gradient(
    operator: Operator,
    rhs: list[tf.Tensor],
    tolerance: float = 1e-6,
    max_iterations: int = 20,
    start: list[tf.Tensor] | None = None,
) -> Solution:
    """Solves `K s = rhs` for a symmetric positive definite operator `K`.

    It stops at the tolerance, at the cap, or where rounding has spoilt the
    operator: on a curvature `<p, K p>` that is not positive and finite the
    values reached before are kept.

    Args:
        operator: function from a list of tensors `s` to the list `K s`.
        rhs: list of float tensors.
        tolerance: nonnegative float, relative to the norm of `rhs`.
        max_iterations: nonnegative int.
        start: list of tensors shaped as `rhs`, or `None` for zeros, which
            saves one application of `K`. A start worse than zeros is dropped.

    Returns:
        A `Solution`.

    Example:
    ```python
    halves = conjugate_gradient(lambda s: [2 * s[0]], [tf.ones([3])])
    halves.values  # [[0.5, 0.5, 0.5]]
    ```

    Reference:
        Hestenes & Stiefel, "Methods of conjugate gradients for solving linear
        systems", 1952.
    """
    rhs_square = _dot(rhs, rhs)
    threshold = tf.constant(tolerance, tf.float64) ** 2 * rhs_square

    def unfinished(state: _State) -> tf.Tensor:
        far = state.square > threshold
        return state.sound & far & (state.iteration < max_iterations)

    def body(state: _State) -> tuple[_State]:
        return (_improved(operator, state),)

    first = _first_state(operator, rhs, rhs_square, start)
    (last,) = tf.while_loop(unfinished, body, (first,))
    relative = tf.math.divide_no_nan(tf.sqrt(last.square), tf.sqrt(rhs_square))
    return Solution(last.values, last.iteration, relative)


def _first_state(
    operator: Operator,
    rhs: list[tf.Tensor],
    square: tf.Tensor,
    start: list[tf.Tensor] | None,
) -> _State:
    zeros = [tf.zeros_like(b) for b in rhs]
    values, residual = zeros, list(rhs)
    if start is not None:
        product = operator(start)
        warm = [b - k for b, k in zip(rhs, product, strict=True)]
        warm_square = _dot(warm, warm)
        better = warm_square < square
        values = _selected(better, start, zeros)
        residual = _selected(better, warm, rhs)
        square = tf.where(better, warm_square, square)
    return _State(
        iteration=tf.constant(0),
        sound=tf.constant(True),
        square=square,
        values=values,
        residual=residual,
        direction=residual,
    )


def _improved(operator: Operator, state: _State) -> _State:
    product = operator(state.direction)
    curvature = _dot(state.direction, product)
    length = state.square / curvature
    residual = _add(state.residual, -length, product)
    square = _dot(residual, residual)
    sound = (
        (curvature > 0)
        & tf.math.is_finite(curvature)
        & tf.math.is_finite(square)
    )
    return _State(
        iteration=state.iteration + tf.cast(sound, tf.int32),
        sound=sound,
        square=tf.where(sound, square, state.square),
        values=_add(
            state.values, tf.where(sound, length, 0.0), state.direction
        ),
        residual=residual,
        direction=_add(residual, square / state.square, state.direction),
    )


def _dot(first: list[tf.Tensor], second: list[tf.Tensor]) -> tf.Tensor:
    # Scalars in float64: the tensors of one list may differ in dtype.
    products = zip(first, second, strict=True)
    return tf.add_n(
        [tf.cast(tf.reduce_sum(a * b), tf.float64) for a, b in products]
    )


def _add(
    first: list[tf.Tensor], factor: tf.Tensor, second: list[tf.Tensor]
) -> list[tf.Tensor]:
    return [
        a + tf.cast(factor, a.dtype) * b
        for a, b in zip(first, second, strict=True)
    ]


def _selected(
    condition: tf.Tensor, first: list[tf.Tensor], second: list[tf.Tensor]
) -> list[tf.Tensor]:
    return [
        tf.where(condition, a, b) for a, b in zip(first, second, strict=True)
    ]
