"""A folded generator as a TFLite file, for LiteRT."""

import functools
import hashlib
import json

import numpy as np
from mixgan_tf.export import tflite_metadata
from mixgan_tf.export.fold import folded
from mixgan_tf.export.misrouted_rows import count_misrouted
from mixgan_tf.export.quantization import require_close
from mixgan_tf.export.quantization import require_quantizable
from mixgan_tf.export.saved_model import refuse_existing
from mixgan_tf.export.tflite_assembly import Assembly
from mixgan_tf.export.tflite_conversion import drawing
from mixgan_tf.export.tflite_conversion import generating
from mixgan_tf.export.tflite_runner import open_signature
from mixgan_tf.export.tflite_runner import open_tflite
from mixgan_tf.export.verification import verify
from mixgan_tf.export.verification import write_report

from mixgan_tf import files
from mixgan_tf.arguments import require_choice

# From batch size to the signatures that generate and sample, and their own
# batch sizes.
SIGNATURES = {
    None: (("serving_default", "sample", None),),
    1: (("serving_default", "sample", 1),),
    "both": (
        ("serving_default", "sample", None),
        ("single", "sample_single", 1),
    ),
}


def to_tflite(
    model,
    path,
    overwrite=False,
    quantization="float32",
    batch_size=None,
    representative_latents=None,
    preset=None,
):
    """Writes a mixture as one TFLite file of builtin operators.

    Args:
        model: a `MixGAN` or a `FoldedGenerator`.
        path: the file to write.
        overwrite: whether to replace a file that exists.
        quantization: how weights are stored: `"float32"`, `"float16"`.
        batch_size: `None`: any; 1: one row at a time; `"both"`.
        representative_latents: for int8.
        preset: name of the preset that `model` is, for the metadata.

    Returns:
        The file, a `pathlib.Path`.
    """
    path = refuse_existing(path, overwrite)
    require_choice("batch_size", batch_size, tuple(SIGNATURES))
    generator = folded(model)
    require_quantizable(generator, quantization, representative_latents)
    details = tflite_metadata.describe(generator, quantization, preset)
    content = _content(
        generator, quantization, batch_size, representative_latents, details
    )
    with files.atomic_file(path) as temporary:
        temporary.write_bytes(content)
        checks = _verified(generator, temporary, quantization, batch_size)
    write_report(
        path.with_name(f"{path.name}.json"),
        {
            "format": "tflite",
            "options": {"quantization": quantization, "batch_size": batch_size},
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "verification": checks["serving_default"],
            "signatures": {k: v._asdict() for k, v in checks.items()},
            "fold": generator.report(),
            "metadata": details,
        },
    )
    return path


def _content(generator, quantization, batch_size, latents, details):
    assembly = Assembly()
    for name, sampler, size in SIGNATURES[batch_size]:
        graph = generating(generator, size, quantization, latents)
        source = drawing(size, generator.latent_dim, generator.num_classes)
        assembly.add_signature(name, graph)
        assembly.add_signature(sampler, graph, source, returned=("labels",))
    assembly.add_metadata(
        tflite_metadata.ENTRY, json.dumps(details).encode()
    )
    return assembly.to_bytes()


def _verified(generator, path, quantization, batch_size):
    checks = {}
    for name, sampler, size in SIGNATURES[batch_size]:
        run = open_tflite(path, name)
        checks[name] = _verify(generator, run, quantization, num=1000)
        run = functools.partial(_sampled, open_signature(path, sampler), size)
        checks[sampler] = _verify(generator, run, quantization, num=50)
    for name, found in checks.items():
        require_close(found, quantization, name)
    return checks


def _verify(generator, run, quantization, num):
    batches = []

    def recorded(latents, labels):
        batches.append((latents, labels, run(latents, labels)))
        return batches[-1][-1]

    found = verify(generator, recorded, num=num, batch_size=50)
    if found.far_rows and quantization in ("dynamic", "int8"):
        wrong = sum(count_misrouted(generator, *batch) for batch in batches)
        found = found._replace(far_rows=wrong)
    return found


def _sampled(call, batch_size, latents, labels):
    """Samples with seed 0, which `verify` draws latents and labels with."""
    seed, num = np.int32(0), len(latents)
    labels = {} if labels is None else {"labels": np.full(num, -1, "int32")}
    if batch_size is None:
        count = labels or {"num": np.int32(num)}
        return call(seed=seed, **count)["samples"]
    labels = {k: v[:1] for k, v in labels.items()}
    rows = [call(seed=seed, row=np.int32(i), **labels) for i in range(num)]
    return np.concatenate([row["samples"] for row in rows])
