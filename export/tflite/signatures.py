"""What a TFLite file offers: the names of its signatures and their inputs."""

import functools
import json
from typing import NamedTuple

import numpy as np
from mixgan_tf.export.tflite import conversion
from mixgan_tf.export.tflite.assembly import Assembly
from mixgan_tf.export.tflite.metadata import ENTRY
from mixgan_tf.export.tflite.runner import open_signature
from mixgan_tf.export.tflite.runner import open_tflite


class Family(NamedTuple):
    """Signatures of one batch size."""

    batch_size: object  # 1, or `None` for any
    generate: str  # latents, and labels if any, to samples
    sample: str  # a seed to samples, and their labels if any
    sample_labels: str  # a seed and labels to samples


_ANY = Family(None, "serving_default", "sample", "sample_labels")
_ONE = _ANY._replace(batch_size=1)
_BESIDE = Family(1, "single", "single_sample", "single_sample_labels")
FAMILIES = {None: (_ANY,), 1: (_ONE,), "both": (_ANY, _BESIDE)}


def file_content(
    generator, batch_size, quantization, representative_latents, metadata
):
    """Returns a folded generator as the content of a TFLite file.

    Args:
        generator: a `FoldedGenerator`.
        batch_size: a key of `FAMILIES`.
        quantization: as for `to_tflite`.
        representative_latents: as for `to_tflite`.
        metadata: dict for JSON.

    Returns:
        Bytes.
    """
    assembly = Assembly()
    for family in FAMILIES[batch_size]:
        size = family.batch_size
        graph = conversion.generating(
            generator, size, quantization, representative_latents
        )
        drawing = functools.partial(
            conversion.drawing,
            size,
            generator.latent_dim,
            generator.num_classes,
        )
        assembly.add_signature(family.generate, graph)
        assembly.add_signature(
            family.sample, graph, drawing(), returned=("labels",)
        )
        if generator.num_classes is not None:
            assembly.add_signature(
                family.sample_labels, graph, drawing(labels_given=True)
            )
    assembly.add_metadata(ENTRY, json.dumps(metadata).encode())
    return assembly.to_bytes()


def runners(path, generator, batch_size):
    """Opens the signatures of a file, each as a function of the same inputs.

    Args:
        path: the TFLite file.
        generator: the `FoldedGenerator` in it.
        batch_size: a key of `FAMILIES`.

    Returns:
        A tuple of two dicts from signature to a function of latents and
        labels: those that take latents, and those that draw them with seed 0
        themselves, and ignore the ones given but for their number.
    """
    generate, sample = {}, {}
    for family in FAMILIES[batch_size]:
        generate[family.generate] = open_tflite(path, family.generate)
        names = [family.sample]
        if generator.num_classes is not None:
            names.append(family.sample_labels)
        for name in names:
            call = open_signature(path, name)
            sample[name] = functools.partial(_sampled, call, family.batch_size)
    return generate, sample


def _sampled(call, batch_size, latents, labels):
    feed = {"seed": np.int32(0)}
    takes_labels = "labels" in call.get_input_details()
    if batch_size is None:
        given = {"labels": labels} if takes_labels else {}
        return call(**feed, **given or {"num": np.int32(len(latents))})[
            "samples"
        ]
    rows = []
    for i in range(len(latents)):
        feed["row"] = np.int32(i)
        if takes_labels:
            feed["labels"] = labels[i : i + 1]
        rows.append(call(**feed)["samples"])
    return np.concatenate(rows)
