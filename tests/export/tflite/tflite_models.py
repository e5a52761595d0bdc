"""Mixtures as TFLite files, each exported once for all tests."""

import functools
import pathlib
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter

import mixgan_tf as mg
from tests.export.mixtures import CLASS_WEIGHTS
from tests.export.mixtures import as_if_trained
from tests.export.mixtures import constant_network
from tests.export.mixtures import image_mixture
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture

FIVE = [0.3, 0.25, 0.2, 0.15, 0.1]
_FOLDER = tempfile.TemporaryDirectory(prefix="tflite-")


def residual_mixture():
    """Convolutions behind up-sampling, of labelled images."""
    networks = [
        mg.networks.ResNetGenerator(
            (16, 16, 1), latent_dim=4, width=4, num_classes=3
        )
        for _ in range(2)
    ]
    return mixture(as_if_trained(networks), [0.6, 0.4], 3)


def constant_mixture():
    """Five networks whose outputs are their indices."""
    return mixture([constant_network([i]) for i in range(5)], FIVE)


MIXTURES = {
    "points": point_mixture,
    "images": image_mixture,
    "labelled images": lambda: image_mixture(num_classes=3),
    "weights of each class": lambda: point_mixture(CLASS_WEIGHTS, 2),
    "residual": residual_mixture,
    "one": lambda: point_mixture([1.0]),
    "constants": constant_mixture,
}


@functools.cache
def gan_of(kind):
    """One of the mixtures."""
    return MIXTURES[kind]()


def exported(kind, quantization="float32", batch_size=None):
    """The mixture and its file."""
    return gan_of(kind), _file(kind, quantization, batch_size)


@functools.cache
def _file(kind, quantization, batch_size):
    name = f"{kind}-{quantization}-{batch_size}.tflite"
    path = pathlib.Path(_FOLDER.name) / name.replace(" ", "_")
    return mg.export.to_tflite(
        gan_of(kind), path, quantization=quantization, batch_size=batch_size
    )


def signature(path, name="serving_default"):
    """A signature as LiteRT runs it."""
    return Interpreter(str(path), num_threads=1).get_signature_runner(name)


def feed(inputs, rows=slice(None)):
    """Inputs by their names."""
    names = ("latents", "labels")
    return {n: x[rows] for n, x in zip(names, inputs, strict=False)}


def row_by_row(run, inputs):
    """What a signature for single rows makes of many."""
    rows = [run(**feed(inputs, slice(i, i + 1))) for i in range(len(inputs[0]))]
    return np.concatenate([row["samples"] for row in rows])
