"""`mixgan export`: writes a model as one generator, for serving."""

from __future__ import annotations

import json
import pathlib
import tempfile
from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from absl import flags

from mixgan_tf.cli import models
from mixgan_tf.cli import parsing
from mixgan_tf.cli.quiet import load_tensorflow

if TYPE_CHECKING:
    from mixgan_tf.export import FoldedGenerator
    from mixgan_tf.mixgan import MixGAN

FORMATS = ("saved_model", "tflite", "onnx", "web")
SUMMARY = "Folds a mixture into one generator and writes it for serving."

# The flags that each format has for itself.
_OPTIONS = {
    "saved_model": ("output_dtype", "components"),
    "tflite": ("quantization", "batch_size"),
    "onnx": (),
    "web": ("title", "class_names", "litert"),
}


def run(arguments: Sequence[str]) -> int:
    """Runs `mixgan export`.

    Args:
        arguments: the command line after `export`.

    Returns:
        The exit code.
    """
    values = parsing.new_flags()
    models.define_model_flag(values)
    _define_flags(values)
    _define_format_flags(values)
    if parsing.parse(values, "export", SUMMARY, arguments) is None:
        return 0
    options = _options(values)
    load_tensorflow()
    gan = models.load_model(values.model)
    if not int(gan.train_steps.numpy()):
        raise ValueError(
            "--model must name a model that has been trained: train it first. "
            f"Received: --model={values.model}, with no training step"
        )
    export(gan, values, options)
    return 0


def export(
    gan: MixGAN, values: flags.FlagValues, options: dict[str, Any]
) -> None:
    """Writes the export and prints what was written.

    Args:
        gan: a `MixGAN`.
        values: the parsed flags.
        options: dict of the format's own arguments.

    Raises:
        ValueError: if the model or a flag does not fit the format.
    """
    from mixgan_tf import export as exporter
    from mixgan_tf.export.output_paths import refuse_existing
    from mixgan_tf.export.verification import Verification
    from mixgan_tf.saving import preset_folders

    out = pathlib.Path(values.out)
    refuse_existing(out, values.overwrite)  # before the work
    write = _writers()[values.format]
    generator = exporter.fold(gan, values.selector, delta=values.delta)
    print(generator.report())
    if values.format == "tflite" and values.model in preset_folders.named():
        options["preset"] = values.model
    write(generator, out, overwrite=values.overwrite, **options)
    report = _read_report(out, values.format)
    found = Verification(**report["verification"])
    print(f"Against Keras, {found}.")
    if values.format != "web" and len(generator.components) > 1:
        _print_costs(generator, out, values.format, options)
    size = report["bytes"] / 2**20
    print(f"Wrote {out} ({values.format}, {size:.1f} MiB).")
    if values.format == "web":
        print(f"Look at it with: python -m http.server --directory {out}")


def _define_flags(values: flags.FlagValues) -> None:
    flags.DEFINE_enum(
        "format", "saved_model", FORMATS, "What to write.", flag_values=values
    )
    flags.DEFINE_string(
        "out",
        None,
        "The folder (saved_model, web) or file (tflite, onnx) to write.",
        required=True,
        flag_values=values,
    )
    flags.DEFINE_bool(
        "overwrite", False, "Replace what is there.", flag_values=values
    )
    flags.DEFINE_enum(
        "selector",
        "routed",
        ("routed", "dense", "relu"),
        "How a row reaches its component: at one component's cost, through "
        "all of them, or as the theorem's ReLU network.",
        flag_values=values,
    )
    flags.DEFINE_float(
        "delta",
        1e-3,
        "With --selector=relu, the most probability of failure.",
        flag_values=values,
    )


def _define_format_flags(values: flags.FlagValues) -> None:
    flags.DEFINE_enum(
        "output_dtype",
        "float32",
        ("float32", "uint8"),
        "saved_model: samples as floats, or images as 0 to 255.",
        flag_values=values,
    )
    flags.DEFINE_bool(
        "components",
        False,
        "saved_model: a signature for each component, too.",
        flag_values=values,
    )
    flags.DEFINE_enum(
        "quantization",
        "float32",
        ("float32", "float16", "dynamic", "int8"),
        "tflite: how weights are stored.",
        flag_values=values,
    )
    flags.DEFINE_enum(
        "batch_size",
        "any",
        ("any", "1", "both"),
        "tflite: a file for any batch size, a faster one for single samples, "
        "or both in one file.",
        flag_values=values,
    )
    flags.DEFINE_string(
        "title",
        None,
        "web: the page's title; by default what --model names.",
        flag_values=values,
    )
    flags.DEFINE_list(
        "class_names",
        None,
        "web: names of the classes, separated by commas.",
        flag_values=values,
    )
    flags.DEFINE_string(
        "litert",
        None,
        "web: an unpacked node_modules/@litertjs, in place of npm.",
        flag_values=values,
    )


def _options(values: flags.FlagValues) -> dict[str, Any]:
    """Returns the format's own arguments; refuses those of other formats."""
    own = _OPTIONS[values.format]
    for other, names in _OPTIONS.items():
        for name in names:
            if name not in own and values[name].present:
                raise ValueError(
                    f"--{name} is for --format={other}. "
                    f"Received: --format={values.format}"
                )
    options = {name: values[name].value for name in own}
    batch_size = options.get("batch_size")
    if batch_size in ("any", "1"):
        options["batch_size"] = None if batch_size == "any" else 1
    if values.format == "web" and options["title"] is None:
        options["title"] = pathlib.Path(values.model).resolve().name
    return options


def _read_report(out: pathlib.Path, export_format: str) -> dict[str, Any]:
    place = {
        "saved_model": out / "assets.extra" / "export.json",
        "web": out / "export.json",
    }.get(export_format, out.with_name(f"{out.name}.json"))
    return json.loads(place.read_text(encoding="utf-8"))


def _print_costs(
    generator: FoldedGenerator,
    out: pathlib.Path,
    export_format: str,
    options: dict[str, Any],
) -> None:
    from mixgan_tf.export.folding import cost

    write = _writers()[export_format]
    open_file = _openers()[export_format]
    with tempfile.TemporaryDirectory() as folder:
        single = pathlib.Path(folder) / "1"
        write(cost.one_component(generator), single, **options)
        runs = open_file(out), open_file(single)
        sizes = (1,) if options.get("batch_size") == 1 else (1, 64)
        ratios = ", ".join(
            f"{cost.relative_cost(generator, *runs, n):.2f} at batch {n}"
            for n in sizes
        )
    print(f"Time relative to one component, measured here: {ratios}.")


def _writers() -> dict[str, Callable[..., Any]]:
    from mixgan_tf import export as exporter

    return {
        "saved_model": exporter.to_saved_model,
        "tflite": exporter.to_tflite,
        "onnx": exporter.to_onnx,
        "web": exporter.to_web,
    }


def _openers() -> dict[str, Callable[..., Any]]:
    from mixgan_tf import export as exporter

    return {
        "saved_model": exporter.open_saved_model,
        "tflite": exporter.open_tflite,
        "onnx": exporter.open_onnx,
        "web": exporter.open_web,
    }
