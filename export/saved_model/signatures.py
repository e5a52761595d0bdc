"""What a SavedModel of a folded generator offers: its signatures."""

import tensorflow as tf
from mixgan_tf.export.folding.output_gates import activation_range
from mixgan_tf.export.saved_model.runner import Runner

from mixgan_tf.model import sampling

PIXEL_STEPS = 255  # of an 8-bit image, from black to white


def serving_module(generator, limits=None, components=False):
    """Returns what `tf.saved_model.save` takes.

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
    generate = _generate(generator, runner, limits)
    functions = {"generate": generate, "sample": _sample(generator, generate)}
    if generator.num_classes is not None:
        functions["sample_labels"] = _sample_labels(generator, generate)
    if components:
        for position, index in enumerate(_original_indices(generator)):
            functions[f"component_{index}"] = _component(
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


def input_specs(generator, latent_size=None):
    """Returns the tensors that a folded generator takes.

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


def variables_module(generator):
    """Returns a module that holds a generator's variables, each once.

    Args:
        generator: a Keras model.

    Returns:
        A `tf.Module`. A SavedModel made from it has nothing of Keras.
    """
    module = tf.Module()
    module.weights = [v.value for v in generator.weights]
    return module


def output_range(generator):
    """Returns what all samples lie between, from the output layers.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        A tuple `(low, high)` of floats.

    Raises:
        ValueError: if a component's output layer does not say.
    """
    ranges = [activation_range(c) for c in generator.components]
    for component, found in zip(generator.components, ranges, strict=True):
        if found is None or None in found:
            raise ValueError(
                "Argument `output_dtype` can be 'uint8' only where the "
                "activation of the output layer bounds the samples, such as "
                "tanh or sigmoid; use 'float32'. Received: a component "
                f"'{component.name}' whose samples lie in {found}"
            )
    lows, highs = zip(*ranges, strict=True)
    return min(lows), max(highs)


def _generate(generator, runner, limits):
    specs = input_specs(generator)

    @tf.function(input_signature=specs)
    def generate(latents, labels=None):
        latents, labels = _checked(generator, specs, latents, labels)
        return {"samples": _as_pixels(runner.fold(latents, labels), limits)}

    return generate


def _component(generator, runner, position, limits):
    specs = input_specs(generator, generator.latent_dim)

    @tf.function(input_signature=specs)
    def generate(latents, labels=None):
        latents, labels = _checked(generator, specs, latents, labels)
        samples = runner.component(position, latents, labels)
        return {"samples": _as_pixels(samples, limits)}

    return generate


def _sample(generator, generate):
    specs = [tf.TensorSpec([], tf.int32, name) for name in ("num", "seed")]

    @tf.function(input_signature=specs)
    def sample(num, seed):
        latents, labels = sampling.draw_inputs(
            num, generator.latent_dim, generator.num_classes, seed
        )
        if labels is None:
            return generate(latents)
        return {**generate(latents, labels), "labels": labels}

    return sample


def _sample_labels(generator, generate):
    specs = [
        tf.TensorSpec([None], tf.int32, "labels"),
        tf.TensorSpec([], tf.int32, "seed"),
    ]

    @tf.function(input_signature=specs)
    def sample_labels(labels, seed):
        num = tf.shape(labels)[0]
        latents = sampling.draw_latents(num, generator.latent_dim, seed)
        return generate(latents, labels)

    return sample_labels


def _checked(generator, specs, latents, labels):
    """Returns both; what a server gets is checked when it gets it."""
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


def _as_pixels(samples, limits):
    if limits is None:
        return samples
    low, high = limits
    steps = tf.round((samples - low) * (PIXEL_STEPS / (high - low)))
    return tf.cast(tf.clip_by_value(steps, 0, PIXEL_STEPS), tf.uint8)


def _original_indices(generator):
    """Returns the components' indices in the mixture, dropped ones counted."""
    total = len(generator.components) + len(generator.dropped)
    return [i for i in range(total) if i not in generator.dropped]
