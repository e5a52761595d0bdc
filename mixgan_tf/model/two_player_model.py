"""The two players of a model."""

from typing import cast

import keras
import numpy as np

from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.player import Player
from mixgan_tf.networks.inspection import input_shapes


class TwoPlayerModel:
    """The part of `MixGAN` that describes its two players.

    Everything is read from the attributes below, by whose names Keras saves
    them.
    """

    num_classes: int | None
    seed: int
    component_devices: list[str] | None
    generator_mixture: Mixture
    discriminator_mixture: Mixture | None
    train_steps: keras.Variable
    ema_generator_mixture: Mixture | None = None
    ema_discriminator_mixture: Mixture | None = None
    generator_optimizer: keras.optimizers.Optimizer = None
    discriminator_optimizer: keras.optimizers.Optimizer = None
    generator_mixture_optimizer: keras.optimizers.Optimizer = None
    discriminator_mixture_optimizer: keras.optimizers.Optimizer = None

    @property
    def players(self) -> tuple[Player, ...]:
        """The generators, then the discriminators if there are any."""
        generators = Player(
            "generator",
            self.generator_mixture,
            self.ema_generator_mixture,
            self.generator_optimizer,
            self.generator_mixture_optimizer,
            self.component_devices,
        )
        if self.discriminator_mixture is None:
            return (generators,)
        discriminators = Player(
            "discriminator",
            self.discriminator_mixture,
            self.ema_discriminator_mixture,
            self.discriminator_optimizer,
            self.discriminator_mixture_optimizer,
            self.component_devices,
        )
        return generators, discriminators

    def player(self, name: str) -> Player:
        """Returns one side of the game.

        Args:
            name: `"generator"` or `"discriminator"`.

        Returns:
            A `Player`.

        Raises:
            ValueError: if there is none of that name.
        """
        found = {player.name: player for player in self.players}
        if name == "discriminator" and name not in found:
            self.require_discriminators("player")
        if name not in found:
            raise ValueError(
                "Argument `name` must be 'generator' or 'discriminator'. "
                f"Received: name={name!r}"
            )
        return found[name]

    def averaged_mixture(self, player: str) -> Mixture:
        """Returns the mixture that sampling, evaluation and export use.

        Args:
            player: `"generator"` or `"discriminator"`.

        Returns:
            The average of the player's `Mixture` if the model keeps one, else
            the `Mixture` itself.
        """
        return self.player(player).averaged

    @property
    def num_generators(self) -> int:
        """Number of generators."""
        return len(self.generator_mixture.components)

    @property
    def num_discriminators(self) -> int:
        """Number of discriminators; 0 if the model only samples."""
        if self.discriminator_mixture is None:
            return 0
        return len(self.discriminator_mixture.components)

    @property
    def latent_dim(self) -> int:
        """Size of a generator's latent vector."""
        latents = input_shapes(self.generator_mixture.components[0])[0]
        return cast(int, latents[-1])

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample: `(height, width, channels)` for images."""
        shape = self.generator_mixture.components[0].output_shape
        return tuple(shape)[1:]

    @property
    def generator_weights(self) -> np.ndarray:
        """The weights that samples are drawn with: float32 array `(T_g,)`.

        `(T_g, num_classes)` where each class has its own.
        """
        return self.averaged_mixture("generator").probabilities

    @property
    def discriminator_weights(self) -> np.ndarray:
        """The discriminators' mixture weights: float32 array `(T_d,)`.

        Averages, like what `payoff_matrix` uses, if the model keeps them.
        """
        self.require_discriminators("discriminator_weights")
        return self.averaged_mixture("discriminator").probabilities

    @property
    def generator_variables(self) -> list[keras.Variable]:
        """The generators' trainable variables, their logits left out."""
        return self.player("generator").network_variables

    @property
    def discriminator_variables(self) -> list[keras.Variable]:
        """The discriminators' trainable variables, their logits left out."""
        self.require_discriminators("discriminator_variables")
        return self.player("discriminator").network_variables

    def all_networks(self) -> list[keras.Model]:
        """Returns all networks, those of averages included."""
        return [
            network
            for player in self.players
            for mixture in player.mixtures
            for network in mixture.components
        ]

    def require_discriminators(self, what: str) -> None:
        """Refuses a model that only samples.

        Args:
            what: what needs discriminators, for the message.

        Raises:
            ValueError: if the model has none.
        """
        if self.discriminator_mixture is None:
            raise ValueError(
                f"`{what}` needs discriminators, and this model only samples: "
                "make it with `discriminator=...`, or load the preset with "
                "`load_discriminators=True`. Received: discriminator=None"
            )
