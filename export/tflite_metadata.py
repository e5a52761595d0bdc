"""What a TFLite file says of itself, in its own metadata table."""

import hashlib
import importlib.metadata
import json
import pathlib

import numpy as np
from mixgan_tf.export.output_gates import activation_range
from tensorflow.lite.tools import flatbuffer_utils

from mixgan_tf.version import __version__

ENTRY = "mixgan_tf"  # its name in the file's metadata table
FORMAT = 1


def describe(generator, quantization, preset=None):
    """Returns what is known of an exported generator.

    Args:
        generator: the `FoldedGenerator`.
        quantization: how its weights are stored.
        preset: name of the preset it comes from, if any.

    Returns:
        A dict for JSON.
    """
    return {
        "format": FORMAT,
        "preset": preset,
        "latent_dim": generator.latent_dim,
        "input": "latents (batch, latent_dim + 1), standard normal",
        "sample_shape": list(generator.sample_shape),
        # Samples in [low, high] become pixels by 255 (x - low) / (high - low).
        "output_range": _output_range(generator),
        "num_classes": generator.num_classes,
        "num_components": len(generator.components),
        "mixture_weights": generator.mixture_weights.tolist(),
        "selector": generator.selector,
        "quantization": quantization,
        "weights_sha256": weights_sha256(generator),
        "versions": versions(),
    }


def versions():
    """Returns a dict from package to version, of those that made a file."""
    names = ("tensorflow", "keras")
    others = {name: importlib.metadata.version(name) for name in names}
    return {"mixgan_tf": __version__, **others}


def weights_sha256(generator):
    """Returns the SHA-256 of the float weights that a file was made from.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for array in [*generator.get_weights(), generator.mixture_weights]:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def with_metadata(content, details):
    """Returns a TFLite model with an entry added to its metadata table.

    Args:
        content: bytes of a TFLite file.
        details: dict, which is stored as JSON.

    Returns:
        The bytes of a TFLite file.
    """
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    schema = flatbuffer_utils.schema_fb
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(json.dumps(details).encode(), "uint8")
    entry.name, entry.buffer = ENTRY, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]
    return flatbuffer_utils.convert_object_to_bytearray(model)


def read_tflite_metadata(path):
    """Returns what a TFLite file made by `to_tflite` says of itself.

    Args:
        path: a TFLite file.

    Returns:
        A dict: `latent_dim`, `sample_shape`, `output_range`, `num_classes`,
        `mixture_weights`, `quantization`, `preset`, `weights_sha256`,
        `versions` and a few more.

    Raises:
        ValueError: if the file is missing, or not one of `to_tflite`'s.

    Example:
    ```python
    mg.export.to_tflite(gan, "gan.tflite")
    mg.export.read_tflite_metadata("gan.tflite")["output_range"]  # [-1.0, 1.0]
    ```
    """
    path = pathlib.Path(path)
    content = path.read_bytes() if path.is_file() else b""
    if content[4:8] == b"TFL3":
        model = flatbuffer_utils.schema_fb.Model.GetRootAsModel(content, 0)
        for i in range(model.MetadataLength()):
            entry = model.Metadata(i)
            if entry.Name() == ENTRY.encode():
                data = model.Buffers(entry.Buffer()).DataAsNumpy()
                return json.loads(data.tobytes())
    raise ValueError(
        "Argument `path` must be a TFLite file written by `to_tflite`, which "
        f"has an entry '{ENTRY}' in its metadata. Received: {str(path)!r}"
    )


def _output_range(generator):
    """Returns the lowest and highest value; `None` where none is known."""
    ranges = [activation_range(c) for c in generator.components]
    if None in ranges:
        return [None, None]
    lows, highs = zip(*ranges, strict=True)
    return [
        None if None in lows else min(lows),
        None if None in highs else max(highs),
    ]
