"""The base class of the discriminators' regularizers."""

from collections.abc import Callable
from typing import Any
from typing import NamedTuple
from typing import Self

import keras
import tensorflow as tf

from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.payoff.estimators import FakeInputs


class PenaltyInputs(NamedTuple):
    """The inputs of one discriminator's penalty.

    A penalty sums over this replica's rows and divides by the global counts.
    """

    # From samples, their labels and their random numbers to logits (n,).
    critic: Callable[[tf.Tensor, tf.Tensor | None, RowDraws], tf.Tensor]
    reals: tf.Tensor  # float (n, ...)
    labels: tf.Tensor | None  # int32 (n,)
    fakes: list[tf.Tensor]  # of each generator, float (n_i, ...)
    inputs: list[FakeInputs]  # of each generator
    weights: tf.Tensor  # mixture weights, (T_g,) or (T_g, num_classes)
    rows: Rows  # of `reals`
    key: tf.Tensor  # int32 (2,), a stateless random seed


class Regularizer:
    """A change to the discriminators' training, beside the payoff.

    `compile(regularizers=[...])` takes any number of them. A subclass
    overrides the hooks it needs.
    """

    # Whether `penalty` is overridden: with a penalty the game is not zero-sum.
    has_penalty: bool = False
    # Made by `build`, if there are variables to save.
    state: keras.layers.Layer | None = None

    def build(self, gan: MixtureModel) -> None:
        """Checks the model and creates state, when the model is compiled.

        Args:
            gan: a `MixGAN`.

        Raises:
            ValueError: if the regularizer does not fit the model.
        """

    def before_update(self) -> None:
        """Runs before each update of the discriminators."""

    def substitutes(
        self, discriminator: keras.Model, j: int
    ) -> list[tuple[keras.Variable, tf.Tensor]]:
        """Returns the values that replace variables of a discriminator.

        Args:
            discriminator: a Keras model.
            j: its index.

        Returns:
            A list of pairs `(keras.Variable, tensor)`.
        """
        return []

    def transform(
        self, gan: MixtureModel, samples: tf.Tensor, row_draws: RowDraws
    ) -> tf.Tensor:
        """Returns samples as a discriminator sees them during training.

        Args:
            gan: the `MixGAN`.
            samples: float tensor `(n, ...)`, real or generated.
            row_draws: `RowDraws`, random numbers for each of the samples, the
                same on one replica and on several.

        Returns:
            A tensor of the same shape.
        """
        return samples

    def penalty(self, inputs: PenaltyInputs) -> tf.Tensor | float:
        """Returns the penalty that is added to one discriminator's loss.

        Args:
            inputs: a `PenaltyInputs`.

        Returns:
            A float32 scalar, or 0.
        """
        return 0.0

    def after_update(self, discriminators: list[keras.Model]) -> None:
        """Runs after each update of the discriminators.

        Args:
            discriminators: list of Keras models.
        """

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds a regularizer from `get_config()`'s result."""
        return cls(**config)
