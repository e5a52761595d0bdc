"""The model: a mixture of generators against a mixture of discriminators."""

import random

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf import distribution
from mixgan_tf import evaluation
from mixgan_tf import objectives
from mixgan_tf import optimizers
from mixgan_tf import payoff as payoff_estimators
from mixgan_tf import presets
from mixgan_tf import sampling
from mixgan_tf import training_data
from mixgan_tf import updates
from mixgan_tf.mixture import Mixture
from mixgan_tf.mixture import fresh_copies
from mixgan_tf.mixture import mixture_entropy

# Keys of the random numbers of one training step.
_GENERATOR_KEY = 0
_EVALUATION_KEY = 1
_FIRST_DISCRIMINATOR_KEY = 2


@keras.saving.register_keras_serializable("mixgan_tf")
class MixGAN(keras.Model):
    """T generators and T discriminators trained on one mixed payoff.

    The players choose networks and mixture weights `w`, `q` in the game
    `min over generators, max over discriminators of
    sum_ij w_i q_j F(G_i, D_j)`. The weights are softmax outputs, learned with
    the networks and kept from collapsing by an entropy regulariser. With one
    generator and one discriminator this is an ordinary GAN.

    Args:
        generator: a built Keras model that maps `(B, latent_dim)` Gaussian
            latents (`[latents, labels]` when conditional) to samples. It is a
            template: fresh copies are made, with their own initial weights. A
            list of models is used as it is.
        discriminator: a built Keras model that maps samples (`[samples,
            labels]`) to one logit each, likewise; `None` for a model that
            only samples.
        num_generators: number of generators; not with a list.
        num_discriminators: number of discriminators; `num_generators` by
            default.
        num_classes: `None`, or the number of classes of a conditional model.
        seed: int that fixes the random numbers of training; drawn if `None`.

    Example:
    ```python
    gan = mg.MixGAN(
        generator=mg.networks.DCGANGenerator((28, 28, 1)),
        discriminator=mg.networks.DCGANDiscriminator((28, 28, 1)),
        num_generators=3,
    )
    gan.compile(objective="non_saturating")
    gan.fit(images, epochs=5, batch_size=64)  # (N, 28, 28, 1) in [-1, 1]
    samples = gan.sample(64, seed=0)
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573).
    """

    def __init__(
        self,
        generator,
        discriminator=None,
        num_generators=None,
        num_discriminators=None,
        num_classes=None,
        seed=None,
        name="mix_gan",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        generators = _components(generator, num_generators, "generator")
        one_template = not isinstance(discriminator, list | tuple)
        if num_discriminators is None and one_template:
            num_discriminators = len(generators)
        discriminators = _components(
            discriminator, num_discriminators, "discriminator"
        )
        self.num_classes = num_classes
        self.seed = random.randrange(2**31) if seed is None else int(seed)
        self.generator_mixture = Mixture(generators, name="generators")
        self.discriminator_mixture = None
        if discriminators:
            self.discriminator_mixture = Mixture(
                discriminators, name="discriminators"
            )
        self.train_steps = self.add_weight(
            name="train_steps",
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
        )
        self._check_networks()
        self._runners = None
        self.built = True

    # --- What the model is -------------------------------------------------

    @property
    def num_generators(self):
        """Number of generators."""
        return len(self.generator_mixture.components)

    @property
    def num_discriminators(self):
        """Number of discriminators; 0 if the model only samples."""
        if self.discriminator_mixture is None:
            return 0
        return len(self.discriminator_mixture.components)

    @property
    def latent_dim(self):
        """Size of a generator's latent vector."""
        return _shapes(self.generator_mixture.components[0])[0][-1]

    @property
    def sample_shape(self):
        """Shape of one sample: `(height, width, channels)` for images."""
        shape = self.generator_mixture.components[0].output_shape
        return tuple(shape)[1:]

    @property
    def generator_weights(self):
        """The generators' mixture weights: float32 array `(T_g,)`."""
        return self.generator_mixture.probabilities

    @property
    def discriminator_weights(self):
        """The discriminators' mixture weights: float32 array `(T_d,)`."""
        self._require_discriminators("discriminator_weights")
        return self.discriminator_mixture.probabilities

    @property
    def generator_variables(self):
        """The generators' trainable variables, their logits left out."""
        return sum(self.generator_mixture.network_variables, [])

    @property
    def discriminator_variables(self):
        """The discriminators' trainable variables, their logits left out."""
        self._require_discriminators("discriminator_variables")
        return sum(self.discriminator_mixture.network_variables, [])

    def call(self, inputs, training=False):
        """Generates from latents with a selector coordinate.

        Args:
            inputs: float tensor `(B, latent_dim + 1)` of Gaussians whose last
                column selects the component; `[latents, labels]` when
                conditional.
            training: whether batch normalisation uses batch statistics.

        Returns:
            Samples `(B, *sample_shape)`. Each row comes from one component.
        """
        latents, labels = (
            inputs if self.num_classes is not None else (inputs, None)
        )
        thresholds = sampling.selector_thresholds(self.generator_weights)
        chosen = sampling.select_components(latents[:, -1], thresholds)
        outputs = [
            g(updates.with_labels(latents[:, :-1], labels), training=training)
            for g in self.generator_mixture.components
        ]
        return tf.gather(tf.stack(outputs, 1), chosen, axis=1, batch_dims=1)

    # --- Training ----------------------------------------------------------

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
        distribution.check_strategy(self)
        distribution.check_precision()
        _require_positive_int("discriminator_steps", discriminator_steps)
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
        self.train_steps.assign_add(1)
        return self._log(values)

    def test_step(self, data):
        """Evaluates losses and payoff on a batch without any update.

        Args:
            data: a batch of samples, or `(samples, labels)`.

        Returns:
            A dict of running means of the metrics.
        """
        samples, labels = self._unpack(data)
        rows = distribution.global_rows(samples)
        key = _fold(self._step_key(), _EVALUATION_KEY)
        values = evaluation.evaluate(self, key, rows, samples, labels)
        return self._log(values)

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

    def _log(self, values):
        values = distribution.sum_over_replicas(values)
        values["generator_entropy"] = mixture_entropy(
            self.generator_mixture.mixture_logits
        )
        values["discriminator_entropy"] = mixture_entropy(
            self.discriminator_mixture.mixture_logits
        )
        for tracker in self._trackers:
            tracker.update_state(values[tracker.name])
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

    # --- Sampling ----------------------------------------------------------

    def sample(
        self,
        num,
        seed=None,
        labels=None,
        component=None,
        batch_size=256,
        per_batch=False,
    ):
        """Draws samples from the mixture, one component for each sample.

        Args:
            num: number of samples.
            seed: int that fixes latents, components and labels; drawn if
                `None`. The first samples of a seed do not depend on `num`.
            labels: int array `(num,)`, or one int for all; uniformly random
                classes by default. Only for conditional models.
            component: index of the one generator to use, instead of drawing
                each sample's from the mixture weights.
            batch_size: the most samples that one network call makes.
            per_batch: whether the samples of each block of `batch_size` share
                one component, as in the authors' own evaluation.

        Returns:
            A float32 array `(num, *sample_shape)`.

        Raises:
            ValueError: if an argument does not fit the model.

        Example:
        ```python
        gan.sample(64, seed=0)
        gan.sample(10, seed=0, labels=np.arange(10), component=2)
        ```
        """
        _require_positive_int("num", num)
        _require_positive_int("batch_size", batch_size)
        if component is not None and component not in range(
            self.num_generators
        ):
            raise ValueError(
                f"Argument `component` must be in [0, {self.num_generators}). "
                f"Received: component={component!r}"
            )
        if seed is None:
            seed = random.randrange(2**31)
        latents = np.asarray(sampling.draw_latents(num, self.latent_dim, seed))
        labels = self._sample_labels(num, seed, labels)
        h = latents[:, -1]
        if per_batch:
            h = np.repeat(h[::batch_size], batch_size)[:num]
        if component is None:
            thresholds = sampling.selector_thresholds(self.generator_weights)
            chosen = np.asarray(
                sampling.select_components(tf.constant(h), thresholds)
            )
        else:
            chosen = np.full(num, component)
        return sampling.generate(
            self._component_runners(),
            chosen,
            latents[:, :-1],
            labels,
            batch_size,
        )

    def _sample_labels(self, num, seed, labels):
        if self.num_classes is None:
            if labels is not None:
                raise ValueError(
                    "Argument `labels` needs a conditional model, made with "
                    f"`num_classes`. Received: labels={labels!r}"
                )
            return None
        if labels is None:
            return np.asarray(sampling.draw_labels(num, self.num_classes, seed))
        labels = np.asarray(labels)
        if labels.ndim == 0:
            labels = np.full(num, labels)
        training_data.check_labels(labels, num, self.num_classes)
        return labels.astype("int32")

    def _component_runners(self):
        if self._runners is None:
            latents = tf.TensorSpec([None, self.latent_dim], tf.float32)
            labels = tf.TensorSpec([None], tf.int32)
            conditional = self.num_classes is not None

            def runner(generator):
                return tf.function(
                    lambda inputs: generator(inputs, training=False),
                    input_signature=[
                        [latents, labels] if conditional else latents
                    ],
                )

            self._runners = [
                runner(g) for g in self.generator_mixture.components
            ]
        return self._runners

    def payoff_matrix(self, samples, labels=None, seed=0):
        """Returns the payoff of every pair of networks on given samples.

        Args:
            samples: float array `(n, *sample_shape)` of real data.
            labels: int array `(n,)` of their classes, if conditional.
            seed: int that fixes the latents.

        Returns:
            A float32 array `(T_g, T_d)`: what discriminator `j` earns against
            generator `i`. Generators want it small.

        Raises:
            ValueError: if the samples do not fit the model, or it is not
                compiled, so that it has no objective.
        """
        self._require_discriminators("payoff_matrix")
        if not hasattr(self, "objective"):
            raise ValueError(
                "`payoff_matrix` needs an objective: call `compile` first."
            )
        samples = np.asarray(samples, "float32")
        training_data.check_batch(self, samples, labels)
        if labels is not None:
            labels = tf.cast(labels, tf.int32)
        return evaluation.payoff_matrix(
            self, tf.constant(samples), labels, seed
        )

    # --- Saving ------------------------------------------------------------

    def get_config(self):
        """Returns the constructor's arguments, networks serialised."""
        serialize = keras.saving.serialize_keras_object
        discriminators = []
        if self.discriminator_mixture is not None:
            discriminators = self.discriminator_mixture.components
        return {
            "generator": [
                serialize(g) for g in self.generator_mixture.components
            ],
            "discriminator": [serialize(d) for d in discriminators],
            "num_classes": self.num_classes,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """Builds a model with fresh weights from `get_config()`'s result."""
        config = dict(config)
        for player in ("generator", "discriminator"):
            config[player] = [
                keras.saving.deserialize_keras_object(network)
                for network in config[player]
            ]
        return cls(**config)

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

    def save_own_variables(self, store):
        """Saves the step count and, unlike Keras, the random state."""
        super().save_own_variables(store)
        for index, state in enumerate(self._seed_states()):
            store[f"seed_generator_{index}"] = np.asarray(state)

    def load_own_variables(self, store):
        """Loads what `save_own_variables` saved."""
        states = self._seed_states()
        own = set(store.keys())  # an HDF5 group: no other dict method
        own -= {f"seed_generator_{index}" for index in range(len(states))}
        super().load_own_variables({key: store[key] for key in own})
        for index, state in enumerate(states):
            state.assign(store[f"seed_generator_{index}"])

    def _seed_states(self):
        # Dropout and its like: what training resumed from a file must draw.
        return [v for v in self.variables if v.name == "seed_generator_state"]

    def save_to_preset(self, directory, metadata=None, extra_files=None):
        """Saves the model as a preset folder, whole or not at all.

        Args:
            directory: the folder to write; a preset there is replaced.
            metadata: dict of further entries for metadata.json.
            extra_files: dict from name to bytes of further files.

        Returns:
            The folder, a `pathlib.Path`.

        Raises:
            ValueError: if the folder exists and is no preset.
        """
        return presets.save(self, directory, metadata, extra_files)

    @classmethod
    def from_preset(cls, preset, load_weights=True, load_discriminators=True):
        """Loads a model from a preset, compiled as it was when saved.

        Args:
            preset: name of a preset, or a preset folder.
            load_weights: whether to load the weights, or give the
                architecture with fresh ones.
            load_discriminators: whether to build and load the
                discriminators; without them the model samples and exports
                but does not train.

        Returns:
            A `MixGAN`.

        Raises:
            ValueError: if there is no such preset, or it is damaged.

        Example:
        ```python
        gan = mg.MixGAN.from_preset("mix_dcgan_mnist")
        images = gan.sample(64, seed=0)  # (64, 28, 28, 1)
        ```
        """
        return presets.load(preset, load_weights, load_discriminators)

    # --- Checks ------------------------------------------------------------

    def _require_discriminators(self, what):
        if self.discriminator_mixture is None:
            raise ValueError(
                f"`{what}` needs discriminators, and this model only samples: "
                "make it with `discriminator=...`, or load the preset with "
                "`load_discriminators=True`."
            )

    def _check_networks(self):
        if self.num_classes is not None:
            _require_positive_int("num_classes", self.num_classes)
        inputs = 1 if self.num_classes is None else 2
        first = self.generator_mixture.components[0]
        for generator in self.generator_mixture.components:
            _require_inputs(generator, inputs, "generator", "latents")
            if generator.output_shape != first.output_shape or (
                _shapes(generator) != _shapes(first)
            ):
                raise ValueError(
                    "Argument `generator`: all generators must take latents "
                    "of one size and make samples of one shape. Received: "
                    f"{_shapes(first)} -> {first.output_shape} and "
                    f"{_shapes(generator)} -> {generator.output_shape}"
                )
        if self.discriminator_mixture is None:
            return
        for discriminator in self.discriminator_mixture.components:
            _require_inputs(discriminator, inputs, "discriminator", "samples")
            shape = _shapes(discriminator)[0][1:]
            if shape != self.sample_shape:
                raise ValueError(
                    "Argument `discriminator` must take what the generator "
                    f"makes, samples of shape {self.sample_shape}. "
                    f"Received: a network for shape {shape}"
                )
            if tuple(discriminator.output_shape)[1:] not in ((), (1,)):
                raise ValueError(
                    "Argument `discriminator` must return one logit for each "
                    "sample, shape (batch, 1). Received: output shape "
                    f"{discriminator.output_shape}"
                )


def _components(networks, count, argument):
    if networks is None:
        return []
    if isinstance(networks, list | tuple):
        if count not in (None, len(networks)):
            raise ValueError(
                f"Argument `num_{argument}s` is given by the length of a list "
                f"of networks, {len(networks)}. Received: {count}"
            )
        if len({id(n) for n in networks}) != len(networks):
            raise ValueError(
                f"Argument `{argument}`: each component must be a network of "
                "its own. Received: a list that holds one network twice"
            )
        return list(networks)
    count = 1 if count is None else count
    _require_positive_int(f"num_{argument}s", count)
    return fresh_copies(networks, count)


def _shapes(network):
    return [tuple(i.shape) for i in network.inputs]


def _require_inputs(network, count, argument, first):
    if len(network.inputs) != count:
        expected = first if count == 1 else f"[{first}, labels]"
        raise ValueError(
            f"Argument `{argument}` must take {expected}: `num_classes` of "
            "the model and of its networks must agree. "
            f"Received: a network with {len(network.inputs)} inputs"
        )


def _require_positive_int(argument, value):
    if not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(
            f"Argument `{argument}` must be a positive int. "
            f"Received: {argument}={value!r}"
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
