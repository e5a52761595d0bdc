"""The interface of a compiled `MixGAN` for its training step."""

from typing import Protocol

import keras

from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.objectives import Objective
from mixgan_tf.payoff.estimators import PayoffEstimator
from mixgan_tf.regularizers import Regularizer
from mixgan_tf.training.ema import EMA
from mixgan_tf.training.schedules import AdaptiveSteps


class Game(MixtureModel, Protocol):
    """A compiled `MixGAN`: its networks, and the settings of `compile`.

    For annotations alone.
    """

    objective: Objective
    payoff: PayoffEstimator
    regularizers: list[Regularizer]
    discriminator_steps: int | AdaptiveSteps
    entropy_weight: float
    class_loss_weight: float
    reconstruction_weight: float
    aux_in_weights: bool
    competitive: bool
    ema: EMA | None
    optimizer: keras.optimizers.Optimizer
    jit_compile: bool
    steps_per_execution: int

    def all_networks(self) -> list[keras.Model]:
        """Returns all networks, those of averages included."""

    def require_discriminators(self, what: str) -> None:
        """Refuses a model that only samples."""
