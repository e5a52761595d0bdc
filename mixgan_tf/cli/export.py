"""`mixgan export`: writes a model as one generator, for serving."""

import pathlib

from absl import flags

from mixgan_tf.cli import models
from mixgan_tf.cli import parsing
from mixgan_tf.cli.quiet import load_tensorflow

FORMATS = ("saved_model", "tflite")
SUMMARY = "Folds a mixture into one generator and writes it for serving."


def run(arguments):
    """Runs `mixgan export`.

    Args:
        arguments: the command line after `export`.

    Returns:
        The exit code.
    """
    values = parsing.new_flags()
    models.define_model_flag(values)
    flags.DEFINE_enum(
        "format", "saved_model", FORMATS, "What to write.", flag_values=values
    )
    flags.DEFINE_string(
        "out",
        None,
        "The folder (saved_model) or file (tflite) to write.",
        required=True,
        flag_values=values,
    )
    flags.DEFINE_bool(
        "overwrite", False, "Replace what is there.", flag_values=values
    )
    if parsing.parse(values, "export", SUMMARY, arguments) is None:
        return 0
    load_tensorflow()
    out = pathlib.Path(values.out)
    gan = models.load_model(values.model)
    from mixgan_tf import export

    if values.format == "saved_model":
        export.to_saved_model(gan, out, overwrite=values.overwrite)
        written = [f for f in out.rglob("*") if f.is_file()]
    else:
        export.to_tflite(gan, out, overwrite=values.overwrite)
        written = [out]
    size = sum(f.stat().st_size for f in written) / 2**20
    print(f"Wrote {out} ({values.format}, {size:.1f} MiB).")
    return 0
