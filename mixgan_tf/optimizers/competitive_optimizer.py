"""The base class of competitive optimizers: their state and their step."""

import numbers
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any
from typing import NoReturn
from typing import TypeAlias

import keras
import tensorflow as tf

from mixgan_tf.arguments import require_nonnegative
from mixgan_tf.compat.optimizer_variables import index_of
from mixgan_tf.compat.optimizer_variables import key_of
from mixgan_tf.compat.optimizer_variables import known_keys
from mixgan_tf.optimizers.competitive_steps import LocalPlayer
from mixgan_tf.optimizers.competitive_steps import competitive_steps
from mixgan_tf.optimizers.hessian_products import mixed_product
from mixgan_tf.optimizers.hessian_products import player_gradients

LearningRate: TypeAlias = (
    float
    | keras.optimizers.schedules.LearningRateSchedule
    | Callable[[], float]
)


class CompetitiveOptimizer(keras.optimizers.Optimizer):
    """The base class of `CGD` and `ACGD`, which differ in `step_sizes` alone.

    The state has a slot for each variable, whichever player's it is. So `build`
    takes one list of both players' variables in any order, as Keras calls it
    when it loads a model, and `minimize_maximize` tells the players apart. As
    with every Keras optimizer, saved state fits one built in the same order.

    Args:
        learning_rate: positive float, schedule or callable.
        tolerance: nonnegative float: a solve ends when the norm of its residual
            is this fraction of that of its right-hand side.
        max_iterations: most iterations of a solve, each the cost of two or
            three gradients. With 0 nothing is solved, no second derivative is
            taken and `warm_start` is ignored: the step is `dx = -A_x g_x`,
            `dy = A_y g_y`, simultaneous gradient descent with the same sizes.
        warm_start: whether a solve starts from that player's last solution.
        alternate: whether even steps (the first is 0) solve for the minimising
            player and odd ones for the maximising; else all for the minimising.
        name: name of the optimizer.

    Attributes:
        solver_iterations: int32 `keras.Variable`, iterations of the last solve.
        solver_residual: float32 `keras.Variable`, the relative residual it
            left; 1 where nothing was solved.
    """

    def __init__(
        self,
        learning_rate: LearningRate,
        tolerance: float = 1e-6,
        max_iterations: int = 20,
        warm_start: bool = True,
        alternate: bool = True,
        name: str | None = None,
    ) -> None:
        max_iterations = _require_max_iterations(max_iterations)
        super().__init__(learning_rate=learning_rate, name=name)
        self.tolerance = require_nonnegative("tolerance", tolerance)
        self.max_iterations = max_iterations
        self.warm_start = warm_start
        self.alternate = alternate
        self.solver_iterations = self.add_variable(
            (), dtype="int32", name="solver_iterations"
        )
        self.solver_residual = self.add_variable(
            (), dtype="float32", name="solver_residual"
        )

    def build(self, variables: list[keras.Variable]) -> None:
        """Creates the state for a list of variables, once.

        Args:
            variables: list of `keras.Variable`: both players', in any order.

        Raises:
            ValueError: under a distribution strategy of several replicas.
        """
        if self.built:
            return
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        if replicas > 1:
            raise ValueError(
                f"`{type(self).__name__}` solves one system for the whole "
                "batch: train on a single replica, or with other optimizers. "
                f"Received: a strategy of {replicas} replicas"
            )
        super().build(variables)
        if self.warm_start:
            self._solutions = self.add_optimizer_variables(
                variables, "solution"
            )

    @tf.autograph.experimental.do_not_convert
    def minimize_maximize(
        self,
        payoff: Callable[[], tf.Tensor],
        minimizing_variables: Iterable[keras.Variable],
        maximizing_variables: Iterable[keras.Variable],
    ) -> tf.Tensor:
        """Makes one step of both players.

        The payoff is computed many times. Only what it assigns to Keras
        variables the last time is kept: moving averages and seeds advance once,
        and all computations see the same dropout masks. Random numbers that do
        not come from Keras seeds must be drawn outside.

        Keras normalises with `tf.nn.moments`, whose second derivative lacks a
        term, except in `BatchNormalization(synchronized=True)`. With another
        normalisation in the maximising networks the step is a little off.

        Args:
            payoff: function of no argument that returns a float scalar, twice
                differentiable in the variables.
            minimizing_variables: list of `keras.Variable` of the player who
                wants the payoff small. Not all need appear in it.
            maximizing_variables: the same for the player who wants it large.

        Returns:
            The payoff before the step, a scalar tensor.

        Raises:
            ValueError: if a player has no variables, or one that is the other's
                too or that the optimizer was not built with; or if the payoff
                is no float scalar that depends on the variables.
        """
        x, y = list(minimizing_variables), list(maximizing_variables)
        self._check_players(x, y)
        self.build(x + y)
        x_gradients, y_gradients = player_gradients(payoff, x, y)
        x_player = LocalPlayer(
            sign=-1,
            gradients=x_gradients,
            sizes=self.step_sizes(x_gradients, x),
            product=_graph_function(lambda b: mixed_product(payoff, x, y, b)),
        )
        y_player = LocalPlayer(
            sign=1,
            gradients=y_gradients,
            sizes=self.step_sizes(y_gradients, y),
            product=_graph_function(lambda a: mixed_product(payoff, y, x, a)),
        )

        def solve_for_x() -> tuple[list[tf.Tensor], list[tf.Tensor]]:
            return self._solve(x_player, y_player, x)

        def solve_for_y() -> tuple[list[tf.Tensor], list[tf.Tensor]]:
            return self._solve(y_player, x_player, y)[::-1]

        if self.max_iterations == 0:
            steps = _simple_steps(x_player), _simple_steps(y_player)
            self._report(0, 1.0)
        elif self.alternate:
            even = self.iterations.value % 2 == 0
            steps = tf.cond(even, solve_for_x, solve_for_y)
        else:
            steps = solve_for_x()
        value = tf.convert_to_tensor(payoff())  # the one with side effects
        for variable, step in zip(x + y, [*steps[0], *steps[1]], strict=True):
            self.assign_add(variable, step)
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))
        self.iterations.assign_add(1)
        return value

    def step_sizes(
        self, gradients: list[tf.Tensor], variables: list[keras.Variable]
    ) -> list[tf.Tensor]:
        """Updates one player's state and returns the diagonal of `A`.

        Args:
            gradients: list of tensors.
            variables: list of `keras.Variable` of the same shapes.

        Returns:
            A list of positive tensors that broadcast to those shapes.
        """
        raise NotImplementedError

    def apply(
        self,
        grads: Iterable[tf.Tensor],
        trainable_variables: list[keras.Variable] | None = None,
    ) -> NoReturn:
        """Refuses gradients: the step needs the payoff itself."""
        raise NotImplementedError(
            f"`{type(self).__name__}` takes second derivatives and cannot apply"
            " gradients: call `minimize_maximize(payoff, minimizing_variables, "
            "maximizing_variables)`. "
            f"Received: {len(list(grads))} gradients"
        )

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[tf.Tensor, keras.Variable]]
    ) -> NoReturn:
        """Refuses gradients: the step needs the payoff itself."""
        self.apply(list(grads_and_vars))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "learning_rate": super().get_config()["learning_rate"],
            "tolerance": self.tolerance,
            "max_iterations": self.max_iterations,
            "warm_start": self.warm_start,
            "alternate": self.alternate,
            "name": self.name,
        }

    def _slots_for(
        self, variables: list[keras.Variable], slots: list[keras.Variable]
    ) -> list[keras.Variable]:
        return [slots[index_of(self, v)] for v in variables]

    def _solve(
        self,
        own: LocalPlayer,
        other: LocalPlayer,
        variables: list[keras.Variable],
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        slots = []
        if self.warm_start:
            slots = self._slots_for(variables, self._solutions)
        own_steps, other_steps, solution = competitive_steps(
            own,
            other,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
            start=[slot.value for slot in slots] or None,
        )
        if self.warm_start:
            for slot, value in zip(slots, solution.values, strict=True):
                slot.assign(value)
        self._report(solution.iterations, solution.residual)
        return own_steps, other_steps

    def _report(
        self, iterations: int | tf.Tensor, residual: float | tf.Tensor
    ) -> None:
        self.solver_iterations.assign(iterations)
        self.solver_residual.assign(residual)

    def _check_players(
        self, x: list[keras.Variable], y: list[keras.Variable]
    ) -> None:
        keys = {key_of(self, v) for v in x + y}
        known = known_keys(self) if self.built else keys
        if not x or not y or len(keys) < len(x + y) or not keys <= known:
            raise ValueError(
                "Arguments `minimizing_variables` and `maximizing_variables` "
                "must be two lists with no variable in common or twice, none "
                "empty, of those the optimizer was built with. Received: "
                f"{len(x)} and {len(y)} variables, {len(keys)} different, "
                f"{len(keys - known)} of them unknown"
            )


def _require_max_iterations(value: object) -> int:
    if not isinstance(value, numbers.Integral) or value < 0:
        raise ValueError(
            "Argument `max_iterations` must be a nonnegative int. "
            f"Received: max_iterations={value!r}"
        )
    return int(value)


def _graph_function(
    function: Callable[[list[tf.Tensor]], list[tf.Tensor]],
) -> Callable[[list[tf.Tensor]], list[tf.Tensor]]:
    # In a graph the products appear a dozen times: traced once for each player,
    # and kept as calls, since inlined copies take minutes to optimise.
    if not tf.inside_function():
        return function
    return tf.function(
        function,
        autograph=False,
        experimental_attributes={"_noinline": True},
    )


def _simple_steps(player: LocalPlayer) -> list[tf.Tensor]:
    pairs = zip(player.sizes, player.gradients, strict=True)
    return [player.sign * a * g for a, g in pairs]
