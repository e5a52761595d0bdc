"""Export of a mixture as a SavedModel, which TensorFlow alone can serve."""

import json
import pathlib

import numpy as np
import tensorflow as tf
from mixgan_tf.export.export_report import write_report
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.folded_generator import folded
from mixgan_tf.export.metadata import describe
from mixgan_tf.export.output_paths import refuse_existing
from mixgan_tf.export.sample_function import SampleFunction
from mixgan_tf.export.saved_model.signatures import PIXEL_STEPS
from mixgan_tf.export.saved_model.signatures import output_range
from mixgan_tf.export.saved_model.signatures import serving_module
from mixgan_tf.export.saved_model.warmup import write_warmup
from mixgan_tf.export.verification import Verification
from mixgan_tf.export.verification import verify
from numpy.typing import ArrayLike

from mixgan_tf import files
from mixgan_tf.arguments import require_choice
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.networks.inspection import computes_in_half

# Least peak signal to noise ratios that rounding leaves: in float32 it is more
# than 120 dB, to one of 256 values at least 54, and in half precision about 60.
# A wrong row shows in `far_rows`, too.
LEAST_PSNR_DB = {"float32": 90.0, "uint8": 50.0}
LEAST_PSNR_DB_OF_HALF_PRECISION = 40.0
REPORT = pathlib.Path("assets.extra", "export.json")


def to_saved_model(
    model: MixGAN | FoldedGenerator,
    path: str | pathlib.Path,
    overwrite: bool = False,
    output_dtype: str = "float32",
    components: bool = False,
    warmup: bool = True,
) -> pathlib.Path:
    """Writes a mixture as one SavedModel.

    Signatures, all with named inputs and outputs:

    - `generate` (and `serving_default`): `latents` float32 `(B, latent_dim +
      1)`, with int32 `labels` `(B,)` if conditional, to `samples`;
    - `sample`: int32 scalars `num` and `seed` to `samples`, and to the
      `labels` drawn if conditional. `gan.sample(num, seed)` gives the same;
    - `sample_labels`, if conditional: int32 `labels` `(B,)` and a scalar
      `seed` to `samples`, as `gan.sample(B, seed, labels=labels)`;
    - `component_0`, `component_1`, ... if asked for: `latents` float32
      `(B, latent_dim)`, with `labels` if conditional, to the `samples` of one
      generator. The numbers are those of the mixture, also where a fold left
      components out.

    It is loaded and compared with the Keras model before it gets its name.
    `assets.extra/export.json` reports the comparison.

    Args:
        model: a `MixGAN` or a `FoldedGenerator`.
        path: the folder to write. TensorFlow Serving wants
            `<model name>/<version number>`.
        overwrite: whether to replace a SavedModel or file that exists.
        output_dtype: `"float32"`, or `"uint8"`: samples rounded to 0 to 255
            over the range of the output layer's activation.
        components: whether each generator gets a signature.
        warmup: whether to add requests that TensorFlow Serving runs when it
            loads the model, so that the first user's is not slow.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: if the folder exists and `overwrite` is false, or holds
            anything but a SavedModel; if `output_dtype` is `"uint8"` and no
            range of the outputs is known; or if the SavedModel's samples are
            not the model's.

    Example:
    ```python
    mg.export.to_saved_model(gan, "generator/1")
    served = tf.saved_model.load("generator/1")
    served.signatures["sample"](num=tf.constant(16), seed=tf.constant(0))
    ```
    """
    target = refuse_existing(path, overwrite)
    occupied = target.is_dir() and any(target.iterdir())
    if occupied and not (target / "saved_model.pb").is_file():
        raise ValueError(
            "Argument `path`: a SavedModel may replace another, not a folder "
            "of other files; choose another path. "
            f"Received: path={str(target)!r}"
        )
    require_choice("output_dtype", output_dtype, tuple(LEAST_PSNR_DB))
    generator = folded(model)
    details = describe(generator)
    limits = output_range(generator) if output_dtype == "uint8" else None
    module, signatures = serving_module(generator, limits, components)
    with files.atomic_folder(target) as folder:
        tf.saved_model.save(module, str(folder), signatures=signatures)
        if warmup:
            write_warmup(folder, _model_name(target), signatures)
        found = verify(generator, _sample_function(folder, limits))
        _require_close(found, generator, output_dtype)
        write_report(
            folder / REPORT,
            {
                "format": "saved_model",
                "options": {
                    "output_dtype": output_dtype,
                    "components": components,
                    "warmup": warmup,
                },
                "bytes": sum(
                    f.stat().st_size for f in folder.rglob("*") if f.is_file()
                ),
                "signatures": sorted(signatures),
                "output_range": limits,
                "verification": found,
                "fold": generator.report(),
                "metadata": details,
                "versions": details["versions"],
            },
        )
    return target


def open_saved_model(path: str | pathlib.Path) -> SampleFunction:
    """Returns a function that runs a SavedModel of `to_saved_model`.

    Args:
        path: the folder.

    Returns:
        A function from latents, a float array `(B, latent_dim + 1)`, and int
        labels `(B,)` if conditional, to a float32 NumPy array of samples.
        Samples of a `"uint8"` export are mapped back to the model's range.

    Raises:
        ValueError: if there is no SavedModel of `to_saved_model`.

    Example:
    ```python
    run = mg.export.open_saved_model("generator/1")
    images = run(np.random.normal(size=(16, 65)))
    ```
    """
    path = pathlib.Path(path)
    if not all((path / f).is_file() for f in ("saved_model.pb", REPORT)):
        raise ValueError(
            "Argument `path` must be a folder that `to_saved_model` wrote. "
            f"Received: {str(path)!r}"
        )
    report = json.loads((path / REPORT).read_text(encoding="utf-8"))
    return _sample_function(path, report["output_range"])


def _sample_function(
    folder: pathlib.Path, limits: tuple[float, float] | None
) -> SampleFunction:
    # Kept alive by `run`: the signatures alone do not keep the variables.
    served = tf.saved_model.load(str(folder))

    def run(latents: ArrayLike, labels: ArrayLike | None = None) -> np.ndarray:
        generate = served.signatures["generate"]
        feed = {"latents": tf.constant(np.asarray(latents, "float32"))}
        if labels is not None:
            feed["labels"] = tf.constant(np.asarray(labels, "int32"))
        samples = generate(**feed)["samples"].numpy()
        if limits is None:
            return samples
        low, high = limits
        scaled = low + samples * ((high - low) / PIXEL_STEPS)
        return np.asarray(scaled, "float32")

    return run


def _require_close(
    found: Verification, generator: FoldedGenerator, output_dtype: str
) -> None:
    least = LEAST_PSNR_DB[output_dtype]
    if any(computes_in_half(c) for c in generator.components):
        least = LEAST_PSNR_DB_OF_HALF_PRECISION
    if found.far_rows or not found.psnr_db >= least:
        raise ValueError(
            "The SavedModel does not do what the model does, so it was not "
            f"kept: no row far off and {least:g} dB are due. Received: {found}"
        )


def _model_name(path: pathlib.Path) -> str:
    path = path.absolute()
    return path.parent.name if path.name.isdigit() else path.name
