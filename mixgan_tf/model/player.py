"""One side of the game, in one object."""

import contextlib
import dataclasses

import keras
import tensorflow as tf

from mixgan_tf.model.mixture import Mixture

PLAYERS = ("generator", "discriminator")


@dataclasses.dataclass(frozen=True)
class Player:
    """One side of the game: its networks, and what moves them.

    `MixGAN` makes it from its attributes each time it is asked for, so that
    there is one place where each of them is kept.

    Attributes:
        name: `"generator"` or `"discriminator"`.
        mixture: the `Mixture` that trains.
        average: the average of the mixture over training, if the model keeps
            one.
        optimizer: the Keras optimizer of the networks; `None` before
            `compile`, and where one optimizer moves both players.
        mixture_optimizer: likewise, of the mixture logits.
        devices: names of the devices that the components lie on in turn, or
            `None`.

    Example:
    ```python
    gan.players[0].mixture.probabilities
    gan.player("discriminator").optimizer.learning_rate
    ```
    """

    name: str
    mixture: Mixture
    average: Mixture | None = None
    optimizer: keras.optimizers.Optimizer = None
    mixture_optimizer: keras.optimizers.Optimizer = None
    devices: list[str] | None = None

    @property
    def averaged(self) -> Mixture:
        """The mixture that sampling, evaluation and export use."""
        return self.mixture if self.average is None else self.average

    @property
    def mixtures(self) -> list[Mixture]:
        """The mixture, and its average where there is one."""
        found = [self.mixture]
        return found if self.average is None else [*found, self.average]

    @property
    def components(self) -> list[keras.Model]:
        """The networks that train."""
        return self.mixture.components

    @property
    def network_variables(self) -> list[keras.Variable]:
        """All networks' trainable variables, the logits left out."""
        return sum(self.mixture.network_variables, [])

    @property
    def logits(self) -> keras.Variable:
        """The mixture logits."""
        return self.mixture.mixture_logits

    def on_device(self, index: int) -> contextlib.AbstractContextManager:
        """Returns a context in which a component's work is done on its device.

        Args:
            index: the component's index.

        Returns:
            A context manager; it changes nothing without a placement.
        """
        return on_device(self.devices, index)


def on_device(
    devices: list[str] | None, index: int
) -> contextlib.AbstractContextManager:
    """Returns a context for the device of one component.

    Args:
        devices: names of devices; component `k` lies on device `k` modulo
            their number. `None` leaves the placement to TensorFlow.
        index: the component's index.

    Returns:
        A context manager.
    """
    if devices is None:
        return contextlib.nullcontext()
    return tf.device(devices[index % len(devices)])
