"""The conversion of a folded generator to the content of TFLite files."""

import contextlib
import functools
import io
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable
from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.saved_model.signatures import variables_module
from mixgan_tf.export.tflite import counter_random
from mixgan_tf.export.tflite import routes
from mixgan_tf.export.tflite.networks import convertible
from mixgan_tf.export.tflite.quantization import representative_rows
from numpy.typing import ArrayLike
from tensorflow.lite.python.convert import ConverterError

from mixgan_tf.arguments import error_summary

_SIGNATURE = "serving_default"  # one graph converted alone must be called so


def convert_generator(
    generator: FoldedGenerator,
    batch_size: int | None,
    quantization: str,
    representative_latents: ArrayLike | None = None,
) -> bytes:
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
    def generate(
        latents: tf.Tensor, labels: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        return {"samples": routes.generate(generator, latents, labels)}

    measured_on = None
    if quantization == "int8":
        rows, labels = representative_rows(generator, representative_latents)
        measured_on = functools.partial(
            _representative_feeds, rows, labels, batch_size
        )
    return _convert(
        generate.get_concrete_function(),
        variables_module(generator),
        quantization,
        measured_on,
    )


@functools.lru_cache(maxsize=16)
def convert_drawing(
    batch_size: int | None,
    latent_dim: int,
    num_classes: int | None,
    labels_given: bool = False,
) -> bytes:
    """Converts the random draw of the generator's inputs from a seed.

    `sampling.draw_latents` and `draw_labels` give the same numbers.

    Args:
        batch_size: `None` for any, or 1.
        latent_dim: size of the latents.
        num_classes: `None`, or the number of classes.
        labels_given: whether the labels are given instead of drawn.

    Returns:
        Bytes of a TFLite file. It takes the int32 scalar `seed`, and for any
        batch size the scalar `num`, or int32 `labels` `(num,)` if they are
        given; for batch size 1 the scalar `row`, to make that one of the
        seed's rows. It gives `latents`, and `labels` unless they are given.
    """
    specs = {"seed": tf.TensorSpec([], tf.int32)}
    if batch_size == 1:
        specs["row"] = tf.TensorSpec([], tf.int32)
    elif labels_given:
        specs["labels"] = tf.TensorSpec([None], tf.int32)
    else:
        specs["num"] = tf.TensorSpec([], tf.int32)

    @tf.function
    def draw(
        seed: tf.Tensor,
        row: tf.Tensor | int = 0,
        num: tf.Tensor | int = 1,
        labels: tf.Tensor | None = None,
    ) -> dict[str, tf.Tensor]:
        if labels is not None:
            num = tf.shape(labels)[0]
        drawn = {
            "latents": counter_random.normal_rows(
                row, num, latent_dim + 1, seed
            )
        }
        if num_classes is not None and not labels_given:
            drawn["labels"] = counter_random.label_rows(
                row, num, num_classes, seed
            )
        return drawn

    return _convert(draw.get_concrete_function(**specs), tf.Module())


def _representative_feeds(
    latents: np.ndarray, labels: np.ndarray | None, batch_size: int | None
) -> Iterator[dict[str, np.ndarray]]:
    """Yields inputs to measure on: a row of each component, or single rows."""
    for place in range(len(latents)):
        feed = {"latents": latents[place]}
        if labels is not None:
            feed["labels"] = labels[place]
        if batch_size is None:
            yield feed
        else:
            for i in range(latents.shape[1]):
                yield {name: rows[i : i + 1] for name, rows in feed.items()}


def _convert(
    function: tf.types.experimental.ConcreteFunction,
    module: tf.Module,
    quantization: str = "float32",
    measured_on: Callable[[], Iterator[dict[str, np.ndarray]]] | None = None,
) -> bytes:
    module.function = function
    # Converting from a SavedModel is what works for Keras 3 networks.
    with tempfile.TemporaryDirectory() as folder, _silenced():
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
        try:
            return converter.convert()
        except ConverterError as error:
            missing = re.findall(r"'tf\.(\w+)' op is neither", str(error))
            raise ValueError(
                "The generators cannot be written with the operators that "
                "TFLite has built in; choose another format, or replace what "
                "is missing. Received: "
                + (", ".join(sorted(set(missing))) or error_summary(error))
            ) from error


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Hides the converter's output, also that of its C++ code."""
    sys.stderr.flush()
    shown = os.dup(2)
    with tempfile.TemporaryFile() as hidden, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*tf.lite.Interpreter is depr.*")
        os.dup2(hidden.fileno(), 2)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        finally:
            os.dup2(shown, 2)
            os.close(shown)
