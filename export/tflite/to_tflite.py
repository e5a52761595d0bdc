"""Export of a mixture as a TFLite file, for LiteRT."""

import hashlib
import pathlib

import numpy as np
from mixgan_tf.export import metadata
from mixgan_tf.export.export_report import write_report
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.folded_generator import folded
from mixgan_tf.export.folding.misrouted_rows import count_misrouted
from mixgan_tf.export.output_paths import refuse_existing
from mixgan_tf.export.tflite.quantization import require_close
from mixgan_tf.export.tflite.quantization import require_quantizable
from mixgan_tf.export.tflite.signatures import FAMILIES
from mixgan_tf.export.tflite.signatures import Run
from mixgan_tf.export.tflite.signatures import file_content
from mixgan_tf.export.tflite.signatures import signature_functions
from mixgan_tf.export.verification import Verification
from mixgan_tf.export.verification import verify
from numpy.typing import ArrayLike

from mixgan_tf import files
from mixgan_tf.arguments import error_summary
from mixgan_tf.arguments import require_choice
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import computes_in_half
from mixgan_tf.networks.inspection import with_labels

_ROWS = 50  # of a sampling signature that are checked
_TOLERANCE = 1e-4  # of float32, in units of the largest number, or of 1


def to_tflite(
    model: MixGAN | FoldedGenerator,
    path: str | pathlib.Path,
    overwrite: bool = False,
    quantization: str = "float32",
    batch_size: int | str | None = None,
    representative_latents: ArrayLike | None = None,
    preset: str | None = None,
) -> pathlib.Path:
    """Writes a mixture as one TFLite file of builtin operators.

    Signatures, all with named inputs and outputs:

    - `serving_default`: `latents` float32 `(B, latent_dim + 1)`, standard
      normal, with int32 `labels` `(B,)` if conditional, to `samples` float32;
    - `sample`: int32 scalars `num` and `seed` to `samples`, and to the
      `labels` drawn if conditional. `gan.sample(num, seed)` gives the same
      but for rounding;
    - `sample_labels`, if conditional: int32 `labels` `(B,)` and a scalar
      `seed` to `samples`.

    In a file for single rows `B` is 1, and the last two take an int32 scalar
    `row` in place of `num`: which one of the seed's samples to make.

    A row is sent to its component by comparing integers, which no quantisation
    blurs, and costs one component's evaluation. The file is run by LiteRT and
    compared with the Keras model before it gets its name; `<path>.json`
    reports the comparison. `read_tflite_metadata` reads the file's metadata.

    Args:
        model: a `MixGAN` or a `FoldedGenerator`.
        path: the file to write.
        overwrite: whether to replace a file that exists.
        quantization: how numbers are stored.
            - `"float32"`: as they are.
            - `"float16"`: weights in half the size.
            - `"int8"`: weights in a quarter of the size, and activations in
              eight bits as well, for the fastest runs. What activations reach
              is measured on rows of each component and class.
            - `"dynamic"`: weights in a quarter of the size, activations
              rounded as they come: less error than `"int8"`, and as fast, but
              for single rows alone. LiteRT's transposed convolutions of other
              batches are about eighty times slower, so `batch_size` is 1.
        batch_size: `None`: any `B`; rows are grouped by component. 1: one row,
            through a tree of conditions; faster for single samples, and what
            runs in browsers. `"both"`: any `B`, and beside it signatures
            `single`, `single_sample`, `single_sample_labels` for one row; they
            share the weights.
        representative_latents: for `"int8"`, what activations are measured
            on: float array `(n, latent_dim)`; a selector coordinate behind
            them is ignored, since every component sees every row. Gaussian
            numbers by default.
        preset: name of the preset that `model` is, for the metadata.

    Returns:
        The file, a `pathlib.Path`.

    Raises:
        ValueError: if the file exists and `overwrite` is false; if an argument
            does not fit; if a layer needs an operator that TFLite has not
            built in; or if the file's samples would not be the model's.

    Example:
    ```python
    mg.export.to_tflite(gan, "gan.tflite", quantization="float16")
    images = mg.export.open_tflite("gan.tflite")(latents)
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), theorem 4.3.
    """
    path = _file_to_write(path, overwrite)
    require_choice("batch_size", batch_size, tuple(FAMILIES))
    generator = folded(model)
    require_quantizable(generator, quantization, representative_latents)
    if quantization == "dynamic":
        batch_size = _for_dynamic(batch_size)
    details = metadata.describe(generator, quantization, preset)
    content = file_content(
        generator, batch_size, quantization, representative_latents, details
    )
    with files.atomic_file(path) as temporary:
        temporary.write_bytes(content)
        checks = _verified(generator, temporary, batch_size, quantization)
    write_report(
        path.with_name(f"{path.name}.json"),
        {
            "format": "tflite",
            "options": {"quantization": quantization, "batch_size": batch_size},
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "verification": checks["serving_default"],
            "signatures": checks,
            "fold": generator.report(),
            "metadata": details,
            "versions": details["versions"],
        },
    )
    return path


def _file_to_write(path: str | pathlib.Path, overwrite: bool) -> pathlib.Path:
    path = pathlib.Path(path)
    if path.is_dir():
        raise ValueError(
            "Argument `path` must be a file to write, not a folder. "
            f"Received: {str(path)!r}"
        )
    return refuse_existing(path, overwrite)


def _for_dynamic(batch_size: int | str | None) -> int:
    if batch_size == "both":
        raise ValueError(
            "Argument `batch_size` must be left out with "
            "quantization='dynamic', which is for single rows, since LiteRT is "
            "slow at other batch sizes; or choose quantization='int8'. "
            f"Received: batch_size={batch_size!r}"
        )
    return 1


def _verified(
    generator: FoldedGenerator,
    path: pathlib.Path,
    batch_size: int | str | None,
    quantization: str,
) -> dict[str, Verification]:
    """Returns the `Verification` of each signature, after checking it."""
    generate, sample = signature_functions(path, generator, batch_size)
    in_half = any(computes_in_half(c) for c in generator.components)
    tolerance = np.inf
    if quantization == "float32" and not in_half:
        tolerance = _TOLERANCE * max(1.0, _largest_number(generator))
    checks = {}
    for name, run in generate.items():
        checks[name] = _check(generator, run, quantization)
        require_close(checks[name], quantization, name, tolerance, in_half)
    for name, run in sample.items():
        # Latents that differ in their last digit may make larger differences.
        checks[name] = _check(generator, run, quantization, num=_ROWS)
        require_close(checks[name], quantization, name, in_half=in_half)
    return checks


def _check(
    generator: FoldedGenerator, run: Run, quantization: str, num: int = 1000
) -> Verification:
    batches = []

    def recorded(latents: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
        batches.append((latents, labels, run(latents, labels)))
        return batches[-1][-1]

    try:
        found = verify(generator, recorded, num=num, batch_size=_ROWS)
    except RuntimeError as error:
        raise ValueError(
            "LiteRT cannot run what the converter made of the generators; "
            "choose another format, or replace the layer that it names. "
            f"Received: {error_summary(error)}"
        ) from error
    if found.far_rows and quantization in ("dynamic", "int8"):
        wrong = sum(count_misrouted(generator, *batch) for batch in batches)
        found = found._replace(far_rows=wrong)
    return found


def _largest_number(generator: FoldedGenerator) -> float:
    latents, labels = sampling.draw_inputs(
        _ROWS, generator.latent_dim, generator.num_classes, seed=0
    )
    return float(np.abs(generator(with_labels(latents, labels))).max())
