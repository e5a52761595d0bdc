"""The folder of a page: writing it, and running the model in it."""

import json
import pathlib
import shutil
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from mixgan_tf.export.export_report import write_report
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.folded_generator import folded
from mixgan_tf.export.output_paths import refuse_existing
from mixgan_tf.export.sample_function import SampleFunction
from mixgan_tf.export.tflite.runner import open_tflite
from mixgan_tf.export.tflite.to_tflite import to_tflite
from mixgan_tf.export.web import litert_js
from mixgan_tf.export.web.description import MODEL
from mixgan_tf.export.web.description import describe
from mixgan_tf.export.web.description import require_drawable
from mixgan_tf.export.web.directions import principal_directions

from mixgan_tf import files
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.version import __version__

PAGE = pathlib.Path(__file__).with_name("page")
DESCRIPTION = "model.json"
REPORT = "export.json"


def to_web(
    model: MixGAN | FoldedGenerator,
    path: str | pathlib.Path,
    overwrite: bool = False,
    title: str | None = None,
    class_names: Sequence[str] | None = None,
    quantization: str = "float16",
    litert: str | pathlib.Path | None = None,
) -> pathlib.Path:
    """Writes a mixture as a page that generates in the browser.

    The folder holds the page, the model as a TFLite file and LiteRT.js, and
    works from any static web server without a network: the page fetches
    nothing from elsewhere. Opened from disk (`file://`) it says that it needs
    a server. One picture costs one component's evaluation.

    A seed there gives the samples that `gan.sample(num, seed)` gives.

    Args:
        model: a `MixGAN` or a `FoldedGenerator` of grey or colour images, or
            of points of the plane.
        path: the folder to write.
        overwrite: whether to replace a folder of this kind, or a file.
        title: the page's heading; by default the number of generators.
        class_names: list of `num_classes` strings; numbers by default.
        quantization: how the model's weights are stored, see `to_tflite`.
        litert: folder `node_modules/@litertjs` to take LiteRT.js from, of
            the version in `litert_js.VERSION`; by default npm downloads it,
            once, to the folder that `MIXGAN_CACHE` names
            (`~/.cache/mixgan_tf`).

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: if the folder exists and `overwrite` is false, or is not
            such a folder; if samples cannot be drawn as images or points; if
            LiteRT.js cannot be downloaded or is not the pinned one; or if the
            file's samples are not the model's.

    Example:
    ```python
    mg.export.to_web(gan, "page", title="My mixture")
    # python -m http.server --directory page
    ```
    """
    target = refuse_existing(path, overwrite)
    _refuse_other_folder(target)
    generator = folded(model)
    require_drawable(generator)
    description = describe(generator, title, class_names)
    runtime = litert_js.find(litert)
    with files.atomic_folder(target) as folder:
        shutil.copytree(PAGE, folder, dirs_exist_ok=True)
        litert_js.copy(runtime, folder / "litert")
        report = _write_model(generator, folder / MODEL, quantization)
        directions = principal_directions(generator)
        description["directions"] = np.round(directions, 6).tolist()
        description["bytes"] = _sizes(folder)
        (folder / DESCRIPTION).write_text(
            json.dumps(description) + "\n", encoding="utf-8"
        )
        _write_report(folder, generator, report)
    return target


def open_web(path: str | pathlib.Path) -> SampleFunction:
    """Returns a function that runs the model of a page's folder.

    Args:
        path: a folder that `to_web` wrote.

    Returns:
        A function from float32 latents `(B, latent_dim + 1)` and int32 labels
        `(B,)` or `None` to float32 samples `(B, *sample_shape)`.

    Raises:
        ValueError: if there is no such folder.

    Example:
    ```python
    run = open_web("page")
    images = run(np.random.normal(size=(4, 65)).astype("float32"))
    ```
    """
    path = pathlib.Path(path)
    if not _is_page(path):
        raise ValueError(
            "Argument `path` must be a folder that `to_web` wrote. "
            f"Received: path={str(path)!r}"
        )
    return open_tflite(path / MODEL)


def _write_model(
    generator: FoldedGenerator, path: pathlib.Path, quantization: str
) -> dict[str, Any]:
    to_tflite(generator, path, quantization=quantization, batch_size=1)
    report = path.with_name(f"{path.name}.json")
    content = json.loads(report.read_text(encoding="utf-8"))
    report.unlink()
    return content


def _sizes(folder: pathlib.Path) -> dict[str, int]:
    """Returns the size of each large file, for the progress bar."""
    return {
        f.relative_to(folder).as_posix(): f.stat().st_size
        for f in sorted(folder.rglob("*"))
        if f.suffix in (".tflite", ".wasm")
    }


def _write_report(
    folder: pathlib.Path,
    generator: FoldedGenerator,
    model_report: dict[str, Any],
) -> None:
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    write_report(
        folder / REPORT,
        {
            "format": "web",
            "options": {
                "quantization": model_report["options"]["quantization"]
            },
            "bytes": size,
            "verification": model_report["verification"],
            "fold": generator.report(),
            "sha256": {MODEL: model_report["sha256"]},
            "versions": {
                "mixgan_tf": __version__,
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
                "@litertjs/core": litert_js.VERSION,
            },
        },
    )


def _is_page(path: pathlib.Path) -> bool:
    try:
        content = json.loads((path / REPORT).read_text(encoding="utf-8"))
        return content["format"] == "web"
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _refuse_other_folder(path: pathlib.Path) -> None:
    occupied = path.is_dir() and any(path.iterdir())
    if occupied and not _is_page(path):
        raise ValueError(
            "Argument `path`: a page may replace another page, not a folder of "
            f"other files; choose another path. Received: path={str(path)!r}"
        )
