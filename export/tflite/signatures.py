"""The signatures of a TFLite file: their names, inputs and content."""

import functools
import json
import pathlib
from collections.abc import Callable
from typing import Any
from typing import NamedTuple
from typing import TypeAlias

import numpy as np
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.tflite import conversion
from mixgan_tf.export.tflite.assembly import Assembly
from mixgan_tf.export.tflite.metadata import ENTRY
from mixgan_tf.export.tflite.runner import SignatureRunner
from mixgan_tf.export.tflite.runner import open_signature
from mixgan_tf.export.tflite.runner import open_tflite
from numpy.typing import ArrayLike

Run: TypeAlias = Callable[[np.ndarray, np.ndarray | None], np.ndarray]


class SignatureFamily(NamedTuple):
    """The names of the signatures for one batch size."""

    batch_size: int | None  # 1, or `None` for any
    generate: str  # latents, and labels if any, to samples
    sample: str  # a seed to samples, and their labels if any
    sample_labels: str  # a seed and labels to samples


_ANY = SignatureFamily(None, "serving_default", "sample", "sample_labels")
_ONE = _ANY._replace(batch_size=1)
_BESIDE = SignatureFamily(1, "single", "single_sample", "single_sample_labels")
FAMILIES: dict[int | str | None, tuple[SignatureFamily, ...]] = {
    None: (_ANY,),
    1: (_ONE,),
    "both": (_ANY, _BESIDE),
}


def file_content(
    generator: FoldedGenerator,
    batch_size: int | str | None,
    quantization: str,
    representative_latents: ArrayLike | None,
    metadata: dict[str, Any],
) -> bytes:
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
        graph = conversion.convert_generator(
            generator, size, quantization, representative_latents
        )
        drawing = functools.partial(
            conversion.convert_drawing,
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


def signature_functions(
    path: pathlib.Path, generator: FoldedGenerator, batch_size: int | str | None
) -> tuple[dict[str, Run], dict[str, Run]]:
    """Opens the signatures of a file as functions of the same inputs.

    Args:
        path: the TFLite file.
        generator: the `FoldedGenerator` in it.
        batch_size: a key of `FAMILIES`.

    Returns:
        A tuple of two dicts from signature to a function of latents and
        labels: those that take latents, and those that draw them themselves,
        with seed 0, and use only the number of those given.
    """
    generate: dict[str, Run] = {}
    sample: dict[str, Run] = {}
    for family in FAMILIES[batch_size]:
        generate[family.generate] = open_tflite(path, family.generate)
        names = [family.sample]
        if generator.num_classes is not None:
            names.append(family.sample_labels)
        for name in names:
            call = open_signature(path, name)
            sample[name] = functools.partial(_sampled, call, family.batch_size)
    return generate, sample


def _sampled(
    call: SignatureRunner,
    batch_size: int | None,
    latents: np.ndarray,
    labels: np.ndarray | None,
) -> np.ndarray:
    feed: dict[str, np.ndarray | np.integer] = {"seed": np.int32(0)}
    if "labels" not in call.get_input_details():
        labels = None
    if batch_size is None:
        if labels is None:
            feed["num"] = np.int32(len(latents))
        else:
            feed["labels"] = labels
        return call(**feed)["samples"]
    rows = []
    for i in range(len(latents)):
        feed["row"] = np.int32(i)
        if labels is not None:
            feed["labels"] = labels[i : i + 1]
        rows.append(call(**feed)["samples"])
    return np.concatenate(rows)
