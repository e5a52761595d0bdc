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
import pathlib

from mixgan_tf import files
from mixgan_tf.arguments import summary_of
from mixgan_tf.saving import preset_checks
from mixgan_tf.saving import preset_schema
from mixgan_tf.saving.preset_folders import CONFIG
from mixgan_tf.saving.preset_folders import DISCRIMINATORS
from mixgan_tf.saving.preset_folders import DISCRIMINATORS_EMA
from mixgan_tf.saving.preset_folders import FORMAT
from mixgan_tf.saving.preset_folders import GENERATORS
from mixgan_tf.saving.preset_folders import GENERATORS_EMA
from mixgan_tf.saving.preset_folders import METADATA
from mixgan_tf.saving.preset_folders import _read_json
from mixgan_tf.saving.preset_folders import find
from mixgan_tf.saving.preset_folders import read_metadata
from mixgan_tf.untrusted.strict_json import write_json
from mixgan_tf.version import __version__


def save(gan, directory, metadata=None, extra_files=None):
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
    import keras  # listing presets does not load TensorFlow
    import tensorflow as tf

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
        gan.generator_mixture.save_weights(folder / GENERATORS)
        if gan.num_discriminators:
            gan.discriminator_mixture.save_weights(folder / DISCRIMINATORS)
        for average, name in _averages(gan):
            average.save_weights(folder / name)
        for name, content in (extra_files or {}).items():
            (folder / name).write_bytes(content)
        details = {
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
            **(metadata or {}),
            "sha256": {
                path.name: files.sha256(path)
                for path in sorted(folder.iterdir())
            },
        }
        write_json(folder / METADATA, details)
    return directory


def load(preset, load_weights=True, load_discriminators=True, placement=None):
    """Loads a model from a preset, compiled as it was when saved.

    Args:
        preset: see `find`.
        load_weights: whether to load the weights, or give the architecture
            with fresh ones.
        load_discriminators: whether to build and load the discriminators; a
            model without them samples and exports but does not train.
        placement: where the components lie; see `MixGAN`.

    Returns:
        A `MixGAN`.

    Raises:
        ValueError: if there is no such preset or it is damaged.
    """
    folder = find(preset)
    metadata = read_metadata(folder, load_discriminators)
    config = _read_json(folder / CONFIG)
    with_discriminators = (
        load_discriminators and DISCRIMINATORS in (metadata["sha256"])
    )
    weights = [GENERATORS, *([DISCRIMINATORS] if with_discriminators else [])]
    found = preset_checks.check_before_building(folder, CONFIG, config, weights)
    model_config = {**config["model"], "placement": placement}
    model_config.setdefault("ema", None)
    if not with_discriminators:
        model_config["discriminator"] = []
        if config["model"]["discriminator"]:
            model_config["ema"] = None  # what samples is loaded in its place
    gan = _build(folder, model_config)
    keeps_averages = GENERATORS_EMA in metadata["sha256"]
    if load_weights:
        sampling_only = keeps_averages and model_config["ema"] is None
        generators = GENERATORS_EMA if sampling_only else GENERATORS
        pairs = [(gan.generator_mixture, generators), *_averages(gan)]
        if with_discriminators:
            pairs.append((gan.discriminator_mixture, DISCRIMINATORS))
        for mixture, name in pairs:
            preset_checks.load_checked(mixture, folder, name, found)
        gan.train_steps.assign(metadata["train_steps"])
    preset_schema.check_description(
        gan, metadata, folder / METADATA, load_weights
    )
    needs_none = not config["model"]["discriminator"]  # MMD on samples
    if config.get("compile") and (with_discriminators or needs_none):
        _compile(folder, gan, config["compile"])
    return gan


def _averages(gan):
    pairs = (
        (getattr(gan, "ema_generator_mixture", None), GENERATORS_EMA),
        (getattr(gan, "ema_discriminator_mixture", None), DISCRIMINATORS_EMA),
    )
    return [(average, name) for average, name in pairs if average is not None]


def _build(folder, model_config):
    from mixgan_tf.mixgan import MixGAN  # which imports this module

    try:
        return MixGAN.from_config(model_config)
    except Exception as error:  # whatever a config makes Keras raise
        raise ValueError(
            f"{folder / CONFIG} does not describe a model that can be built. "
            f"{summary_of(error)}"
        ) from error


def _compile(folder, gan, compile_config):
    try:
        gan.compile_from_config(compile_config)
    except Exception as error:  # as above
        raise ValueError(
            f"{folder / CONFIG} does not describe a training that can be "
            f"compiled. {summary_of(error)}"
        ) from error
