"""A callback that solves for the mixture weights at regular steps."""

import pathlib

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from mixgan_tf.arguments import require_nonnegative
from mixgan_tf.arguments import require_number
from mixgan_tf.callbacks.event_log import EventLog
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.games.empirical_game import EmpiricalGame
from mixgan_tf.games.empirical_game import game_from_rows
from mixgan_tf.games.empirical_game import require_matrix_game
from mixgan_tf.games.held_out import check_samples
from mixgan_tf.games.held_out import row_payoffs
from mixgan_tf.games.regularized_game import solve_regularized_game
from mixgan_tf.model.player import Player


class ResolveMixture(EverySteps):
    """Moves both players' mixture weights to the solution of their own game.

    Gradient steps on the weights are slow beside those of the networks. Every
    so many steps this measures the payoff of each pair on held-out samples,
    solves `min over w, max over q of w' A q + lambda R(w) - lambda R(q)`
    exactly, and moves the logits part of the way:
    `alpha <- (1 - damping) alpha + damping log w*`. The mixture optimizer's
    state is about gradients of the weights before, and starts anew.

    The solution of the game without its regularisers would give most
    components no weight; they would stop learning and never return.

    Args:
        samples: float array `(n, *sample_shape)` of held-out real samples.
        labels: int array `(n,)` of their classes, if conditional.
        every: how often, in training steps.
        damping: float in `(0, 1]`: how far to go; 1 is all the way.
        floor: nonnegative float: no weight is set lower. Less than one over
            the number of generators, and of discriminators.
        entropy_weight: positive float `lambda`; the one the model was
            compiled with by default.
        batch_size: the most real samples judged at once.
        seed: int that fixes the latents, the same every time.
        log_dir: TensorBoard folder for `game/exploitability`, of the weights
            before they are moved, `game/value`, of the game without
            regularisers, and `game/payoff`; `None` writes nothing.

    Attributes:
        game: the last `mixgan_tf.games.EmpiricalGame`, of the weights before
            they were moved; `None` at first.

    Raises:
        ValueError: when training begins, if the model's weights play no T x T
            game, or an argument does not fit it.
        FloatingPointError: if the networks' payoffs are not finite.

    Example:
    ```python
    resolve = mg.callbacks.ResolveMixture(held_out_images, every=1000)
    gan.fit(data, callbacks=[resolve])
    print(resolve.game.summary())
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), section 5, for
        the game.
    """

    def __init__(
        self,
        samples: ArrayLike,
        labels: ArrayLike | None = None,
        every: int = 500,
        damping: float = 0.3,
        floor: float = 0.01,
        entropy_weight: float | None = None,
        batch_size: int = 256,
        seed: int = 0,
        log_dir: str | pathlib.Path | None = None,
    ) -> None:
        super().__init__(every)
        self.samples = samples
        self.labels = labels
        self.damping = require_number("damping", damping, high=1.0)
        self.floor = require_nonnegative("floor", floor)
        if entropy_weight is not None:
            require_number("entropy_weight", entropy_weight)
        self.entropy_weight = entropy_weight
        self.batch_size = batch_size
        self.seed = seed
        self.log_dir = None if log_dir is None else str(log_dir)
        self.game: EmpiricalGame | None = None
        self._log: EventLog | None = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Checks that the model and the samples fit, and opens the log."""
        super().on_train_begin(logs)
        gan = self.model
        require_matrix_game(gan, "ResolveMixture")
        self._data = check_samples(
            gan, self.samples, self.labels, self.batch_size
        )
        components = max(gan.num_generators, gan.num_discriminators)
        if self.floor * components >= 1:
            raise ValueError(
                "Argument `floor` must be less than one over the number of "
                f"components, 1 / {components}. Received: floor={self.floor:g}"
            )
        self._lambda = self.entropy_weight or gan.entropy_weight
        if not self._lambda:
            raise ValueError(
                "Argument `entropy_weight` must be given for a model compiled "
                "with `entropy_weight=0`: without it the solution keeps few "
                "components. Received: entropy_weight=None"
            )
        # The state of a competitive optimizer holds no direction.
        self._initial_states = {
            player.name: [] if gan.competitive else _initial_state(player)
            for player in gan.players
        }
        if self.log_dir is not None:
            self._log = EventLog(self.log_dir)

    def on_step(self, step: int, logs: dict[str, float]) -> None:
        """Solves the game and moves the weights."""
        gan = self.model
        # Of the networks that train, not of their averages.
        payoffs = row_payoffs(
            gan, *self._data, self.seed, self.batch_size, averaged=False
        )
        if not np.isfinite(payoffs).all():
            raise FloatingPointError(
                "The payoffs on held-out samples are not finite at step "
                f"{step}: training has diverged. Lower the learning rates. "
                f"Received: mean payoffs {payoffs.mean(axis=0).tolist()}"
            )
        self.game = game_from_rows(
            payoffs, *(p.mixture.probabilities for p in gan.players)
        )
        solution = solve_regularized_game(self.game.payoff, self._lambda)
        for player, goal in zip(gan.players, solution[1:], strict=True):
            weights = damped_weights(
                player.mixture.probabilities, goal, self.damping, self.floor
            )
            player.logits.assign(np.log(weights).astype("float32"))
            for variable, initial in self._initial_states[player.name]:
                variable.assign(initial)
        if self._log is not None:
            with self._log.at(step):
                for name, value in (
                    ("exploitability", self.game.exploitability),
                    ("value", self.game.equilibrium.value),
                    ("payoff", self.game.mixture_payoff.value),
                ):
                    tf.summary.scalar(f"game/{name}", value)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Closes the log."""
        if self._log is not None:
            self._log.close()


def damped_weights(
    weights: ArrayLike, goal: ArrayLike, damping: float, floor: float
) -> np.ndarray:
    """Returns mixture weights that are moved towards others.

    It is a step between their logarithms:
    `log w <- (1 - damping) log w + damping log w*`, normalised; weights below
    the floor are raised to it, at the cost of the others in proportion.

    Args:
        weights: `(T,)` probabilities; zeros are taken as 1e-30.
        goal: `(T,)` positive probabilities `w*`.
        damping: float in `(0, 1]`.
        floor: nonnegative float below `1 / T`.

    Returns:
        A float64 array `(T,)`.
    """
    logs = np.log(np.maximum(np.asarray(weights, "float64"), 1e-30))
    moved = np.exp((1 - damping) * logs + damping * np.log(goal))
    moved /= moved.sum()
    raised = np.zeros(len(moved), bool)
    while np.any(moved[~raised] < floor):
        raised |= moved < floor
        moved[raised] = floor
        rest = 1 - floor * raised.sum()
        moved[~raised] *= rest / moved[~raised].sum()
    return moved


def _initial_state(player: Player) -> list[tuple[keras.Variable, np.ndarray]]:
    optimizer = player.mixture_optimizer
    if isinstance(
        getattr(optimizer, "_learning_rate", None),
        keras.optimizers.schedules.LearningRateSchedule,
    ):
        raise ValueError(
            "`ResolveMixture` starts the mixture optimizer anew each time, and "
            "a learning rate schedule would start with it: compile with a "
            "`mixture_optimizer` of constant rate. Received: "
            f"{type(optimizer._learning_rate).__name__}"
        )
    fresh = type(optimizer).from_config(optimizer.get_config())
    fresh.build([player.logits])
    kept = optimizer.learning_rate
    return [
        (variable, value.numpy())
        for variable, value in zip(
            optimizer.variables, fresh.variables, strict=True
        )
        if variable is not kept
    ]
