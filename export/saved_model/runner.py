"""The functions by which a SavedModel runs a fold or one of its components."""

import tensorflow as tf
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.saved_model.networks import with_fast_layers
from mixgan_tf.export.saved_model.stacked_components import StackedComponents
from mixgan_tf.export.saved_model.stacked_components import same_architecture

from mixgan_tf.networks.inspection import with_labels


class Runner:
    """The functions of a folded generator, with the variables they read.

    Components of one architecture are stacked; others, and those of the
    selectors that run all of them, each have their own part of the graph.

    Args:
        generator: a `FoldedGenerator`.
    """

    def __init__(self, generator: FoldedGenerator) -> None:
        components = [with_fast_layers(c) for c in generator.components]
        self.generator = FoldedGenerator(
            components,
            generator.mixture_weights,
            generator.selector,
            generator.num_classes,
            generator.delta,
            generator.gate,
        )
        self.stacked: StackedComponents | None = None
        several = generator.selector == "routed" and len(components) > 1
        if several and same_architecture(generator.components):
            self.stacked = StackedComponents(components)

    @property
    def weights(self) -> list[tf.Variable]:
        """The TensorFlow variables of the functions, each once."""
        if self.stacked:
            return self.stacked.weights
        return [w.value for w in self.generator.weights]

    def fold(self, latents: tf.Tensor, labels: tf.Tensor | None) -> tf.Tensor:
        """Runs latents with their selector coordinate.

        Args:
            latents: float32 tensor `(B, latent_dim + 1)`.
            labels: int32 tensor `(B,)`, or `None`.

        Returns:
            A float32 tensor `(B, *sample_shape)`.
        """
        route = self.stacked and self.stacked.route
        return self.generator(with_labels(latents, labels), route=route)

    def component(
        self, position: int, latents: tf.Tensor, labels: tf.Tensor | None
    ) -> tf.Tensor:
        """Runs latents through one component.

        Args:
            position: int, the index of the component in the fold.
            latents: float32 tensor `(B, latent_dim)`.
            labels: int32 tensor `(B,)`, or `None`.

        Returns:
            A float32 tensor `(B, *sample_shape)`.
        """
        if self.stacked:
            return self.stacked.run(position, latents, labels)
        component = self.generator.components[position]
        samples = component(with_labels(latents, labels), training=False)
        return tf.cast(samples, tf.float32)
