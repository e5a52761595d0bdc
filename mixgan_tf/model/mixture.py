"""Several networks of one kind, and the weights that mix them."""

import contextlib
import random
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.random_streams import SEED_STRIDE


def uniformity_penalty(logits: tf.Tensor | keras.Variable) -> tf.Tensor:
    """Returns the entropy regulariser `R(w) = -mean_i log w_i`.

    It equals `log T + KL(uniform || w)`: `log T` where the weights are uniform
    and larger elsewhere. Both players *add* it to the loss they minimise.

    Args:
        logits: float tensor of shape `(T,)`, or `(T, num_classes)`: then the
            mean over classes is taken.

    Returns:
        A scalar tensor.

    Example:
    ```python
    uniformity_penalty(ops.zeros(4))  # log 4 = 1.386
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), section 5.
    """
    return -ops.mean(tf.nn.log_softmax(logits, axis=0))


def mixture_entropy(logits: tf.Tensor | keras.Variable) -> tf.Tensor:
    """Returns the Shannon entropy of the mixture weights, in nats.

    Args:
        logits: float tensor of shape `(T,)`, or `(T, num_classes)`: then the
            mean over classes is taken.

    Returns:
        A scalar tensor between 0 and `log T`.
    """
    log_weights = tf.nn.log_softmax(logits, axis=0)
    return -ops.mean(ops.sum(ops.exp(log_weights) * log_weights, axis=0))


def weights_of_rows(
    weights: tf.Tensor, component: int, labels: tf.Tensor | None
) -> tf.Tensor:
    """Returns a component's mixture weight, for each row if it depends on it.

    Args:
        weights: float tensor `(T,)` or `(T, num_classes)`.
        component: int.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A scalar, or a tensor `(n,)` of the weights for the rows' classes.
    """
    if len(weights.shape) == 1:
        return weights[component]
    return tf.gather(weights[component], labels)


@keras.saving.register_keras_serializable("mixgan_tf")
class Mixture(keras.Model):
    """A list of networks of one kind and the logits of their mixture weights.

    `MixGAN` holds two: `gan.generator_mixture` and
    `gan.discriminator_mixture`.

    Args:
        components: list of built Keras models, each a network of its own.
        num_classes: `None`, or a number of classes with mixture weights of
            their own.

    Example:
    ```python
    gan.generator_mixture.components[0]   # a DCGANGenerator
    gan.generator_mixture.probabilities   # array([0.34, 0.31, 0.35])
    ```
    """

    def __init__(
        self,
        components: Sequence[keras.Model],
        num_classes: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.components = list(components)
        self.num_classes = num_classes
        by_class = () if num_classes is None else (num_classes,)
        self.mixture_logits = self.add_weight(
            name="mixture_logits",
            shape=(len(self.components), *by_class),
            initializer="zeros",
            dtype="float32",
        )
        self.built = True

    @property
    def mixture_weights(self) -> tf.Tensor:
        """The mixture weights: a tensor `(T,)` or `(T, num_classes)`."""
        return tf.nn.softmax(self.mixture_logits.value, axis=0)

    @property
    def probabilities(self) -> np.ndarray:
        """The mixture weights, a float32 NumPy array; they sum to one."""
        return ops.convert_to_numpy(
            ops.exp(tf.nn.log_softmax(self.mixture_logits.value, axis=0))
        )

    @property
    def network_variables(self) -> list[list[keras.Variable]]:
        """Each component's trainable variables: a list of lists."""
        return [c.trainable_variables for c in self.components]

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, networks serialised."""
        return {
            "components": serialize_networks(self.components),
            "num_classes": self.num_classes,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Mixture":
        """Builds a mixture of fresh networks from `get_config()`'s result."""
        components = deserialize_networks(config["components"])
        return cls(**{**config, "components": components})


def serialize_networks(
    networks: Sequence[keras.Model],
) -> list[dict[str, Any]]:
    """Returns the Keras configs of a list of models."""
    return [keras.saving.serialize_keras_object(n) for n in networks]


def deserialize_networks(configs: list[dict[str, Any]]) -> list[keras.Model]:
    """Returns fresh models from `serialize_networks`'s result."""
    return [keras.saving.deserialize_keras_object(c) for c in configs]


def fresh_copies(template: keras.Model, count: int) -> list[keras.Model]:
    """Returns `count` separate networks built from one template's config.

    Integer seeds found in the config (initialisers, dropout) are shifted for
    every copy after the first: the same seed everywhere would start all the
    components of a mixture at one point, and they would never part.

    Args:
        template: a built Keras model.
        count: how many copies.

    Returns:
        A list of models that share nothing with the template or each other.
    """
    config = keras.saving.serialize_keras_object(template)
    return [
        keras.saving.deserialize_keras_object(
            _shift_seeds(config, index * SEED_STRIDE)
        )
        for index in range(count)
    ]


@contextlib.contextmanager
def initial_weights_from(seed: int) -> Iterator[None]:
    """Makes Keras draw the seeds of initialisers and dropout from `seed`.

    Args:
        seed: int.
    """
    state = random.getstate()  # where Keras takes them from
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


def _shift_seeds(config: Any, offset: int) -> Any:
    if isinstance(config, dict):
        return {
            key: value + offset
            if key == "seed" and type(value) is int
            else _shift_seeds(value, offset)
            for key, value in config.items()
        }
    if isinstance(config, list | tuple):
        return type(config)(_shift_seeds(value, offset) for value in config)
    return config


def player_networks(
    networks: keras.Model | Sequence[keras.Model] | None,
    count: int | None,
    argument: str,
) -> list[keras.Model]:
    """Returns the networks of one player.

    Args:
        networks: a template, a list of networks, or `None`.
        count: how many copies of a template; `None`: one.
        argument: `"generator"` or `"discriminator"`, for error messages.

    Returns:
        A list of Keras models.

    Raises:
        ValueError: if the count or a list does not fit.
    """
    if networks is None:
        return []
    several = isinstance(networks, list | tuple)
    for network in networks if several else [networks]:
        if not getattr(network, "inputs", None):
            raise ValueError(
                f"Argument `{argument}` must be a functional or Sequential "
                "Keras model with known inputs: make it from `keras.Input`. "
                f"Received: {network!r}"
            )
    if several:
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
    require_positive_int(f"num_{argument}s", count)
    return fresh_copies(networks, count)
