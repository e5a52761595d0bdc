"""How a mixture trains: `compile`, `fit`, and the step between them."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import TypeAlias

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf import objectives
from mixgan_tf import optimizers
from mixgan_tf import payoff as payoff_estimators
from mixgan_tf import random_streams
from mixgan_tf.arguments import require_nonnegative
from mixgan_tf.compat import empty_batches
from mixgan_tf.compat import layer_tracking
from mixgan_tf.compat.optimizer_placement import update_in_place
from mixgan_tf.compat.step_function import StepFunctions
from mixgan_tf.distribution import placement
from mixgan_tf.distribution import strategy_checks
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.distribution.rows import global_rows
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.two_player_model import TwoPlayerModel
from mixgan_tf.regularizers import Regularizer
from mixgan_tf.training import compile_settings
from mixgan_tf.training import data_checks
from mixgan_tf.training import ema as averages
from mixgan_tf.training import pair_payoffs
from mixgan_tf.training import schedules
from mixgan_tf.training import step_logs
from mixgan_tf.training import steps
from mixgan_tf.training.compile_checks import check_game
from mixgan_tf.training.updates.competitive_update import chosen_variables

OptimizerLike: TypeAlias = keras.optimizers.Optimizer | str


class AdversarialModel(TwoPlayerModel, StepFunctions):
    """The training half of `MixGAN`, which gives it the two mixtures."""

    ema: averages.EMA | None = None
    _runners: list[Callable] | None = None

    def compile(
        self,
        objective: str | objectives.Objective = "non_saturating",
        generator_optimizer: OptimizerLike | None = None,
        discriminator_optimizer: OptimizerLike | None = None,
        mixture_optimizer: OptimizerLike = "adam",
        entropy_weight: float = 0.1,
        payoff: str | payoff_estimators.PayoffEstimator = "stratified",
        regularizers: Sequence[str | Regularizer] | str | Regularizer = (),
        discriminator_steps: int | schedules.AdaptiveSteps = 1,
        optimizer: str | optimizers.CompetitiveOptimizer | None = None,
        ema: float | averages.EMA | None = None,
        aux_in_weights: bool = False,
        class_loss_weight: float = 1.0,
        reconstruction_weight: float = 1.0,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool = False,
    ) -> None:
        """Configures training.

        Args:
            objective: name or `mixgan_tf.objectives.Objective`.
            generator_optimizer: Keras optimizer or name for the generators;
                `Adam(2e-4, beta_1=0.5)` by default.
            discriminator_optimizer: likewise for the discriminators.
            mixture_optimizer: `"adam"` (learning rate 1e-3),
                `"exponentiated_gradient"`, or a Keras optimizer; each
                player's logits get a copy of it.
            entropy_weight: nonnegative float; how strongly the mixture
                weights are drawn to uniform.
            payoff: name or `mixgan_tf.payoff.PayoffEstimator`: which fakes
                meet which discriminators in a step.
            regularizers: list of names or
                `mixgan_tf.regularizers.Regularizer`s of the discriminators.
            discriminator_steps: updates of the discriminators, with fresh
                latents each, for one of the generators; or `AdaptiveSteps`.
            optimizer: `"cgd"`, `"acgd"` or a competitive optimizer for both
                players and their mixture weights, in place of the three
                optimizers above; for zero-sum objectives.
            ema: `None`, a decay in `(0, 1)` or an `EMA`: averages of weights
                that sampling, evaluation and export then use.
            aux_in_weights: whether penalties and the losses of class and
                reconstruction heads move the mixture weights, as in the
                authors' code, or the payoff alone.
            class_loss_weight: nonnegative float, of class heads' losses.
            reconstruction_weight: nonnegative float, of reconstruction
                heads' losses.
            run_eagerly: as in `keras.Model.compile`.
            steps_per_execution: as in `keras.Model.compile`.
            jit_compile: as in `keras.Model.compile`; off by default, since
                XLA's CPU convolutions are slow.

        Raises:
            ValueError: if an argument is unknown or out of range, if the
                model lacks what the objective or an optimizer needs, or the
                current distribution strategy cannot be right.
        """
        strategy_checks.check_strategy(self, jit_compile)
        strategy_checks.check_precision()
        self.compiled = False  # until all of it is known to be right
        self.objective = objectives.get(objective)
        self.payoff = payoff_estimators.get(payoff)
        self.regularizers = compile_settings.own_regularizers(regularizers)
        self.discriminator_steps = schedules.get(discriminator_steps)
        self.entropy_weight = require_nonnegative(
            "entropy_weight", entropy_weight
        )
        self.class_loss_weight = require_nonnegative(
            "class_loss_weight", class_loss_weight
        )
        self.reconstruction_weight = require_nonnegative(
            "reconstruction_weight", reconstruction_weight
        )
        self.aux_in_weights = bool(aux_in_weights)
        self.ema = averages.get(ema)
        self.competitive = optimizer is not None
        separate = (
            generator_optimizer,
            discriminator_optimizer,
            mixture_optimizer,
        )
        super().compile(
            optimizer=self._set_optimizers(optimizer, *separate),
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            auto_scale_loss=False,
        )
        self.compiled = False
        check_game(self)
        self._prepare_training()
        self.compiled = True

    def _set_optimizers(
        self,
        competitive: str | optimizers.CompetitiveOptimizer | None,
        generator: OptimizerLike | None,
        discriminator: OptimizerLike | None,
        mixture: OptimizerLike,
    ) -> keras.optimizers.Optimizer:
        if competitive is not None:
            compile_settings.refuse_separate_optimizers(
                generator, discriminator, mixture
            )
            # Those of an earlier `compile` would be saved with the model.
            self.generator_optimizer = self.discriminator_optimizer = None
            self.generator_mixture_optimizer = None
            self.discriminator_mixture_optimizer = None
            return optimizers.get_competitive_optimizer(competitive)
        self.generator_optimizer = compile_settings.network_optimizer(
            generator, "generator_optimizer"
        )
        mixture = optimizers.get_mixture_optimizer(mixture)
        self.generator_mixture_optimizer = compile_settings.fresh_copy(mixture)
        if not self.num_discriminators:
            return self.generator_optimizer
        self.discriminator_optimizer = compile_settings.network_optimizer(
            discriminator, "discriminator_optimizer"
        )
        compile_settings.require_two_optimizers(
            self.generator_optimizer, self.discriminator_optimizer
        )
        self.discriminator_mixture_optimizer = compile_settings.fresh_copy(
            mixture
        )
        # Keras takes one to be the model's own, and makes one if there is none.
        return self.generator_optimizer

    def _prepare_training(self) -> None:
        self.start_averages()
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            for network in self.all_networks():
                empty_batches.mend_layers(network)
        for state in getattr(self, "_regularizer_states", []):
            layer_tracking.forget(self, state)
        for regularizer in self.regularizers:
            regularizer.build(self)
        self._regularizer_states = [
            r.state for r in self.regularizers if r.state is not None
        ]
        # Optimizer state must exist before a distributed step is traced and
        # before saved state is loaded.
        if self.competitive:
            self.optimizer.build(sum(chosen_variables(self), []))
        else:
            for optimizer, variables, argument in self._optimized():
                strategy_checks.check_optimizer(optimizer, argument)
                optimizer.build(variables)
                if self.component_devices is not None:
                    update_in_place(optimizer)
        self._trackers = [
            keras.metrics.Mean(name=name)
            for name in step_logs.metric_names(self)
        ]

    def _optimized(
        self,
    ) -> list[tuple[keras.optimizers.Optimizer, list[keras.Variable], str]]:
        networks = [
            (p.optimizer, p.network_variables, f"{p.name}_optimizer")
            for p in self.players
        ]
        logits = [
            (p.mixture_optimizer, [p.logits], "mixture_optimizer")
            for p in self.players
        ]
        return networks + logits

    def fit(
        self, x: Any = None, y: np.ndarray | None = None, **kwargs: Any
    ) -> keras.callbacks.History:
        """Trains the model. Takes what `keras.Model.fit` takes.

        Args:
            x: `tf.data.Dataset` of samples or `(samples, labels)` batches, or
                an array `(N, *sample_shape)`, or another Keras data source.
                An endless dataset needs `steps_per_epoch`.
            y: int labels `(N,)` of an array, if conditional.
            **kwargs: see `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History` of the metrics.

        Raises:
            ValueError: if the first batch does not fit the model.
        """
        strategy_checks.check_scope(self)
        data_checks.check_training_data(self, x, y)
        if isinstance(x, tf.data.Dataset):
            kwargs.setdefault("shuffle", False)  # Keras warns that it cannot
            endless = x.cardinality() == tf.data.INFINITE_CARDINALITY
            if endless and not kwargs.get("steps_per_epoch"):
                raise ValueError(
                    "The dataset is endless, so an epoch needs a length: pass "
                    "`steps_per_epoch`. Received: steps_per_epoch="
                    f"{kwargs.get('steps_per_epoch')!r}"
                )
        return super().fit(x, y, **kwargs)

    def evaluate(
        self, x: Any = None, y: np.ndarray | None = None, **kwargs: Any
    ) -> float | list[float] | dict[str, float]:
        """Returns losses and payoff. Takes what `keras.Model.evaluate` takes.

        Args:
            x: as for `fit`.
            y: as for `fit`.
            **kwargs: see `keras.Model.evaluate`.

        Returns:
            What `keras.Model.evaluate` returns.

        Raises:
            ValueError: if the first batch does not fit the model.
        """
        # `fit` asks so for validation data, which it has checked before.
        if not kwargs.get("_use_cached_eval_dataset"):
            data_checks.check_training_data(self, x, y)
        return super().evaluate(x, y, **kwargs)

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One update of every discriminator, then of every generator.

        Args:
            data: a batch of samples, or `(samples, labels)`.

        Returns:
            A dict of running means of the metrics.
        """
        samples, labels = self._unpack(data)
        rows = global_rows(samples)
        values = steps.training_step(self)(
            self, self._step_key(), rows, samples, labels
        )
        with tf.control_dependencies([values["generator_loss"]]):
            self.train_steps.assign_add(1)  # once the step has been made
        if self.ema is not None:
            for player in self.players:
                if player.average is not None:
                    self.ema.update(player, self.train_steps.value)
        return self._log(values, rows)

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Evaluates losses and payoff on a batch without any update.

        Args:
            data: a batch of samples, or `(samples, labels)`.

        Returns:
            A dict of running means of the metrics.
        """
        samples, labels = self._unpack(data)
        rows = global_rows(samples)
        # Fresh latents for every batch: the rows evaluated so far tell which.
        seen = tf.cast(self._trackers[0].count.value, tf.int32)
        key = random_streams.evaluation(self._step_key(), seen)
        values = pair_payoffs.evaluate(self, key, rows, samples, labels)
        return self._log(values, rows)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The running means that `fit` shows."""
        return list(getattr(self, "_trackers", []))

    def _unpack(self, data: Any) -> tuple[tf.Tensor, tf.Tensor | None]:
        samples, labels = data_checks.split_batch(data)
        data_checks.check_shapes(self, samples, labels)
        if self.num_classes is None:
            return samples, None
        return samples, tf.cast(labels, tf.int32)

    def _step_key(self) -> tf.Tensor:
        step = tf.cast(self.train_steps.value, tf.int32)
        return random_streams.step_key(self.seed, step)

    def _log(
        self, values: dict[str, tf.Tensor], rows: Rows
    ) -> dict[str, tf.Tensor]:
        values, weights = step_logs.metric_values(self, values, rows)
        for tracker in self._trackers:
            if tracker.name in values:
                tracker.update_state(
                    values[tracker.name], sample_weight=weights[tracker.name]
                )
        return {t.name: t.result() for t in self._trackers if t.name in values}

    def start_averages(self) -> None:
        """Copies the weights that are to be averaged, if there is no copy."""
        generators = self._find_average("generator", self.ema_generator_mixture)
        self.ema_generator_mixture = generators
        discriminators = self._find_average(
            "discriminator", self.ema_discriminator_mixture
        )
        self.ema_discriminator_mixture = discriminators
        self._runners = None

    def _find_average(
        self, name: str, present: Mixture | None
    ) -> Mixture | None:
        if not self.ema or name not in self.ema.players:
            layer_tracking.forget(self, present)
            return None
        if present is not None:
            return present
        average = self.ema.start(self.player(name).mixture)
        return placement.spread_mixture(average, self.component_devices)

    def optimizer_variables(self) -> list[keras.Variable]:
        """Returns the variables of all optimizers, each once."""
        found: dict[int, keras.Variable] = {}
        used = [getattr(self, "optimizer", None)]
        for player in self.players:
            used += [player.optimizer, player.mixture_optimizer]
        for optimizer in used:
            if optimizer is not None:
                found |= {id(v): v for v in optimizer.variables}
        return list(found.values())

    def get_compile_config(self) -> dict[str, Any] | None:
        """Returns `compile`'s arguments, serialised."""
        return compile_settings.compile_config(self) if self.compiled else None

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles the model from `get_compile_config()`'s result."""
        self.compile(**compile_settings.arguments_from(config))
