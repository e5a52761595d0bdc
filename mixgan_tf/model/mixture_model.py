"""The interface of `MixGAN` for the wings below it."""

from typing import Any
from typing import Protocol
from typing import Self

import keras
import numpy as np

from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.player import Player


class MixtureModel(Protocol):
    """The interface of a `MixGAN` for code that does not train it.

    For annotations alone. See `training.game.Game` for a compiled one.
    """

    name: str
    num_classes: int | None
    class_dependent_weights: bool
    seed: int
    placement: str | None
    component_devices: list[str] | None
    generator_mixture: Mixture
    discriminator_mixture: Mixture | None
    train_steps: keras.Variable
    compiled: bool
    variables: list[keras.Variable]
    weights: list[keras.Variable]

    @property
    def num_generators(self) -> int:
        """Number of generators."""

    @property
    def num_discriminators(self) -> int:
        """Number of discriminators; 0 if the model only samples."""

    @property
    def latent_dim(self) -> int:
        """Size of a generator's latent vector."""

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""

    @property
    def generator_weights(self) -> np.ndarray:
        """The weights that samples are drawn with."""

    @property
    def players(self) -> tuple[Player, ...]:
        """The generators, then the discriminators if there are any."""

    def player(self, name: str) -> Player:
        """Returns one side of the game by its name."""

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, networks serialised."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds a model with fresh weights from `get_config()`'s result."""

    def get_compile_config(self) -> dict[str, Any] | None:
        """Returns `compile`'s arguments, serialised."""

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles the model from `get_compile_config()`'s result."""

    def optimizer_variables(self) -> list[keras.Variable]:
        """Returns the variables of all optimizers, each once."""

    def averaged_mixture(self, player: str) -> Mixture:
        """Returns the mixture that sampling, evaluation and export use."""

    def sample(
        self,
        num: int,
        seed: int | None = None,
        labels: np.ndarray | int | None = None,
        component: int | None = None,
        batch_size: int = 256,
        per_batch: bool = False,
    ) -> np.ndarray:
        """Draws samples from the mixture."""
