"""Presets: a folder that holds a trained model and what is known about it.

config.json                the architecture and the training settings
metadata.json              versions, sizes, the SHA-256 of every other file
generators.weights.h5      the generators and their mixture logits
discriminators.weights.h5  the discriminators and theirs; may be left out
generators_ema.weights.h5, discriminators_ema.weights.h5
                           their averages, where the model keeps any
"""

import datetime
import math
import os
import pathlib
from typing import Any
from typing import NamedTuple
from typing import TypeVar

from mixgan_tf import files
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.saving import preset_checks
from mixgan_tf.saving import preset_schema
from mixgan_tf.saving.preset_folders import CONFIG
from mixgan_tf.saving.preset_folders import DISCRIMINATORS
from mixgan_tf.saving.preset_folders import DISCRIMINATORS_EMA
from mixgan_tf.saving.preset_folders import FORMAT
from mixgan_tf.saving.preset_folders import GENERATORS
from mixgan_tf.saving.preset_folders import GENERATORS_EMA
from mixgan_tf.saving.preset_folders import METADATA
from mixgan_tf.saving.preset_folders import find
from mixgan_tf.saving.preset_folders import read_json
from mixgan_tf.saving.preset_folders import read_metadata
from mixgan_tf.untrusted.building import build
from mixgan_tf.untrusted.strict_json import write_json
from mixgan_tf.version import __version__

Model = TypeVar("Model", bound=MixtureModel)


class _WeightsNames(NamedTuple):
    """Names of one player's weights files."""

    trained: str
    averaged: str


_WEIGHTS = {
    "generator": _WeightsNames(GENERATORS, GENERATORS_EMA),
    "discriminator": _WeightsNames(DISCRIMINATORS, DISCRIMINATORS_EMA),
}


def save(
    gan: MixtureModel,
    directory: str | os.PathLike,
    metadata: dict[str, Any] | None = None,
    extra_files: dict[str, bytes] | None = None,
) -> pathlib.Path:
    """Saves a model as a preset folder, whole or not at all.

    Args:
        gan: a `MixGAN`.
        directory: the folder to write; an existing preset there is replaced.
        metadata: dict of further entries for metadata.json.
        extra_files: dict from name to bytes of further files.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: if the folder exists and is no preset.
        OSError: if it cannot be written, or there is no room for it.
    """
    directory = pathlib.Path(directory)
    occupied = directory.exists() and not (
        directory.is_dir() and not any(directory.iterdir())
    )
    if occupied and not (directory / METADATA).is_file():
        raise ValueError(
            "Argument `directory` must be new, empty, or a preset to replace. "
            f"Received: {str(directory)!r}"
        )
    # HDF5 does not get over a full disk; it writes a header for each array.
    arrays = sum(4 * math.prod(v.shape) + 8192 for v in gan.weights)
    files.require_space(directory.absolute().parent, arrays + 2**20)
    with files.atomic_folder(directory) as folder:
        config = {
            # Where components lie is for whoever loads them to say.
            "model": {**gan.get_config(), "placement": None},
            "compile": gan.get_compile_config(),
        }
        write_json(folder / CONFIG, config)
        for player in gan.players:
            names = _WEIGHTS[player.name]
            player.mixture.save_weights(folder / names.trained)
            if player.average is not None:
                player.average.save_weights(folder / names.averaged)
        for name, content in (extra_files or {}).items():
            (folder / name).write_bytes(content)
        details = {
            **_description(gan),
            **(metadata or {}),
            "sha256": {
                path.name: files.sha256(path)
                for path in sorted(folder.iterdir())
            },
        }
        write_json(folder / METADATA, details)
    return directory


def _description(gan: MixtureModel) -> dict[str, Any]:
    import keras  # listing presets does not load TensorFlow
    import tensorflow as tf

    return {
        "format": FORMAT,
        "mixgan_tf": __version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "date": datetime.date.today().isoformat(),
        "num_generators": gan.num_generators,
        "num_discriminators": gan.num_discriminators,
        "num_classes": gan.num_classes,
        "latent_dim": gan.latent_dim,
        "sample_shape": list(gan.sample_shape),
        "generator_parameters": gan.generator_mixture.count_params(),
        "generator_weights": gan.generator_weights.tolist(),
        "train_steps": int(gan.train_steps.numpy()),
    }


def load(
    model_class: type[Model],
    preset: str | os.PathLike,
    load_weights: bool = True,
    load_discriminators: bool = True,
    placement: str | None = None,
) -> Model:
    """Loads a model from a preset, compiled as it was when saved.

    Args:
        model_class: the class to make it of: `MixGAN`, or one of its own.
        preset: see `find`.
        load_weights: whether to load the weights, or give the architecture
            with fresh ones.
        load_discriminators: whether to build and load the discriminators; a
            model without them samples and exports but does not train.
        placement: where the components lie; see `MixGAN`.

    Returns:
        A model of the class.

    Raises:
        ValueError: if there is no such preset or it is damaged.
    """
    folder = find(preset)
    metadata = read_metadata(folder, load_discriminators)
    config = read_json(folder / CONFIG)
    with_discriminators = (
        load_discriminators and DISCRIMINATORS in metadata["sha256"]
    )
    weights = [GENERATORS, *([DISCRIMINATORS] if with_discriminators else [])]
    found = preset_checks.check_preset(folder, CONFIG, config, weights)
    model_config = {**config["model"], "placement": placement}
    model_config.setdefault("ema", None)
    if not with_discriminators:
        model_config["discriminator"] = []
        if config["model"]["discriminator"]:
            model_config["ema"] = None  # what samples is loaded in its place
    subject = f"{folder / CONFIG} does not describe a"
    gan = build(
        lambda: model_class.from_config(model_config),
        f"{subject} model that can be built.",
    )
    if load_weights:
        averaged = GENERATORS_EMA in metadata["sha256"]
        sampling_only = averaged and model_config["ema"] is None
        for mixture, name in _weights_to_load(gan, sampling_only):
            preset_checks.load_checked(mixture, folder, name, found)
        gan.train_steps.assign(metadata["train_steps"])
    preset_schema.check_description(
        gan, metadata, folder / METADATA, load_weights
    )
    needs_none = not config["model"]["discriminator"]  # MMD on samples
    if config.get("compile") and (with_discriminators or needs_none):
        build(
            lambda: gan.compile_from_config(config["compile"]),
            f"{subject} training that can be compiled.",
        )
    return gan


def _weights_to_load(
    gan: MixtureModel, sampling_only: bool
) -> list[tuple[Any, str]]:
    # What only samples keeps no averages: it is loaded with them.
    pairs = []
    for player in gan.players:
        names = _WEIGHTS[player.name]
        trained = names.averaged if sampling_only else names.trained
        if player.name == "discriminator":
            trained = names.trained
        pairs.append((player.mixture, trained))
        if player.average is not None:
            pairs.append((player.average, names.averaged))
    return pairs
