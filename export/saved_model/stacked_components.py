"""One network for all components of a mixture, with their weights stacked.

Components of one architecture differ in their weights alone. With the weights
stacked, a graph needs the network once, in a loop over the components that
have rows: what is not chosen costs nothing, not even a condition.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf.compat.variable_overrides import call_with
from mixgan_tf.networks.inspection import with_labels


class StackedComponents:
    """Components of one architecture, which run as one network.

    Args:
        components: list of `T` built Keras generators; see
            `same_architecture`.
    """

    def __init__(self, components: Sequence[keras.Model]) -> None:
        self.network = components[0]
        self.count = len(components)
        arrays = zip(*(c.get_weights() for c in components), strict=True)
        self.weights = [tf.Variable(np.stack(a)) for a in arrays]

    def run(
        self,
        index: int | tf.Tensor,
        latents: tf.Tensor,
        labels: tf.Tensor | None,
    ) -> tf.Tensor:
        """Runs rows through one component.

        Args:
            index: int or int32 scalar tensor in `[0, T)`.
            latents: float32 tensor `(n, latent_dim)`.
            labels: int32 tensor `(n,)`, or `None`.

        Returns:
            A float32 tensor of samples `(n, *sample_shape)`.
        """
        own = [stack[index] for stack in self.weights]  # no copies
        substitutes = list(zip(self.network.weights, own, strict=True))
        inputs = with_labels(latents, labels)
        samples = call_with(self.network, substitutes, inputs, training=False)
        return tf.cast(samples, tf.float32)

    def route(
        self,
        components: Sequence[keras.Model],
        chosen: tf.Tensor,
        latents: tf.Tensor,
        labels: tf.Tensor | None,
    ) -> tf.Tensor:
        """Runs every row through its own component alone.

        Args:
            components: the components, which are these.
            chosen: int32 tensor `(B,)`, the component of each row.
            latents: float32 tensor `(B, latent_dim)`.
            labels: int32 tensor `(B,)`, or `None`.

        Returns:
            A float32 tensor of samples `(B, *sample_shape)`.
        """
        shape = components[0].output_shape[1:]
        present, _ = tf.unique(chosen)

        def add_group(
            i: tf.Tensor, samples: tf.Tensor
        ) -> tuple[tf.Tensor, tf.Tensor]:
            rows = tf.where(tf.equal(chosen, present[i]))
            group = self.run(
                present[i],
                tf.gather_nd(latents, rows),
                None if labels is None else tf.gather_nd(labels, rows),
            )
            return i + 1, tf.tensor_scatter_nd_update(samples, rows, group)

        _, samples = tf.while_loop(
            lambda i, _: i < tf.size(present),
            add_group,
            [0, tf.zeros([tf.shape(chosen)[0], *shape])],
            parallel_iterations=self.count,
        )
        return tf.ensure_shape(samples, [None, *shape])


def same_architecture(components: Sequence[keras.Model]) -> bool:
    """Returns whether networks differ in their weights alone.

    Args:
        components: list of built Keras models.

    Returns:
        A bool.
    """
    first, *others = map(_architecture, components)
    return all(other == first for other in others)


def _architecture(
    network: keras.Model,
) -> tuple[dict[str, Any], list[tuple[tuple[int, ...], str]]]:
    described = keras.saving.serialize_keras_object(network)
    described["config"] = {**described["config"], "name": None}
    shapes = [(tuple(w.shape), w.dtype) for w in network.weights]
    return described, shapes
