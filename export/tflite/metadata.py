"""The metadata in a TFLite file's own metadata table."""

import json
import pathlib
from typing import Any

from tensorflow.lite.tools import flatbuffer_utils

ENTRY = "mixgan_tf"  # its name in the file's metadata table


def read_tflite_metadata(path: str | pathlib.Path) -> dict[str, Any]:
    """Returns the metadata of a TFLite file that `to_tflite` wrote.

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
