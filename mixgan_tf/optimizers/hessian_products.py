"""Gradients of a two-player function, and products with its mixed derivatives.

Here `function` takes no argument and returns a scalar of the players'
variables. Whatever it assigns to Keras variables (moving averages, the state of
random numbers) is discarded: every evaluation sees the same values.
"""

from collections.abc import Callable

import keras
import tensorflow as tf


def player_gradients(
    function: Callable[[], tf.Tensor],
    first: list[keras.Variable],
    second: list[keras.Variable],
) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    """Returns the gradients of a function for each of two players.

    Args:
        function: zero-argument function that returns a float scalar.
        first: list of `keras.Variable`.
        second: list of `keras.Variable`.

    Returns:
        A tuple of two lists of tensors, shaped as the variables; zeros where
        the function does not depend on a variable.

    Raises:
        ValueError: if the function returns no float scalar, or one that
            depends on none of the variables.

    Example:
    ```python
    x, y = keras.Variable(2.0), keras.Variable(3.0)
    player_gradients(lambda: x * y, [x], [y])  # ([3.0], [2.0])
    ```
    """
    sources = _values(first) + _values(second)
    value, gradients = _evaluate(function, sources)
    if value.shape.rank != 0 or not value.dtype.is_floating:
        raise ValueError(
            "The payoff function must return one float scalar; average over "
            f"the batch. Received: shape={value.shape}, "
            f"dtype={value.dtype.name}"
        )
    if all(g is None for g in gradients):
        raise ValueError(
            "The payoff function must depend on the variables: compute it "
            "from them when it is called. Received: a value with no gradient "
            f"for any of {len(sources)} variables"
        )
    gradients = [
        tf.zeros(v.shape, v.dtype) if g is None else g
        for g, v in zip(gradients, sources, strict=True)
    ]
    return gradients[: len(first)], gradients[len(first) :]


def mixed_product(
    function: Callable[[], tf.Tensor],
    variables: list[keras.Variable],
    others: list[keras.Variable],
    vector: list[tf.Tensor],
) -> list[tf.Tensor]:
    """Returns the product of the mixed second derivatives with a vector.

    With `x` the variables and `y` the others it is `D_xy b`, the gradient with
    respect to `x` of `<grad_y f, b>`, by two reverse passes. Swap the lists for
    the transpose `D_yx a`.

    Args:
        function: zero-argument function that returns a float scalar.
        variables: list of `keras.Variable`.
        others: list of `keras.Variable`.
        vector: list of tensors, shaped as `others`.

    Returns:
        A list of tensors, shaped as `variables`.

    Example:
    ```python
    x, y = keras.Variable(2.0), keras.Variable(3.0)
    mixed_product(lambda: 5 * x * y, [x], [y], [tf.constant(1.0)])  # [5.0]
    ```

    Reference:
        Pearlmutter, "Fast exact multiplication by the Hessian", 1994; in this
        use [Schäfer & Anandkumar, 2019](https://arxiv.org/abs/1905.12103).
    """
    sources = _values(variables)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(sources)
        _, gradients = _evaluate(function, _values(others))
    pairs = [
        (g, tf.cast(b, g.dtype))
        for g, b in zip(gradients, vector, strict=True)
        if g is not None
    ]
    return tape.gradient(
        [g for g, _ in pairs],
        sources,
        output_gradients=[b for _, b in pairs],
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )


def _evaluate(
    function: Callable[[], tf.Tensor], sources: list[tf.Tensor]
) -> tuple[tf.Tensor, list[tf.Tensor | None]]:
    # A scope for each evaluation: within one, later reads see earlier assigns.
    with (
        keras.StatelessScope(),
        tf.GradientTape(watch_accessed_variables=False) as tape,
    ):
        tape.watch(sources)
        value = tf.convert_to_tensor(function())
    gradients = tape.gradient(value, sources)
    return value, [
        None if g is None else tf.convert_to_tensor(g) for g in gradients
    ]


def _values(variables: list[keras.Variable]) -> list[tf.Tensor]:
    return [v.value for v in variables]
