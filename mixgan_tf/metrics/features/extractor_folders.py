"""Extractor folders: found by name, verified and loaded, or saved.

config.json       the classifier's architecture
model.weights.h5  its weights
metadata.json     how it was trained, its accuracy, the SHA-256 of the others
"""

import datetime
import json
import os
import pathlib
from typing import Any

import keras
import tensorflow as tf

from mixgan_tf import files
from mixgan_tf.metrics.features.extractor import Extractor
from mixgan_tf.metrics.features.inception import InceptionExtractor
from mixgan_tf.saving.preset_folders import zoo_folder
from mixgan_tf.untrusted.building import StoredNetworks
from mixgan_tf.untrusted.building import build
from mixgan_tf.untrusted.building import check_before_building
from mixgan_tf.untrusted.strict_json import read_json_object
from mixgan_tf.untrusted.weights_files import load_weights
from mixgan_tf.version import __version__

FORMAT = 1
CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"
INCEPTION = "inception"


def list_extractors() -> list[str]:
    """Returns the names that `get_extractor` knows."""
    return [*sorted(_folders()), INCEPTION]


def get_extractor(
    extractor: str | os.PathLike | Extractor | None,
) -> Extractor:
    """Returns an extractor, once its files are known to be intact.

    Args:
        extractor: `"mnist"`, `"cifar10"` or `"digits"`: small classifiers that
            come with the package, for images of those data sets;
            `"inception"`, which TensorFlow Hub downloads; a folder that
            `save_extractor` wrote; or an `Extractor`, which is returned.

    Returns:
        An `Extractor`.

    Raises:
        ValueError: if there is none of that name, its files are damaged, or
            Inception cannot be loaded.

    Example:
    ```python
    extractor = mg.metrics.get_extractor("mnist")
    extractor.metadata["accuracy"]["test"]
    ```
    """
    if isinstance(extractor, Extractor):
        return extractor
    if extractor == INCEPTION:
        return InceptionExtractor()
    folder = _folders().get(str(extractor), pathlib.Path(str(extractor)))
    if not (folder / METADATA).is_file():
        raise ValueError(
            "Argument `extractor` must be one of "
            f"{', '.join(map(repr, list_extractors()))}, a folder that holds "
            f"{METADATA}, or an `Extractor`. Received: {extractor!r}"
        )
    return _load(folder)


def save_extractor(
    model: keras.Model,
    directory: str | os.PathLike,
    name: str,
    metadata: dict[str, Any] | None = None,
) -> pathlib.Path:
    """Saves a classifier as an extractor folder, whole or not at all.

    Args:
        model: a functional Keras model from images in [-1, 1] to a dict of
            `"features"`, `(B, feature_dim)`, and `"logits"`,
            `(B, num_classes)`.
        directory: the folder to write; an extractor there is replaced.
        name: what follows the `@` in the names of scores.
        metadata: dict of further entries for metadata.json: the data and the
            split it was trained on, its accuracy.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: if the model has other outputs, the name is taken by
            Inception, or the folder holds something else.

    Example:
    ```python
    mg.metrics.save_extractor(model, "my_extractor", name="faces")
    mg.metrics.get_extractor("my_extractor")
    ```
    """
    _check_model(model)
    if not name.isidentifier() or name == INCEPTION:
        raise ValueError(
            "Argument `name` must be a word of letters, digits and "
            f"underscores, and not {INCEPTION!r}. Received: name={name!r}"
        )
    directory = pathlib.Path(directory)
    occupied = directory.exists() and not (
        directory.is_dir() and not any(directory.iterdir())
    )
    if occupied and not (directory / METADATA).is_file():
        raise ValueError(
            "Argument `directory` must be new, empty, or an extractor to "
            f"replace. Received: {str(directory)!r}"
        )
    with files.atomic_folder(directory) as folder:
        config = keras.saving.serialize_keras_object(model)
        _write_json(folder / CONFIG, config, indent=None)
        model.save_weights(folder / WEIGHTS)
        details = {
            "format": FORMAT,
            "name": name,
            "mixgan_tf": __version__,
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "date": datetime.date.today().isoformat(),
            "input_shape": list(model.input_shape[1:]),
            "feature_dim": model.output["features"].shape[-1],
            "num_classes": model.output["logits"].shape[-1],
            "parameters": model.count_params(),
            **(metadata or {}),
            "sha256": {
                path.name: files.sha256(path)
                for path in sorted(folder.iterdir())
            },
        }
        _write_json(folder / METADATA, details, indent=1)
    return directory


def _folders() -> dict[str, pathlib.Path]:
    found = zoo_folder().glob(f"extractors/*/{METADATA}")
    return {path.parent.name: path.parent for path in found}


def _check_model(model: keras.Model) -> None:
    outputs = getattr(model, "output", None)  # a list of shapes loses names
    named = isinstance(outputs, dict) and set(outputs) == {"features", "logits"}
    if not named or any(len(x.shape) != 2 for x in model.output.values()):
        raise ValueError(
            "Argument `model` must be a functional Keras model whose outputs "
            "are a dict of 'features' and 'logits', matrices both. Received: "
            f"{outputs}"
        )


def _load(folder: pathlib.Path) -> Extractor:
    metadata = _read_json(folder / METADATA)
    name, recorded = metadata.get("name"), metadata.get("sha256")
    if not (isinstance(name, str) and isinstance(recorded, dict)):
        raise ValueError(f"{folder / METADATA} is no extractor's metadata.")
    # Only Inception's scores may have its names.
    if not name.isidentifier() or name == INCEPTION:
        raise ValueError(
            f"{folder / METADATA} must name the extractor by a word that is "
            f"not {INCEPTION!r}. Received: {name[:80]!r}"
        )
    if metadata.get("format") != FORMAT:
        raise ValueError(
            f"The extractor {folder} has format {metadata.get('format')!r}; "
            f"this version reads {FORMAT}. Upgrade mixgan-tf."
        )
    for file in (CONFIG, WEIGHTS):
        path = folder / file
        actual = files.sha256(path) if path.is_file() else "no file"
        if actual != recorded.get(file):
            raise ValueError(
                f"The extractor's file {path} is missing, damaged or changed: "
                "scores with it would not be comparable. Fetch it again. "
                f"Expected SHA-256 {recorded.get(file)}. Received: {actual}"
            )
    config = _read_json(folder / CONFIG)
    subjects = {
        file: f"The extractor's file {folder / file}"
        for file in (CONFIG, WEIGHTS)
    }
    stored = StoredNetworks(
        [config], folder / WEIGHTS, WEIGHTS, subjects[WEIGHTS]
    )
    (found,) = check_before_building(config, [stored], subjects[CONFIG])

    def make() -> keras.Model:
        model = keras.saving.deserialize_keras_object(config)
        _check_model(model)
        return model

    model = build(
        make,
        f"The extractor in {folder} cannot be built: its layers must be known "
        "to Keras.",
    )
    load_weights(model, folder / WEIGHTS, found, subjects[WEIGHTS])
    return Extractor(model, name, recorded[WEIGHTS], metadata)


def _read_json(path: pathlib.Path) -> dict[str, Any]:
    return read_json_object(path, "extractor's file")


def _write_json(
    path: pathlib.Path, content: dict[str, Any], indent: int | None
) -> None:
    text = json.dumps(content, indent=indent)
    path.write_text(text + "\n", encoding="utf-8")
