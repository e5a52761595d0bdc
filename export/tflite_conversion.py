"""From a folded generator to the content of a TFLite file."""

import contextlib
import functools
import io
import tempfile

import tensorflow as tf
from mixgan_tf.export import counter_random
from mixgan_tf.export import tflite_routes
from mixgan_tf.export.fold import FoldedGenerator
from mixgan_tf.export.quantization import representative_rows
from mixgan_tf.export.saved_model import variables_module
from mixgan_tf.export.tflite_networks import convertible

_SIGNATURE = "serving_default"  # one graph converted alone must be called so


def generating(
    generator, batch_size, quantization, representative_latents=None
):
    """Converts the map from latents, and labels if any, to samples.

    Args:
        generator: a `FoldedGenerator`.
        batch_size: `None` for any, or 1.
        quantization: one of `quantization.QUANTIZATIONS`.
        representative_latents: as for `to_tflite`.

    Returns:
        Bytes of a TFLite file: `latents` float32 `(B, latent_dim + 1)` and
        int32 `labels` `(B,)` to `samples`.
    """
    generator = FoldedGenerator(
        [convertible(c) for c in generator.components],
        generator.mixture_weights,
        generator.selector,
        generator.num_classes,
        generator.delta,
        generator.gate,
    )
    width = generator.latent_dim + 1
    specs = [tf.TensorSpec([batch_size, width], tf.float32, "latents")]
    if generator.num_classes is not None:
        specs.append(tf.TensorSpec([batch_size], tf.int32, "labels"))

    @tf.function(input_signature=specs)
    def generate(latents, labels=None):
        return {"samples": tflite_routes.generate(generator, latents, labels)}

    measured_on = None
    if quantization == "int8":
        rows = representative_rows(generator, representative_latents)
        measured_on = functools.partial(_feeds, *rows, batch_size)
    return _convert(
        generate,
        variables_module(generator),
        quantization,
        measured_on,
    )


@functools.lru_cache(maxsize=16)
def drawing(batch_size, latent_dim, num_classes):
    """Converts the drawing of what `generating` takes, from a seed.

    `sampling.draw_latents` and `draw_labels` give the same numbers.

    Args:
        batch_size: `None` for any, or 1.
        latent_dim: size of the latents.
        num_classes: `None`, or the number of classes.

    Returns:
        Bytes of a TFLite file: int32 scalar `seed`, `row` (with batch size 1:
        which of the seed's rows), int32 `labels` `(B,)` (with classes; -1
        draws one), and int32 scalar `num` (with neither) to `latents` and
        `labels`.
    """
    scalar = functools.partial(tf.TensorSpec, [], tf.int32)
    specs = [scalar("seed")]
    specs += [scalar("row")] if batch_size == 1 else []
    if num_classes is not None:
        specs += [tf.TensorSpec([batch_size], tf.int32, "labels")]
    elif batch_size is None:
        specs += [scalar("num")]

    def draw(**inputs):
        seed, first = inputs["seed"], inputs.get("row", tf.constant(0))
        labels = inputs.get("labels")
        num = batch_size or inputs.get("num")
        if num is None:
            num = tf.shape(labels)[0]
        drawn = {
            "latents": counter_random.normal_rows(
                first, num, latent_dim + 1, seed
            )
        }
        if labels is not None:
            classes = counter_random.label_rows(first, num, num_classes, seed)
            drawn["labels"] = tf.where(labels < 0, classes, labels)
        return drawn

    function = tf.function(draw).get_concrete_function(
        **{spec.name: spec for spec in specs}
    )
    return _convert(function, tf.Module(), "float32")


def _feeds(latents, labels, batch_size):
    """Yields representative inputs: a row of each component, or one alone."""
    for place in range(len(latents)):
        feed = {"latents": latents[place]}
        if labels is not None:
            feed["labels"] = labels[place]
        if batch_size is None:
            yield feed
        else:
            for i in range(latents.shape[1]):
                yield {name: rows[i : i + 1] for name, rows in feed.items()}


def _convert(function, module, quantization, measured_on=None):
    if isinstance(function, tf.types.experimental.GenericFunction):
        function = function.get_concrete_function()
    module.function = function
    # Converting from a SavedModel is what works for Keras 3 networks.
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=function)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=[_SIGNATURE]
        )
        operators = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if quantization != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if quantization == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if quantization == "int8":
            operators.insert(0, tf.lite.OpsSet.TFLITE_BUILTINS_INT8)
            converter.representative_dataset = measured_on
        converter.target_spec.supported_ops = operators
        with contextlib.redirect_stdout(io.StringIO()):
            return converter.convert()
