"""The model: a mixture of generators against a mixture of discriminators."""

import os
import pathlib
import random
from collections.abc import Sequence
from typing import Any
from typing import Self

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.distribution import placement as placements
from mixgan_tf.distribution import strategy_checks
from mixgan_tf.model import routing
from mixgan_tf.model import sampler
from mixgan_tf.model import sampling
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.mixture import deserialize_networks
from mixgan_tf.model.mixture import player_networks
from mixgan_tf.model.mixture import serialize_networks
from mixgan_tf.model.network_checks import check_networks
from mixgan_tf.saving import presets
from mixgan_tf.training import data_checks
from mixgan_tf.training import pair_payoffs
from mixgan_tf.training.adversarial_model import AdversarialModel


@keras.saving.register_keras_serializable("mixgan_tf")
class MixGAN(AdversarialModel):
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
        class_dependent_weights: whether each class has generator weights of
            its own.
        seed: int that fixes the random numbers of training; drawn if `None`.
        placement: `None`, or `"spread"`: the `k`-th generator and
            discriminator lie, and run, on a device of their own, with all
            GPUs in turn (or all logical CPU devices). A list of models is
            then copied. Not under a distribution strategy.

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
        generator: keras.Model | Sequence[keras.Model],
        discriminator: keras.Model | Sequence[keras.Model] | None = None,
        num_generators: int | None = None,
        num_discriminators: int | None = None,
        num_classes: int | None = None,
        class_dependent_weights: bool = False,
        seed: int | None = None,
        placement: str | None = None,
        name: str = "mix_gan",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        strategy_checks.require_supported_strategy()
        self.placement = placement
        self.component_devices = placements.placement_devices(placement)
        # What is to be spread is made in the host's memory.
        host = "CPU:0" if self.component_devices else None
        with tf.device(host):
            generators = player_networks(generator, num_generators, "generator")
        one_template = not isinstance(discriminator, list | tuple)
        if num_discriminators is None and one_template:
            num_discriminators = len(generators)
        with tf.device(host):
            discriminators = player_networks(
                discriminator, num_discriminators, "discriminator"
            )
        generators = placements.spread(generators, self.component_devices)
        discriminators = placements.spread(
            discriminators, self.component_devices
        )
        if class_dependent_weights and num_classes is None:
            raise ValueError(
                "Argument `class_dependent_weights` needs `num_classes`. "
                "Received: num_classes=None"
            )
        self.num_classes = num_classes
        self.class_dependent_weights = bool(class_dependent_weights)
        self.seed = random.randrange(2**31) if seed is None else int(seed)
        self.generator_mixture = Mixture(
            generators,
            num_classes if class_dependent_weights else None,
            name="generators",
        )
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
        check_networks(self)
        self.ema = None
        self._runners = None
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> tf.Tensor:
        """Generates from latents with a selector coordinate.

        Args:
            inputs: float tensor `(B, latent_dim + 1)` of Gaussians whose last
                column selects the component; `[latents, labels]` when
                conditional.
            training: whether batch normalisation uses batch statistics.

        Returns:
            Samples `(B, *sample_shape)`. Each row comes from one component.
        """
        conditional = self.num_classes is not None
        latents, labels = inputs if conditional else (inputs, None)
        mixture = self.averaged_mixture("generator")
        thresholds = tf.math.ndtri(tf.cumsum(mixture.mixture_weights)[:-1])
        return routing.routed(
            mixture.components,
            sampling.select_components(latents[:, -1], thresholds, labels),
            latents[:, :-1],
            labels,
            training,
        )

    def sample(
        self,
        num: int,
        seed: int | None = None,
        labels: np.ndarray | Sequence[int] | int | None = None,
        component: int | None = None,
        batch_size: int = 256,
        per_batch: bool = False,
    ) -> np.ndarray:
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
                one draw of the component, as in the authors' own evaluation.

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
        require_positive_int("num", num)
        require_positive_int("batch_size", batch_size)
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
        labels = sampler.labels_of_samples(self.num_classes, num, seed, labels)
        h = latents[:, -1]
        if per_batch:
            h = np.repeat(h[::batch_size], batch_size)[:num]
        if self._runners is None:
            self._runners = sampler.component_runners(
                self.player("generator"),
                self.latent_dim,
                self.num_classes is not None,
            )
        return sampling.generate(
            self._runners,
            sampler.chosen_components(self, h, labels, component),
            latents[:, :-1],
            labels,
            batch_size,
        )

    def payoff_matrix(
        self,
        samples: np.ndarray,
        labels: np.ndarray | None = None,
        seed: int = 0,
        batch_size: int = 256,
    ) -> np.ndarray:
        """Returns the payoff of every pair of networks on given samples.

        Args:
            samples: float array `(n, *sample_shape)` of real data.
            labels: int array `(n,)` of their classes, if conditional.
            seed: int that fixes the latents.
            batch_size: the most real samples that one call judges.

        Returns:
            A float32 array `(T_g, T_d)`: what discriminator `j` earns against
            generator `i`. Generators want it small. `(T_g, 1)` without
            discriminators, for `mmd`.

        Raises:
            ValueError: if the samples do not fit the model, or it is not
                compiled, so that it has no objective.
        """
        if not self.compiled:
            raise ValueError(
                "`payoff_matrix` needs an objective: call `compile` first."
            )
        require_positive_int("batch_size", batch_size)
        samples = np.asarray(samples, "float32")
        data_checks.check_batch(self, samples, labels)
        if self.num_classes is None:
            labels = None
        return pair_payoffs.payoff_matrix(
            self, samples, labels, seed, batch_size
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, networks serialised."""
        discriminators = []
        if self.discriminator_mixture is not None:
            discriminators = self.discriminator_mixture.components
        return {
            "generator": serialize_networks(self.generator_mixture.components),
            "discriminator": serialize_networks(discriminators),
            "num_classes": self.num_classes,
            "class_dependent_weights": self.class_dependent_weights,
            "seed": self.seed,
            "placement": self.placement,
            "ema": self.ema and keras.saving.serialize_keras_object(self.ema),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds a model with fresh weights from `get_config()`'s result."""
        config = dict(config)
        ema = config.pop("ema", None)
        networks = {
            player: deserialize_networks(config[player])
            for player in ("generator", "discriminator")
        }
        model = cls(**{**config, **networks})
        if ema is not None:  # what samples is there without `compile`, too
            model.ema = keras.saving.deserialize_keras_object(ema)
            model.start_averages()
        return model

    def save_own_variables(self, store: Any) -> None:
        """Saves the step count and, unlike Keras, the random state."""
        super().save_own_variables(store)
        for index, state in enumerate(self._seed_states()):
            store[f"seed_generator_{index}"] = np.asarray(state)

    def load_own_variables(self, store: Any) -> None:
        """Loads what `save_own_variables` saved."""
        states = self._seed_states()
        own = set(store.keys())  # an HDF5 group: no other dict method
        own -= {f"seed_generator_{index}" for index in range(len(states))}
        super().load_own_variables({key: store[key] for key in own})
        for index, state in enumerate(states):
            state.assign(store[f"seed_generator_{index}"])

    def _seed_states(self) -> list[keras.Variable]:
        # Dropout and its like: what training resumed from a file must draw.
        return [v for v in self.variables if v.name == "seed_generator_state"]

    def save_to_preset(
        self,
        directory: str | os.PathLike,
        metadata: dict[str, Any] | None = None,
        extra_files: dict[str, bytes] | None = None,
    ) -> pathlib.Path:
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
    def from_preset(
        cls,
        preset: str | os.PathLike,
        load_weights: bool = True,
        load_discriminators: bool = True,
        placement: str | None = None,
    ) -> Self:
        """Loads a model from a preset, compiled as it was when saved.

        Args:
            preset: name of a preset, or a preset folder.
            load_weights: whether to load the weights, or give the
                architecture with fresh ones.
            load_discriminators: whether to build and load the
                discriminators; without them the model samples and exports
                but does not train.
            placement: where the components lie, as in the constructor.

        Returns:
            A model of this class.

        Raises:
            ValueError: if there is no such preset, or it is damaged.

        Example:
        ```python
        gan = mg.MixGAN.from_preset("mix_dcgan_mnist")
        images = gan.sample(64, seed=0)  # (64, 28, 28, 1)
        ```
        """
        return presets.load(
            cls, preset, load_weights, load_discriminators, placement
        )
