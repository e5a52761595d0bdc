"""How a mixture trains: `compile`, `fit`, and the step between them."""

import copy

import keras
import tensorflow as tf

from mixgan_tf import objectives
from mixgan_tf import optimizers
from mixgan_tf import regularizers as all_regularizers
from mixgan_tf.arguments import require_nonnegative
from mixgan_tf.compat import draws
from mixgan_tf.compat import empty_batches
from mixgan_tf.compat import step_function
from mixgan_tf.compat.loss_scaling import with_loss_scaling
from mixgan_tf.distribution import placement
from mixgan_tf.distribution import replicas
from mixgan_tf.distribution import strategy_checks
from mixgan_tf.distribution.rows import global_rows
from mixgan_tf.model.mixture import mixture_entropy
from mixgan_tf.payoff import estimators as payoff_estimators
from mixgan_tf.training import data_checks
from mixgan_tf.training import ema as averages
from mixgan_tf.training import pair_payoffs
from mixgan_tf.training import schedules
from mixgan_tf.training import steps
from mixgan_tf.training.compile_checks import check_game
from mixgan_tf.training.updates import competitive_update


class AdversarialModel(keras.Model):
    """The training half of `MixGAN`, which gives it the two mixtures."""

    def compile(
        self,
        objective="non_saturating",
        generator_optimizer=None,
        discriminator_optimizer=None,
        mixture_optimizer="adam",
        entropy_weight=0.1,
        payoff="stratified",
        regularizers=(),
        discriminator_steps=1,
        optimizer=None,
        ema=None,
        aux_in_weights=False,
        class_loss_weight=1.0,
        reconstruction_weight=1.0,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile=False,
    ):
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
        if not isinstance(regularizers, list | tuple):
            regularizers = [regularizers] if regularizers else []
        # Copies, since some keep state that belongs to one model.
        self.regularizers = [
            copy.copy(all_regularizers.get(r)) for r in regularizers
        ]
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
        if self.competitive:
            self._refuse_other_optimizers(
                generator_optimizer, discriminator_optimizer, mixture_optimizer
            )
            optimizer = optimizers.get_competitive_optimizer(optimizer)
        else:
            self._set_optimizers(
                generator_optimizer, discriminator_optimizer, mixture_optimizer
            )
        super().compile(
            optimizer=optimizer or self.generator_optimizer,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            auto_scale_loss=False,
        )
        self.compiled = False
        check_game(self)
        self.start_averages()
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            for network in self._all_networks():
                empty_batches.mend_layers(network)
        for state in getattr(self, "_regularizer_states", []):
            self._forget(state)
        for regularizer in self.regularizers:
            regularizer.build(self)
        self._regularizer_states = [
            r.state for r in self.regularizers if r.state is not None
        ]
        # Optimizer state must exist before a distributed step is traced and
        # before saved state is loaded.
        if self.competitive:
            self.optimizer.build(sum(competitive_update.players(self), []))
        else:
            for optimizer, variables, argument in self._optimized():
                strategy_checks.check_optimizer(optimizer, argument)
                optimizer.build(variables)
                if self.component_devices is not None:
                    placement.update_in_place(optimizer)
        self._trackers = [
            keras.metrics.Mean(name=name) for name in self._metric_names()
        ]
        self.compiled = True

    def fit(self, x=None, y=None, **kwargs):
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

    def evaluate(self, x=None, y=None, **kwargs):
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
        if not kwargs.get("_use_cached_eval_dataset"):
            data_checks.check_training_data(self, x, y)
        return super().evaluate(x, y, **kwargs)

    def train_step(self, data):
        """One update of every discriminator, then of every generator.

        Args:
            data: a batch of samples, or `(samples, labels)`.

        Returns:
            A dict of running means of the metrics.
        """
        samples, labels = self._unpack(data)
        rows = global_rows(samples)
        key = self._step_key()
        values = steps.step_of(self)(self, key, rows, samples, labels)
        with tf.control_dependencies([values["generator_loss"]]):
            self.train_steps.assign_add(1)  # once the step has been made
        if self.ema:
            for player in self.ema.players:
                for device, (average, trained) in placement.parts_by_device(
                    self,
                    getattr(self, f"ema_{player}_mixture"),
                    getattr(self, f"{player}_mixture"),
                ):
                    with device:
                        self.ema.update(
                            average, trained, self.train_steps.value
                        )
        return self._log(values, rows)

    def test_step(self, data):
        """Evaluates losses and payoff on a batch without any update.

        Args:
            data: a batch of samples, or `(samples, labels)`.

        Returns:
            A dict of running means of the metrics.
        """
        samples, labels = self._unpack(data)
        rows = global_rows(samples)
        # Fresh latents for every batch: the rows evaluated so far tell which.
        key = _fold(self._step_key(), steps.EVALUATION_KEY)
        key = _fold(key, tf.cast(self._trackers[0].count.value, tf.int32))
        values = pair_payoffs.evaluate(self, key, rows, samples, labels)
        return self._log(values, rows)

    def make_train_function(self, force=False):
        """Builds the function `fit` calls. See `distribution`."""
        if self.train_function is None or force:
            self.train_function = step_function.make_step_function(
                self, self.train_step
            )
        return self.train_function

    def make_test_function(self, force=False):
        """Builds the function `evaluate` calls. See `distribution`."""
        if self.test_function is None or force:
            self.test_function = step_function.make_step_function(
                self, self.test_step
            )
        return self.test_function

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Does nothing: networks and optimizers are built already."""

    @property
    def metrics(self):
        """The running means that `fit` shows."""
        return list(getattr(self, "_trackers", []))

    def _unpack(self, data):
        samples, labels = data_checks.split_batch(data)
        data_checks.check_shapes(self, samples, labels)
        if self.num_classes is None:
            return samples, None
        return samples, tf.cast(labels, tf.int32)

    def _step_key(self):
        key = tf.constant([self.seed, 0], tf.int32)
        return _fold(key, tf.cast(self.train_steps.value, tf.int32))

    def _metric_names(self):
        names = ["generator_loss", "payoff", "generator_entropy"]
        if self.num_discriminators:
            names[1:1] = ["discriminator_loss"]
            names.append("discriminator_entropy")
        if self.objective.uses_critics and not self.competitive:
            names += [
                f"gradient_norm_{j}" for j in range(self.num_discriminators)
            ]
        return names

    def _log(self, values, rows):
        norms, present = (
            values.pop(name, None) for name in ("gradient_norms", "present")
        )
        values = replicas.sum_over_replicas(values)
        values["generator_entropy"] = mixture_entropy(
            self.generator_mixture.mixture_logits
        )
        if self.num_discriminators:
            values["discriminator_entropy"] = mixture_entropy(
                self.discriminator_mixture.mixture_logits
            )
        weights = dict.fromkeys(values, tf.cast(rows.total, tf.float32))
        if norms is not None:
            named = {
                f"gradient_norm_{j}": x for j, x in enumerate(tf.unstack(norms))
            }
            values |= replicas.sum_over_replicas(named)
            rows_judged = present * weights["payoff"]
            weights |= dict(zip(named, tf.unstack(rows_judged), strict=True))
        for tracker in self._trackers:
            if tracker.name in values:
                tracker.update_state(
                    values[tracker.name], sample_weight=weights[tracker.name]
                )
        return {t.name: t.result() for t in self._trackers if t.name in values}

    def _set_optimizers(self, generator, discriminator, mixture):
        self.generator_optimizer = _network_optimizer(
            generator, "generator_optimizer"
        )
        mixture = optimizers.get_mixture_optimizer(mixture)
        self.generator_mixture_optimizer = _copy_of(mixture)
        if not self.num_discriminators:
            return
        self.discriminator_optimizer = _network_optimizer(
            discriminator, "discriminator_optimizer"
        )
        if self.generator_optimizer is self.discriminator_optimizer:
            raise ValueError(
                "Arguments `generator_optimizer` and `discriminator_optimizer`"
                " must be two optimizers: one cannot keep the state of both "
                "players. Received: the same object twice"
            )
        self.discriminator_mixture_optimizer = _copy_of(mixture)

    def _refuse_other_optimizers(self, generator, discriminator, mixture):
        if generator or discriminator or mixture != "adam":
            raise ValueError(
                "Argument `optimizer` takes the place of "
                "`generator_optimizer`, `discriminator_optimizer` and "
                "`mixture_optimizer`; leave those out. Received: both"
            )

    def start_averages(self):
        """Copies the weights that are to be averaged, if there is no copy."""
        for player in averages.PLAYERS:
            name = f"ema_{player}_mixture"
            if not self.ema or player not in self.ema.players:
                self._forget(getattr(self, name, None))
                setattr(self, name, None)
            elif getattr(self, name, None) is None:
                average = self.ema.start(getattr(self, f"{player}_mixture"))
                average = placement.spread_mixture(
                    average, self.component_devices
                )
                setattr(self, name, average)
        self._runners = None

    def _forget(self, layer):
        # Keras goes on tracking what an attribute held: it would be saved.
        if layer is not None:
            self._tracker.unlock()
            self._tracker.untrack(layer)

    def averaged_mixture(self, player):
        """Returns the mixture that sampling, evaluation and export use.

        Args:
            player: `"generator"` or `"discriminator"`.

        Returns:
            The average of the player's `Mixture` if the model keeps one, else
            the `Mixture` itself.
        """
        average = getattr(self, f"ema_{player}_mixture", None)
        if average is not None:
            return average
        return getattr(self, f"{player}_mixture")

    def _all_networks(self):
        for player in averages.PLAYERS:
            for mixture in (
                getattr(self, f"{player}_mixture"),
                getattr(self, f"ema_{player}_mixture", None),
            ):
                yield from [] if mixture is None else mixture.components

    def _optimized(self):
        players = ["generator"]
        if self.num_discriminators:
            players.append("discriminator")
        for player in players:
            argument = f"{player}_optimizer"
            variables = getattr(self, f"{player}_variables")
            yield getattr(self, argument), variables, argument
        for player in players:
            optimizer = getattr(self, f"{player}_mixture_optimizer")
            mixture = getattr(self, f"{player}_mixture")
            yield optimizer, [mixture.mixture_logits], "mixture_optimizer"

    def optimizer_variables(self):
        """Returns the variables of all optimizers, each once, as a list."""
        found = {}
        for player in ("", "generator_", "discriminator_"):
            for kind in ("optimizer", "mixture_optimizer"):
                optimizer = getattr(self, f"{player}{kind}", None)
                if optimizer is not None:
                    found |= {id(v): v for v in optimizer.variables}
        return list(found.values())

    def get_compile_config(self):
        """Returns `compile`'s arguments, serialised."""
        serialize = keras.saving.serialize_keras_object
        if not self.compiled:
            return None
        if self.competitive:
            optimizers_used = {"optimizer": serialize(self.optimizer)}
        else:
            optimizers_used = {
                f"{name}_optimizer": serialize(optimizer)
                for name, optimizer in (
                    ("generator", self.generator_optimizer),
                    ("mixture", self.generator_mixture_optimizer),
                )
            }
            if self.num_discriminators:
                optimizers_used["discriminator_optimizer"] = serialize(
                    self.discriminator_optimizer
                )
        steps = self.discriminator_steps
        if not isinstance(steps, int):
            steps = serialize(steps)
        return {
            "objective": serialize(self.objective),
            **optimizers_used,
            "entropy_weight": self.entropy_weight,
            "payoff": serialize(self.payoff),
            "regularizers": [serialize(r) for r in self.regularizers],
            "discriminator_steps": steps,
            "ema": self.ema and serialize(self.ema),
            "aux_in_weights": self.aux_in_weights,
            "class_loss_weight": self.class_loss_weight,
            "reconstruction_weight": self.reconstruction_weight,
            "steps_per_execution": self.steps_per_execution,
            "jit_compile": self.jit_compile,
        }

    def compile_from_config(self, config):
        """Compiles the model from `get_compile_config()`'s result."""
        deserialize = keras.saving.deserialize_keras_object
        self.compile(
            **{
                name: deserialize(value)
                if isinstance(value, dict | list)
                else value
                for name, value in config.items()
            }
        )

    def _require_discriminators(self, what):
        if self.discriminator_mixture is None:
            raise ValueError(
                f"`{what}` needs discriminators, and this model only samples: "
                "make it with `discriminator=...`, or load the preset with "
                "`load_discriminators=True`. Received: discriminator=None"
            )


def _network_optimizer(optimizer, argument):
    if optimizer is None:
        optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    try:
        return with_loss_scaling(keras.optimizers.get(optimizer))
    except ValueError as error:
        raise ValueError(
            f"Argument `{argument}` must be a Keras optimizer or its name. "
            f"Received: {argument}={optimizer!r}"
        ) from error


def _copy_of(optimizer):
    return type(optimizer).from_config(optimizer.get_config())


def _fold(key, data):
    return draws.fold_in(key, data)
