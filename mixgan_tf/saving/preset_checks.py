"""What is checked of a preset before its networks are built and filled."""

import pathlib
from typing import Any

from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.player import PLAYERS
from mixgan_tf.saving.training_schema import check_training
from mixgan_tf.untrusted.building import StoredNetworks
from mixgan_tf.untrusted.building import check_before_building
from mixgan_tf.untrusted.building import networks_in
from mixgan_tf.untrusted.weights_files import WeightsFile
from mixgan_tf.untrusted.weights_files import inspect_weights
from mixgan_tf.untrusted.weights_files import load_weights


def check_preset(
    folder: pathlib.Path,
    config_name: str,
    config: dict[str, Any],
    weights: list[str],
) -> dict[str, WeightsFile]:
    """Raises unless a preset's model is safe to build, and fits in memory.

    Args:
        folder: the preset's.
        config_name: name of the config's file, for messages.
        config: what it holds, parsed.
        weights: names of the weights files: the generators', then perhaps the
            discriminators'.

    Returns:
        A dict from the names in `weights` to what was found in them.

    Raises:
        ValueError: if the config or a file is unusable.
    """
    subject = f"The preset's file {folder / config_name}"
    model = config.get("model")
    if not isinstance(model, dict):
        raise ValueError(f"{subject} must describe a `model`.")
    networks = [networks_in(model, subject, player) for player in PLAYERS]
    if not networks[0]:
        raise ValueError(f"{subject} must list the networks of the generators.")
    if not isinstance(config.get("compile"), dict | None):
        raise ValueError(f"{subject}: `compile` must be an object.")
    stored = [
        StoredNetworks(
            configs, folder / name, name, _subject(folder, name), kind
        )
        for configs, name, kind in zip(networks, weights, PLAYERS, strict=False)
    ]
    found = check_before_building(config, stored, subject)
    if config.get("compile"):
        check_training(config["compile"], subject)
    return dict(zip(weights, found, strict=True))


def load_checked(
    mixture: Mixture,
    folder: pathlib.Path,
    name: str,
    found: dict[str, WeightsFile],
) -> None:
    """Loads one weights file of a preset.

    Args:
        mixture: the one to fill.
        folder: the preset's.
        name: the file's name.
        found: what `check_preset` returned.

    Raises:
        ValueError: if the file does not fit, or holds NaN.
    """
    subject = _subject(folder, name)
    if not (folder / name).is_file():
        raise ValueError(f"{subject} is missing; fetch or save it again.")
    inspected = found.get(name) or inspect_weights(folder / name, subject)
    load_weights(mixture, folder / name, inspected, subject)


def _subject(folder: pathlib.Path, name: str) -> str:
    return f"The preset's file {folder / name}"
