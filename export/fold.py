"""One Keras model that carries a whole mixture."""

import keras
import numpy as np
import tensorflow as tf
from mixgan_tf.export import selectors

from mixgan_tf import sampling
from mixgan_tf.mixture import deserialize_networks
from mixgan_tf.mixture import fresh_copies
from mixgan_tf.mixture import serialize_networks


@keras.saving.register_keras_serializable("mixgan_tf")
class FoldedGenerator(keras.Model):
    """A mixture of generators as one network with one more latent coordinate.

    It maps `(B, latent_dim + 1)` independent Gaussians to samples. The last
    coordinate selects the component through quantiles of the cumulative
    mixture weights; the others are the component's latents. A Gaussian batch
    in gives the mixture's distribution out. Use `fold` to make one.

    Args:
        components: list of built generators.
        mixture_weights: their weights, `T` floats that sum to one, or an
            array `(T, num_classes)` of such columns.
        selector: how rows reach their component: `"routed"`.
        num_classes: `None`, or the number of classes; then it takes
            `[latents, labels]`.

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), theorem 4.3.
    """

    def __init__(
        self,
        components,
        mixture_weights,
        selector="routed",
        num_classes=None,
        name="folded_generator",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if selector not in selectors.SELECTORS:
            raise ValueError(
                "Argument `selector` must be one of "
                f"{', '.join(selectors.SELECTORS)}. "
                f"Received: selector={selector!r}"
            )
        self.components = list(components)
        self.mixture_weights = np.asarray(mixture_weights, "float64")
        self.selector = selector
        self.num_classes = num_classes
        self.built = True

    @property
    def latent_dim(self):
        """Size of a component's latents: one less than the input's."""
        return self.components[0].inputs[0].shape[-1]

    @property
    def sample_shape(self):
        """Shape of one sample."""
        return tuple(self.components[0].output_shape)[1:]

    def call(self, inputs, training=False, route=None):
        """Generates samples, each row from the component it selects.

        Args:
            inputs: float tensor `(B, latent_dim + 1)`; `[latents, labels]`
                when conditional.
            training: ignored: a folded generator does not train.
            route: function that replaces the selector's, for converters.

        Returns:
            A float32 tensor `(B, *sample_shape)`.
        """
        conditional = self.num_classes is not None
        latents, labels = inputs if conditional else (inputs, None)
        if latents.shape[-1] != self.latent_dim + 1:
            raise ValueError(
                "A folded generator takes one selector coordinate after the "
                f"latents: shape (batch, {self.latent_dim + 1}). "
                f"Received: shape {tuple(latents.shape)}"
            )
        thresholds = sampling.selector_thresholds(self.mixture_weights)
        chosen = sampling.select_components(latents[:, -1], thresholds, labels)
        route = route or selectors.SELECTORS[self.selector]
        return route(self.components, chosen, latents[:, :-1], labels)

    def get_config(self):
        """Returns the constructor's arguments, networks serialised."""
        return {
            "components": serialize_networks(self.components),
            "mixture_weights": self.mixture_weights.tolist(),
            "selector": self.selector,
            "num_classes": self.num_classes,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """Builds a folded generator from `get_config()`'s result."""
        components = deserialize_networks(config["components"])
        return cls(**{**config, "components": components})


def fold(gan, selector="routed"):
    """Folds a trained mixture into one generator.

    The result is a snapshot: training `gan` further does not change it.

    Args:
        gan: a `MixGAN`.
        selector: `"routed"`: each row costs one component's evaluation.

    Returns:
        A `FoldedGenerator`.

    Raises:
        ValueError: if there is no such selector, or weights are not finite.

    Example:
    ```python
    folded = mg.export.fold(gan)
    images = folded(np.random.normal(size=(64, gan.latent_dim + 1)))
    ```
    """
    mixture = gan.averaged_mixture("generator")
    components = []
    for generator in mixture.components:
        copy = fresh_copies(generator, 1)[0]
        copy.set_weights(generator.get_weights())
        components.append(copy)
    for variable in mixture.weights:
        if not tf.reduce_all(tf.math.is_finite(variable.value)):
            raise ValueError(
                f"The generators' weights {variable.path} hold NaN or "
                "infinite values; load an earlier checkpoint."
            )
    return FoldedGenerator(
        components, mixture.probabilities, selector, gan.num_classes
    )


def folded(model):
    """Returns a folded generator from a mixture or from itself.

    Args:
        model: a `MixGAN` or a `FoldedGenerator`.

    Returns:
        A `FoldedGenerator`.
    """
    return model if isinstance(model, FoldedGenerator) else fold(model)
