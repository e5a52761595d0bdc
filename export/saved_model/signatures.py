"""The signatures of a SavedModel of a folded generator."""

from typing import TypeAlias

import keras
import tensorflow as tf
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.output_gates import activation_range
from mixgan_tf.export.saved_model.runner import Runner

from mixgan_tf.model import sampling

PIXEL_STEPS = 255  # of an 8-bit image, from black to white

TFFunction: TypeAlias = tf.types.experimental.PolymorphicFunction


def serving_module(
    generator: FoldedGenerator,
    limits: tuple[float, float] | None = None,
    components: bool = False,
) -> tuple[tf.Module, dict[str, tf.types.experimental.ConcreteFunction]]:
    """Returns the arguments of `tf.saved_model.save`: a module and signatures.

    Args:
        generator: a `FoldedGenerator`.
        limits: `None` for float32 samples, or `(low, high)`, which become 0
            and 255 of uint8 samples.
        components: whether each generator gets a signature.

    Returns:
        A tuple `(module, signatures)`: a `tf.Module` that holds every weight
        once, and a dict of concrete functions.
    """
    runner = Runner(generator)
    generate = _generate_function(generator, runner, limits)
    functions = {
        "generate": generate,
        "sample": _sample_function(generator, generate),
    }
    if generator.num_classes is not None:
        functions["sample_labels"] = _sample_labels_function(
            generator, generate
        )
    if components:
        for position, index in enumerate(_original_indices(generator)):
            functions[f"component_{index}"] = _component_function(
                generator, runner, position, limits
            )
    module = tf.Module()
    module.weights = runner.weights
    for name, function in functions.items():
        setattr(module, name, function)
    signatures = {
        name: function.get_concrete_function()
        for name, function in functions.items()
    }
    return module, {"serving_default": signatures["generate"], **signatures}


def input_specs(
    generator: FoldedGenerator, latent_size: int | None = None
) -> list[tf.TensorSpec]:
    """Returns the specs of a folded generator's inputs.

    Args:
        generator: a `FoldedGenerator`.
        latent_size: width of the latents; with the selector coordinate by
            default.

    Returns:
        A list of `tf.TensorSpec`: latents, and labels if conditional.
    """
    size = generator.latent_dim + 1 if latent_size is None else latent_size
    specs = [tf.TensorSpec([None, size], tf.float32, "latents")]
    if generator.num_classes is not None:
        specs.append(tf.TensorSpec([None], tf.int32, "labels"))
    return specs


def variables_module(generator: keras.Model) -> tf.Module:
    """Returns a module that holds a generator's variables, each once.

    Args:
        generator: a Keras model.

    Returns:
        A `tf.Module`. A SavedModel made from it has nothing of Keras.
    """
    module = tf.Module()
    module.weights = [v.value for v in generator.weights]
    return module


def output_range(generator: FoldedGenerator) -> tuple[float, float]:
    """Returns the range of all samples, from the output layers.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        A tuple `(low, high)` of floats.

    Raises:
        ValueError: if a component's output layer has no known range.
    """
    lows, highs = [], []
    for component in generator.components:
        found = activation_range(component)
        low, high = found or (None, None)
        if low is None or high is None:
            raise ValueError(
                "Argument `output_dtype` can be 'uint8' only where the "
                "activation of the output layer bounds the samples, such as "
                "tanh or sigmoid; use 'float32'. Received: a component "
                f"'{component.name}' whose samples lie in {found}"
            )
        lows.append(low)
        highs.append(high)
    return min(lows), max(highs)


def _generate_function(
    generator: FoldedGenerator,
    runner: Runner,
    limits: tuple[float, float] | None,
) -> TFFunction:
    specs = input_specs(generator)

    @tf.function(input_signature=specs)
    def generate(
        latents: tf.Tensor, labels: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        latents, labels = _checked_inputs(generator, specs, latents, labels)
        return {"samples": _as_pixels(runner.fold(latents, labels), limits)}

    return generate


def _component_function(
    generator: FoldedGenerator,
    runner: Runner,
    position: int,
    limits: tuple[float, float] | None,
) -> TFFunction:
    specs = input_specs(generator, generator.latent_dim)

    @tf.function(input_signature=specs)
    def generate(
        latents: tf.Tensor, labels: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        latents, labels = _checked_inputs(generator, specs, latents, labels)
        samples = runner.component(position, latents, labels)
        return {"samples": _as_pixels(samples, limits)}

    return generate


def _sample_function(
    generator: FoldedGenerator, generate: TFFunction
) -> TFFunction:
    specs = [tf.TensorSpec([], tf.int32, name) for name in ("num", "seed")]

    @tf.function(input_signature=specs)
    def sample(num: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        latents, labels = sampling.draw_inputs(
            num, generator.latent_dim, generator.num_classes, seed
        )
        if labels is None:
            return generate(latents)
        return {**generate(latents, labels), "labels": labels}

    return sample


def _sample_labels_function(
    generator: FoldedGenerator, generate: TFFunction
) -> TFFunction:
    specs = [
        tf.TensorSpec([None], tf.int32, "labels"),
        tf.TensorSpec([], tf.int32, "seed"),
    ]

    @tf.function(input_signature=specs)
    def sample_labels(
        labels: tf.Tensor, seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        num = tf.shape(labels)[0]
        latents = sampling.draw_latents(num, generator.latent_dim, seed)
        return generate(latents, labels)

    return sample_labels


def _checked_inputs(
    generator: FoldedGenerator,
    specs: list[tf.TensorSpec],
    latents: tf.Tensor,
    labels: tf.Tensor | None,
) -> tuple[tf.Tensor, tf.Tensor | None]:
    """Returns latents and labels that a server checks for each request."""
    latents = tf.ensure_shape(latents, specs[0].shape, name="check_latents")
    if labels is not None:
        in_range = (labels >= 0) & (labels < generator.num_classes)
        valid = tf.debugging.Assert(
            tf.reduce_all(in_range),
            [f"labels must be in [0, {generator.num_classes}):", labels],
        )
        with tf.control_dependencies([valid]):
            labels = tf.identity(labels)
    return latents, labels


def _as_pixels(
    samples: tf.Tensor, limits: tuple[float, float] | None
) -> tf.Tensor:
    if limits is None:
        return samples
    low, high = limits
    steps = tf.round((samples - low) * (PIXEL_STEPS / (high - low)))
    return tf.cast(tf.clip_by_value(steps, 0, PIXEL_STEPS), tf.uint8)


def _original_indices(generator: FoldedGenerator) -> list[int]:
    """Returns the components' indices in the mixture, dropped ones counted."""
    total = len(generator.components) + len(generator.dropped)
    return [i for i in range(total) if i not in generator.dropped]
