"""Competitive gradient descent, plain and adaptive."""

from typing import Any

import keras
import tensorflow as tf

from mixgan_tf.arguments import require_number
from mixgan_tf.optimizers.competitive_optimizer import CompetitiveOptimizer
from mixgan_tf.optimizers.competitive_optimizer import LearningRate


@keras.saving.register_keras_serializable("mixgan_tf")
class CGD(CompetitiveOptimizer):
    """Competitive gradient descent, for `min_x max_y f(x, y)`.

    Both players step to the equilibrium of the game that is bilinear around
    the present point, with a quadratic price on each player's step:

        dx = -eta (I + eta^2 D_xy D_yx)^-1 (grad_x f + eta D_xy grad_y f),
        dy = +eta (I + eta^2 D_yx D_xy)^-1 (grad_y f - eta D_yx grad_x f).

    So the players do not circle each other: on `f = a x y`, where simultaneous
    gradient descent moves away from the solution at any learning rate, a step
    shrinks the distance by `1 / sqrt(1 + eta^2 a^2)`.

    Args:
        learning_rate: `eta`, a positive float, schedule or callable.
        tolerance: see `CompetitiveOptimizer`, like all that follow.
        max_iterations: nonnegative int.
        warm_start: bool.
        alternate: bool.
        name: name of the optimizer.

    Example:
    ```python
    x, y = keras.Variable(1.0), keras.Variable(1.0)
    optimizer = mg.optimizers.CGD(learning_rate=0.5)
    for _ in range(20):
        payoff = optimizer.minimize_maximize(lambda: x * y, [x], [y])
    int(optimizer.solver_iterations)  # 1 or fewer: the system has one unknown
    ```

    Reference:
        [Schäfer & Anandkumar, 2019](https://arxiv.org/abs/1905.12103),
        section 2.
    """

    def __init__(
        self,
        learning_rate: LearningRate = 1e-2,
        tolerance: float = 1e-6,
        max_iterations: int = 20,
        warm_start: bool = True,
        alternate: bool = True,
        name: str = "cgd",
    ) -> None:
        super().__init__(
            learning_rate=learning_rate,
            tolerance=tolerance,
            max_iterations=max_iterations,
            warm_start=warm_start,
            alternate=alternate,
            name=name,
        )

    def step_sizes(
        self, gradients: list[tf.Tensor], variables: list[keras.Variable]
    ) -> list[tf.Tensor]:
        """Returns the learning rate for every variable, as scalars."""
        rate = tf.convert_to_tensor(self.learning_rate)
        return [tf.cast(rate, g.dtype) for g in gradients]


@keras.saving.register_keras_serializable("mixgan_tf")
class ACGD(CompetitiveOptimizer):
    """Adaptive competitive gradient descent, with step sizes like RMSprop's.

    Each coordinate has its own learning rate. With `v` the moving average
    `v <- beta v + (1 - beta) g^2` of its squared gradient and `t` the number of
    the step, from 1, it is

        A = learning_rate sqrt(1 - beta^t) / (sqrt(v) + epsilon),

    and the steps are `dx = -A_x (g_x + D_xy dy)`, `dy = A_y (g_y + D_yx dx)`.

    Args:
        learning_rate: positive float, schedule or callable.
        beta: float in `[0, 1)`, the decay of the moving average.
        epsilon: positive float.
        tolerance: see `CompetitiveOptimizer`, like all that follow.
        max_iterations: nonnegative int.
        warm_start: bool.
        alternate: bool.
        name: name of the optimizer.

    Example:
    ```python
    x, y = keras.Variable(1.0), keras.Variable(1.0)
    optimizer = mg.optimizers.ACGD(learning_rate=0.1)
    for _ in range(20):
        payoff = optimizer.minimize_maximize(lambda: x * y, [x], [y])
    ```

    Reference:
        [Schäfer, Zheng & Anandkumar, 2019](https://arxiv.org/abs/1910.05852).
    """

    def __init__(
        self,
        learning_rate: LearningRate = 1e-4,
        beta: float = 0.99,
        epsilon: float = 1e-5,
        tolerance: float = 1e-6,
        max_iterations: int = 20,
        warm_start: bool = True,
        alternate: bool = True,
        name: str = "acgd",
    ) -> None:
        if not 0 <= beta < 1:
            raise ValueError(
                "Argument `beta` must be a float in [0, 1). "
                f"Received: beta={beta!r}"
            )
        super().__init__(
            learning_rate=learning_rate,
            tolerance=tolerance,
            max_iterations=max_iterations,
            warm_start=warm_start,
            alternate=alternate,
            name=name,
        )
        self.beta = float(beta)
        self.epsilon = require_number("epsilon", epsilon)

    def build(self, variables: list[keras.Variable]) -> None:
        """Creates the state for a list of both players' variables, once."""
        if self.built:
            return
        super().build(variables)
        self._squares = self.add_optimizer_variables(variables, "square")

    def step_sizes(
        self, gradients: list[tf.Tensor], variables: list[keras.Variable]
    ) -> list[tf.Tensor]:
        """Returns the step sizes of each coordinate, after updating `v`."""
        rate = tf.convert_to_tensor(self.learning_rate)
        step = self.iterations.value + 1
        sizes = []
        slots = self._slots_for(variables, self._squares)
        for gradient, slot in zip(gradients, slots, strict=True):
            dtype = gradient.dtype
            beta = tf.constant(self.beta, dtype)
            square = beta * slot.value + (1 - beta) * tf.square(gradient)
            slot.assign(square)
            correction = tf.sqrt(1 - beta ** tf.cast(step, dtype))
            sizes.append(
                tf.cast(rate, dtype)
                * correction
                / (tf.sqrt(square) + self.epsilon)
            )
        return sizes

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        return {**config, "beta": self.beta, "epsilon": self.epsilon}
