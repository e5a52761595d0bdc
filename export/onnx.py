"""Export of a mixture as an ONNX file, for ONNX Runtime."""

import importlib
import importlib.metadata
import json
import logging
import pathlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from mixgan_tf.export import metadata
from mixgan_tf.export.export_report import write_report
from mixgan_tf.export.folding import selectors
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.folded_generator import folded
from mixgan_tf.export.output_paths import refuse_existing
from mixgan_tf.export.sample_function import SampleFunction
from mixgan_tf.export.saved_model.signatures import input_specs
from mixgan_tf.export.verification import verify
from numpy.typing import ArrayLike

from mixgan_tf import files
from mixgan_tf.arguments import error_summary
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.model.routing import run_rows
from mixgan_tf.networks.inspection import with_labels

# Runtimes since 2021 read it, and tf2onnx writes nothing else by default.
OPSET = 15
# Rounding leaves more than 100 dB; one wrong row in a thousand fewer than 60.
LEAST_PSNR_DB = 80.0


def to_onnx(
    model: MixGAN | FoldedGenerator,
    path: str | pathlib.Path,
    overwrite: bool = False,
) -> pathlib.Path:
    """Writes a mixture as one ONNX file of standard operators.

    Its inputs are `latents` float32 `(batch, latent_dim + 1)`, standard normal,
    and int32 `labels` `(batch,)` if conditional, its output is `samples`
    float32, for any batch size. A `"routed"` fold runs each row through its
    own component, the other selectors as they are. ONNX has no random numbers
    that a seed repeats on every runtime: draw the latents outside.

    The file is run by ONNX Runtime and compared with the Keras model before it
    gets its name; `<path>.json` reports the comparison. What a server may need
    to know (`latent_dim`, `mixture_weights`, `output_range`, `versions` and
    more) is in the file's own metadata, each value as JSON.

    Args:
        model: a `MixGAN` or a `FoldedGenerator`.
        path: the file to write.
        overwrite: whether to replace a file that exists.

    Returns:
        The file, a `pathlib.Path`.

    Raises:
        ImportError: if tf2onnx, onnx or onnxruntime is not installed.
        ValueError: if the file exists and `overwrite` is false, a layer has no
            ONNX counterpart, or the file's samples would not be the model's.

    Example:
    ```python
    mg.export.to_onnx(gan, "gan.onnx")
    latents = np.random.normal(size=(16, gan.latent_dim + 1))
    images = mg.export.open_onnx("gan.onnx")(latents)
    ```
    """
    target = refuse_existing(path, overwrite)
    report_path = target.with_name(f"{target.name}.json")
    for file in (target, report_path):
        if refuse_existing(file, overwrite).is_dir():
            raise ValueError(
                "Argument `path` must name a file, not a folder. "
                f"Received: {str(file)!r}"
            )
    _require_packages()
    generator = folded(model)
    details = _describe(generator)
    content = _convert(generator, details)
    with files.atomic_file(target) as temporary:
        temporary.write_bytes(content)
        found = verify(generator, open_onnx(temporary))
        if found.far_rows or not found.psnr_db >= LEAST_PSNR_DB:
            raise ValueError(
                "The ONNX file does not do what the model does, so it was not "
                f"kept: no row far off and {LEAST_PSNR_DB:g} dB are due. "
                f"Received: {found}"
            )
        report = {
            "format": "onnx",
            "options": {},
            "bytes": len(content),
            "sha256": files.sha256(temporary),
            "verification": found,
            "fold": generator.report(),
            "metadata": details,
            "versions": details["versions"],
        }
    write_report(report_path, report)
    return target


def open_onnx(path: str | pathlib.Path) -> SampleFunction:
    """Returns a function that runs an ONNX file of `to_onnx` on the CPU.

    Args:
        path: the file.

    Returns:
        A function from latents, a float array `(B, latent_dim + 1)`, and int
        labels `(B,)` if conditional, to a float32 NumPy array of samples.

    Raises:
        ImportError: if onnxruntime is not installed.
        ValueError: if there is no such file, or ONNX Runtime cannot run it.

    Example:
    ```python
    run = mg.export.open_onnx("gan.onnx")
    images = run(np.random.normal(size=(16, 65)))
    ```
    """
    _require_packages()
    import onnxruntime

    path = pathlib.Path(path)
    if not path.is_file():
        raise ValueError(f"No such ONNX file. Received: path={str(path)!r}")
    try:
        session = onnxruntime.InferenceSession(
            str(path), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its exceptions share no other base
        raise ValueError(
            f"Argument `path`: ONNX Runtime cannot run {str(path)!r}. "
            f"Received: {error_summary(error)}"
        ) from error
    conditional = "labels" in [i.name for i in session.get_inputs()]

    def run(latents: ArrayLike, labels: ArrayLike | None = None) -> np.ndarray:
        if conditional != (labels is not None):
            raise ValueError(
                "Argument `labels`: the generator takes "
                f"{'' if conditional else 'no '}labels. "
                f"Received: labels={labels!r}"
            )
        feed = {"latents": np.asarray(latents, "float32")}
        if conditional:
            feed["labels"] = np.asarray(labels, "int32")
        return session.run(["samples"], feed)[0]

    return run


def _require_packages() -> None:
    for name in ("tf2onnx", "onnx", "onnxruntime"):
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise ImportError(
                f"ONNX export needs {name}: pip install 'mixgan-tf[onnx]'. "
                f"Received: {error_summary(error)}"
            ) from error


def _convert(generator: FoldedGenerator, details: dict[str, Any]) -> bytes:
    """Returns the bytes of an ONNX file."""
    import onnx
    import tf2onnx

    route = _grouped if generator.selector == "routed" else None
    specs = input_specs(generator)

    @tf.function(input_signature=specs)
    def generate(
        latents: tf.Tensor, labels: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        samples = generator(with_labels(latents, labels), route=route)
        return {"samples": samples}

    # It prints tracebacks; ours is one error.
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        proto, _ = tf2onnx.convert.from_function(generate, specs, opset=OPSET)
        for tensor in [*proto.graph.input, *proto.graph.output]:
            tensor.type.tensor_type.shape.dim[0].dim_param = "batch"
        onnx.helper.set_model_props(
            proto, {key: json.dumps(value) for key, value in details.items()}
        )
        onnx.checker.check_model(proto)
    except Exception as error:  # of many kinds, some of them bare
        raise ValueError(
            "The generators cannot be written as ONNX, perhaps for a layer "
            "that has no counterpart there; export to a SavedModel. "
            f"Received: {error_summary(error)}"
        ) from error
    finally:
        logger.setLevel(level)
    return proto.SerializeToString()


def _grouped(
    components: Sequence[keras.Model],
    chosen: tf.Tensor,
    latents: tf.Tensor,
    labels: tf.Tensor | None,
) -> tf.Tensor:
    """Runs every row through its own component without control flow.

    tf2onnx does not convert every convolution inside a condition. Here a
    component without rows gets an empty batch, which ONNX Runtime skips.
    """
    return selectors.grouped(
        lambda i, rows: run_rows(components[i], rows, latents, labels),
        len(components),
        chosen,
    )


def _describe(generator: FoldedGenerator) -> dict[str, Any]:
    details = metadata.describe(generator)
    for name in ("tf2onnx", "onnx", "onnxruntime"):
        details["versions"][name] = importlib.metadata.version(name)
    return details
