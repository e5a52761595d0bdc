"""A folded generator as a TFLite file, for LiteRT."""

import contextlib
import io
import tempfile

import tensorflow as tf
from mixgan_tf.export import selectors
from mixgan_tf.export.fold import folded
from mixgan_tf.export.saved_model import input_specs
from mixgan_tf.export.saved_model import refuse_existing
from mixgan_tf.export.saved_model import variables_module

from mixgan_tf import files
from mixgan_tf.judging import with_labels


def to_tflite(model, path, overwrite=False):
    """Writes a mixture as one float32 TFLite file of builtin operators.

    Its signature `serving_default` takes `latents` float32 `(B, latent_dim +
    1)`, with int32 `labels` `(B,)` if conditional, to `samples`, for any
    batch size `B`.

    Args:
        model: a `MixGAN` or a `FoldedGenerator`.
        path: the file to write.
        overwrite: whether to replace a file that exists.

    Returns:
        The file, a `pathlib.Path`.

    Raises:
        ValueError: if the file exists and `overwrite` is false.

    Example:
    ```python
    mg.export.to_tflite(gan, "generator.tflite")
    ```
    """
    path = refuse_existing(path, overwrite)
    generator = folded(model)
    module = variables_module(generator)

    @tf.function(input_signature=input_specs(generator))
    def generate(latents, labels=None):
        samples = generator(
            with_labels(latents, labels), route=selectors.routed_with_builtins
        )
        return {"samples": samples}

    module.generate = generate
    # Converting from a SavedModel is what works for Keras 3 networks.
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(
            module, folder, signatures=generate.get_concrete_function()
        )
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=["serving_default"]
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        with contextlib.redirect_stdout(io.StringIO()):
            content = converter.convert()
    with files.atomic_file(path) as temporary:
        temporary.write_bytes(content)
    return path
