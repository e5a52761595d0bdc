"""The method of conjugate gradients on lists of tensors."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf


class Solution(NamedTuple):
    """The result of `conjugate_gradient`."""

    values: list[tf.Tensor]  # shaped as the right-hand side
    iterations: tf.Tensor  # int32 scalar: iterations that improved the values
    residual: tf.Tensor  # float64 scalar: |rhs - K values| / |rhs|


def conjugate_gradient(
    operator: Callable[[list[tf.Tensor]], list[tf.Tensor]],
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
    zeros = [tf.zeros_like(b) for b in rhs]
    values, residual, square = zeros, list(rhs), rhs_square
    if start is not None:
        product = operator(start)
        warm = [b - k for b, k in zip(rhs, product, strict=True)]
        better = _dot(warm, warm) < rhs_square
        values = _selected(better, start, zeros)
        residual = _selected(better, warm, rhs)
        square = tf.where(better, _dot(warm, warm), rhs_square)
    threshold = tf.constant(tolerance, tf.float64) ** 2 * rhs_square

    def unfinished(
        iteration: tf.Tensor,
        sound: tf.Tensor,
        square: tf.Tensor,
        *_: list[tf.Tensor],
    ) -> tf.Tensor:
        return sound & (square > threshold) & (iteration < max_iterations)

    def body(
        iteration: tf.Tensor,
        _: tf.Tensor,
        square: tf.Tensor,
        values: list[tf.Tensor],
        residual: list[tf.Tensor],
        direction: list[tf.Tensor],
    ) -> tuple[
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        list[tf.Tensor],
        list[tf.Tensor],
        list[tf.Tensor],
    ]:
        product = operator(direction)
        curvature = _dot(direction, product)
        length = square / curvature
        new_residual = _add(residual, -length, product)
        new_square = _dot(new_residual, new_residual)
        sound = (
            (curvature > 0)
            & tf.math.is_finite(curvature)
            & tf.math.is_finite(new_square)
        )
        values = _add(values, tf.where(sound, length, 0.0), direction)
        direction = _add(new_residual, new_square / square, direction)
        return (
            iteration + tf.cast(sound, tf.int32),
            sound,
            tf.where(sound, new_square, square),
            values,
            new_residual,
            direction,
        )

    iterations, _, square, values, _, _ = tf.while_loop(
        unfinished,
        body,
        (
            tf.constant(0),
            tf.constant(True),
            square,
            values,
            residual,
            residual,
        ),
    )
    relative = tf.math.divide_no_nan(tf.sqrt(square), tf.sqrt(rhs_square))
    return Solution(values, iterations, relative)


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
