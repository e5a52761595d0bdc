"""Mixtures as SavedModels, each exported once for all tests that read it."""

import functools
import json
import pathlib
import tempfile

import tensorflow as tf

import mixgan_tf as mg
from tests.export.mixtures import shared

_FOLDER = tempfile.TemporaryDirectory(prefix="saved-models-")


def exported(kind, components=False):
    """One of the shared mixtures and its SavedModel, not to be changed."""
    return shared(kind), _folder(kind, components)


@functools.cache
def _folder(kind, components):
    place = pathlib.Path(_FOLDER.name) / kind.replace(" ", "_")
    version = 2 if components else 1
    return mg.export.to_saved_model(
        shared(kind), place / str(version), components=components
    )


@functools.cache
def signatures(kind, components=False):
    """The signatures of the SavedModel, loaded once."""
    return tf.saved_model.load(str(_folder(kind, components))).signatures


def feed_of(inputs):
    """Inputs of a signature by their names."""
    names = ["latents", "labels"][: len(inputs)]
    return {n: tf.constant(v) for n, v in zip(names, inputs, strict=True)}


def report_of(path):
    """What an export says of itself."""
    file = path / "assets.extra" / "export.json"
    return json.loads(file.read_text(encoding="utf-8"))
