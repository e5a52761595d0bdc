"""How a mixture trains: `compile`, `fit`, and the step between them."""

import keras
import tensorflow as tf

from mixgan_tf import distribution
from mixgan_tf import evaluation
from mixgan_tf import objectives
from mixgan_tf import optimizers
from mixgan_tf import payoff as payoff_estimators
from mixgan_tf import training_data
from mixgan_tf import updates
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.mixture import mixture_entropy

# Keys of the random numbers of one training step.
_GENERATOR_KEY = 0
_EVALUATION_KEY = 1
_FIRST_DISCRIMINATOR_KEY = 2


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
        discriminator_steps=1,
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
            discriminator_steps: updates of the discriminators, with fresh
                latents each, for one of the generators.
            run_eagerly: as in `keras.Model.compile`.
            steps_per_execution: as in `keras.Model.compile`.
            jit_compile: as in `keras.Model.compile`; off by default, since
                XLA's CPU convolutions are slow.

        Raises:
            ValueError: if an argument is unknown or out of range, or the
                current distribution strategy cannot be right.
        """
        self._require_discriminators("compile")
        distribution.check_strategy(self, jit_compile)
        distribution.check_precision()
        require_positive_int("discriminator_steps", discriminator_steps)
        if not 0 <= float(entropy_weight) < float("inf"):
            raise ValueError(
                "Argument `entropy_weight` must be a nonnegative number. "
                f"Received: entropy_weight={entropy_weight!r}"
            )
        self.objective = objectives.get(objective)
        self.payoff = payoff_estimators.get(payoff)
        self.entropy_weight = float(entropy_weight)
        self.discriminator_steps = discriminator_steps
        self.generator_optimizer = _network_optimizer(
            generator_optimizer, "generator_optimizer"
        )
        self.discriminator_optimizer = _network_optimizer(
            discriminator_optimizer, "discriminator_optimizer"
        )
        if self.generator_optimizer is self.discriminator_optimizer:
            raise ValueError(
                "Arguments `generator_optimizer` and `discriminator_optimizer`"
                " must be two optimizers: one cannot keep the state of both "
                "players. Received: the same object twice"
            )
        mixture = optimizers.get_mixture_optimizer(mixture_optimizer)
        self.generator_mixture_optimizer = _copy(mixture)
        self.discriminator_mixture_optimizer = _copy(mixture)
        super().compile(
            optimizer=self.generator_optimizer,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            auto_scale_loss=False,
        )
        # Optimizer state must exist before a distributed step is traced and
        # before saved state is loaded.
        for optimizer, variables, argument in self._optimized():
            distribution.check_optimizer(optimizer, argument)
            optimizer.build(variables)
        self._trackers = [
            keras.metrics.Mean(name=name)
            for name in (
                "generator_loss",
                "discriminator_loss",
                "payoff",
                "generator_entropy",
                "discriminator_entropy",
            )
        ]

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
        training_data.check_training_data(self, x, y)
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

    def train_step(self, data):
        """One update of every discriminator, then of every generator.

        Args:
            data: a batch of samples, or `(samples, labels)`.

        Returns:
            A dict of running means of the metrics.
        """
        samples, labels = self._unpack(data)
        rows = distribution.global_rows(samples)
        key = self._step_key()
        for step in range(self.discriminator_steps):
            update = updates.discriminator_update(
                self,
                _fold(key, _FIRST_DISCRIMINATOR_KEY + step),
                rows,
                samples,
                labels,
            )
            self._apply(update, "discriminator")
        values = {"discriminator_loss": update.loss, "payoff": update.payoff}
        update = updates.generator_update(
            self, _fold(key, _GENERATOR_KEY), rows, labels
        )
        self._apply(update, "generator")
        values["generator_loss"] = update.loss
        with tf.control_dependencies([update.loss]):
            self.train_steps.assign_add(1)  # once the step has been made
        return self._log(values, rows)

    def test_step(self, data):
        """Evaluates losses and payoff on a batch without any update.

        Args:
            data: a batch of samples, or `(samples, labels)`.

        Returns:
            A dict of running means of the metrics.
        """
        samples, labels = self._unpack(data)
        rows = distribution.global_rows(samples)
        # Fresh latents for every batch: the rows evaluated so far tell which.
        key = _fold(self._step_key(), _EVALUATION_KEY)
        key = _fold(key, tf.cast(self._trackers[0].count.value, tf.int32))
        values = evaluation.evaluate(self, key, rows, samples, labels)
        return self._log(values, rows)

    def make_train_function(self, force=False):
        """Builds the function `fit` calls. See `distribution`."""
        if self.train_function is None or force:
            self.train_function = distribution.make_step_function(
                self, self.train_step
            )
        return self.train_function

    def make_test_function(self, force=False):
        """Builds the function `evaluate` calls. See `distribution`."""
        if self.test_function is None or force:
            self.test_function = distribution.make_step_function(
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
        samples, labels = training_data.split_batch(data)
        training_data.check_shapes(self, samples, labels)
        if self.num_classes is None:
            return samples, None
        return samples, tf.cast(labels, tf.int32)

    def _step_key(self):
        key = tf.constant([self.seed, 0], tf.int32)
        return _fold(key, tf.cast(self.train_steps.value, tf.int32))

    def _apply(self, update, player):
        mixture = getattr(self, f"{player}_mixture")
        getattr(self, f"{player}_optimizer").apply(
            update.network_gradients, getattr(self, f"{player}_variables")
        )
        getattr(self, f"{player}_mixture_optimizer").apply(
            [update.logit_gradient], [mixture.mixture_logits]
        )

    def _log(self, values, rows):
        values = distribution.sum_over_replicas(values)
        values["generator_entropy"] = mixture_entropy(
            self.generator_mixture.mixture_logits
        )
        values["discriminator_entropy"] = mixture_entropy(
            self.discriminator_mixture.mixture_logits
        )
        for tracker in self._trackers:
            tracker.update_state(
                values[tracker.name],
                sample_weight=tf.cast(rows.total, tf.float32),
            )
        return {t.name: t.result() for t in self._trackers}

    def _optimized(self):
        return (
            (
                self.generator_optimizer,
                self.generator_variables,
                "generator_optimizer",
            ),
            (
                self.discriminator_optimizer,
                self.discriminator_variables,
                "discriminator_optimizer",
            ),
            (
                self.generator_mixture_optimizer,
                [self.generator_mixture.mixture_logits],
                "mixture_optimizer",
            ),
            (
                self.discriminator_mixture_optimizer,
                [self.discriminator_mixture.mixture_logits],
                "mixture_optimizer",
            ),
        )

    def get_compile_config(self):
        """Returns `compile`'s arguments, serialised."""
        serialize = keras.saving.serialize_keras_object
        if not hasattr(self, "objective"):
            return None
        return {
            "objective": serialize(self.objective),
            "generator_optimizer": serialize(self.generator_optimizer),
            "discriminator_optimizer": serialize(self.discriminator_optimizer),
            "mixture_optimizer": serialize(self.generator_mixture_optimizer),
            "entropy_weight": self.entropy_weight,
            "payoff": serialize(self.payoff),
            "discriminator_steps": self.discriminator_steps,
            "steps_per_execution": self.steps_per_execution,
            "jit_compile": self.jit_compile,
        }

    def compile_from_config(self, config):
        """Compiles the model from `get_compile_config()`'s result."""
        deserialize = keras.saving.deserialize_keras_object
        self.compile(
            **{
                name: deserialize(value) if isinstance(value, dict) else value
                for name, value in config.items()
            }
        )

    def _require_discriminators(self, what):
        if self.discriminator_mixture is None:
            raise ValueError(
                f"`{what}` needs discriminators, and this model only samples: "
                "make it with `discriminator=...`, or load the preset with "
                "`load_discriminators=True`."
            )


def _network_optimizer(optimizer, argument):
    if optimizer is None:
        return keras.optimizers.Adam(2e-4, beta_1=0.5)
    try:
        return keras.optimizers.get(optimizer)
    except ValueError as error:
        raise ValueError(
            f"Argument `{argument}` must be a Keras optimizer or its name. "
            f"Received: {argument}={optimizer!r}"
        ) from error


def _copy(optimizer):
    return type(optimizer).from_config(optimizer.get_config())


def _fold(key, data):
    return tf.random.experimental.stateless_fold_in(key, data)
