"""Functions that run an exported TFLite file."""

from __future__ import annotations

import pathlib
import warnings
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

import numpy as np
from mixgan_tf.export.sample_function import SampleFunction
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    import tensorflow as tf


class SignatureRunner(Protocol):
    """A signature of a TFLite file, as the interpreters run it."""

    def __call__(
        self, **inputs: np.ndarray | np.integer
    ) -> dict[str, np.ndarray]:
        """Returns the outputs by name."""

    def get_input_details(self) -> dict[str, dict[str, Any]]:
        """Returns the shape, data type and more of each input."""


def open_tflite(
    path: str | pathlib.Path,
    signature: str = "serving_default",
    num_threads: int = 1,
) -> SampleFunction:
    """Opens a TFLite file that `to_tflite` wrote.

    Runs it on LiteRT (`pip install ai-edge-litert`), or on TensorFlow's own
    interpreter where that is not installed.

    Args:
        path: a TFLite file.
        signature: `"serving_default"`, or `"single"` of a file with both.
        num_threads: positive int.

    Returns:
        A function `run(latents, labels=None)` from float32 latents `(B,
        latent_dim + 1)` and int32 labels `(B,)` to float32 NumPy samples `(B,
        *sample_shape)`. A signature for one row runs once for each.

    Raises:
        ValueError: if there is no such file or signature.

    Example:
    ```python
    run = mg.export.open_tflite("gan.tflite")
    images = run(np.random.normal(size=(16, gan.latent_dim + 1)))
    ```
    """
    call = open_signature(path, signature, num_threads)
    inputs = call.get_input_details()
    if "latents" not in inputs:
        raise ValueError(
            "Argument `signature` must name one that takes latents; "
            f"`open_signature` runs any. Received: signature={signature!r}"
        )
    single = inputs["latents"]["shape_signature"][0] == 1

    def run(latents: ArrayLike, labels: ArrayLike | None = None) -> np.ndarray:
        feed = {"latents": np.asarray(latents, "float32")}
        if "labels" in inputs:
            if labels is None:
                raise ValueError(
                    "Argument `labels` is missing: the model is conditional. "
                    "Received: labels=None"
                )
            feed["labels"] = np.asarray(labels, "int32")
        if not single:
            return call(**feed)["samples"]
        rows = [
            call(**{name: values[i : i + 1] for name, values in feed.items()})
            for i in range(len(feed["latents"]))
        ]
        return np.concatenate([row["samples"] for row in rows])

    return run


def open_signature(
    path: str | pathlib.Path, signature: str, num_threads: int = 1
) -> SignatureRunner:
    """Opens any signature of a TFLite file.

    Args:
        path: a TFLite file.
        signature: its name.
        num_threads: positive int.

    Returns:
        A `SignatureRunner`.

    Raises:
        ValueError: if there is no such file or signature.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise ValueError(
            "Argument `path` must be a TFLite file. "
            f"Received: {str(path)!r}, which does not exist"
        )
    interpreter = _interpreter(path, num_threads)
    known = interpreter.get_signature_list()
    if signature not in known:
        raise ValueError(
            f"Argument `signature` must be one of {sorted(known)}. "
            f"Received: signature={signature!r}"
        )
    return interpreter.get_signature_runner(signature)


def _interpreter(path: pathlib.Path, num_threads: int) -> tf.lite.Interpreter:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*Interpreter is deprecated")
            return tf.lite.Interpreter(str(path), num_threads=num_threads)
    return Interpreter(str(path), num_threads=num_threads)
