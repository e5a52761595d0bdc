"""One player of the game: several networks and the weights that mix them."""

import keras
from keras import ops


def uniformity_penalty(logits):
    """Returns the entropy regulariser `R(w) = -mean_i log w_i`.

    It equals `log T + KL(uniform || w)`: `log T` where the weights are uniform
    and larger elsewhere. Both players *add* it to the loss they minimise.

    Args:
        logits: float tensor of shape `(T,)`.

    Returns:
        A scalar tensor.

    Example:
    ```python
    uniformity_penalty(ops.zeros(4))  # log 4 = 1.386
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), section 5.
    """
    return -ops.mean(ops.log_softmax(logits))


def mixture_entropy(logits):
    """Returns the Shannon entropy of the mixture weights, in nats.

    Args:
        logits: float tensor of shape `(T,)`.

    Returns:
        A scalar tensor between 0 and `log T`.
    """
    log_weights = ops.log_softmax(logits)
    return -ops.sum(ops.exp(log_weights) * log_weights)


@keras.saving.register_keras_serializable("mixgan_tf")
class Mixture(keras.Model):
    """A list of networks of one kind and the logits of their mixture weights.

    `MixGAN` holds two: `gan.generator_mixture` and
    `gan.discriminator_mixture`.

    Args:
        components: list of built Keras models, each a network of its own.

    Example:
    ```python
    gan.generator_mixture.components[0]   # a DCGANGenerator
    gan.generator_mixture.probabilities   # array([0.34, 0.31, 0.35])
    ```
    """

    def __init__(self, components, **kwargs):
        super().__init__(**kwargs)
        self.components = list(components)
        self.mixture_logits = self.add_weight(
            name="mixture_logits",
            shape=(len(self.components),),
            initializer="zeros",
            dtype="float32",
        )
        self.built = True

    @property
    def probabilities(self):
        """The mixture weights: float32 NumPy array `(T,)` that sums to one."""
        return ops.convert_to_numpy(
            ops.exp(ops.log_softmax(self.mixture_logits))
        )

    @property
    def network_variables(self):
        """Each component's trainable variables: a list of lists."""
        return [c.trainable_variables for c in self.components]

    def get_config(self):
        """Returns the constructor's arguments, networks serialised."""
        return {
            "components": serialize_networks(self.components),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """Builds a mixture of fresh networks from `get_config()`'s result."""
        components = deserialize_networks(config["components"])
        return cls(components, name=config["name"])


def serialize_networks(networks):
    """Returns the Keras configs of a list of models."""
    return [keras.saving.serialize_keras_object(n) for n in networks]


def deserialize_networks(configs):
    """Returns fresh models from `serialize_networks`'s result."""
    return [keras.saving.deserialize_keras_object(c) for c in configs]


def fresh_copies(template, count):
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
            _shift_seeds(config, index * 1_000_003)
        )
        for index in range(count)
    ]


def _shift_seeds(config, offset):
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
