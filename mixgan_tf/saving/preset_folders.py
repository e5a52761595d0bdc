"""Preset folders: found by name, and read once their files are intact."""

import importlib.util
import os
import pathlib
from typing import Any

from mixgan_tf import files
from mixgan_tf.saving import hub
from mixgan_tf.saving.preset_schema import check_model_entries
from mixgan_tf.untrusted.strict_json import read_json_object

FORMAT = 1
CONFIG = "config.json"
METADATA = "metadata.json"
GENERATORS = "generators.weights.h5"
DISCRIMINATORS = "discriminators.weights.h5"
GENERATORS_EMA = "generators_ema.weights.h5"
DISCRIMINATORS_EMA = "discriminators_ema.weights.h5"


def named() -> dict[str, pathlib.Path]:
    """Returns a dict from the name of each installed preset to its folder."""
    found = sorted(zoo_folder().glob(f"presets/*/{METADATA}"))
    return {path.parent.name: path.parent for path in found}


def zoo_folder() -> pathlib.Path:
    """Returns the folder of the presets and extractors of the package."""
    zoo = importlib.util.find_spec("mixgan_tf.zoo")
    if zoo is None or zoo.origin is None:
        raise ValueError("The package is incomplete: install it again.")
    return pathlib.Path(zoo.origin).parent


def find(preset: str | os.PathLike) -> pathlib.Path:
    """Returns the folder of a preset.

    Args:
        preset: a name that `named` lists, a preset folder, or an address
            `"hf://OWNER/NAME"` of the Hugging Face Hub.

    Returns:
        A `pathlib.Path`.

    Raises:
        ValueError: if there is no such preset.
    """
    if hub.is_address(preset):
        preset = hub.fetch(preset)
    known = named()
    if str(preset) in known:
        return known[str(preset)]
    folder = pathlib.Path(preset)
    if (folder / METADATA).is_file():
        return folder
    raise ValueError(
        "Argument `preset` must be the name of a preset "
        f"({', '.join(known) or 'none is installed'}), a folder that holds "
        f"{METADATA}, or an address hf://OWNER/NAME. Received: {str(preset)!r}"
    )


def read_metadata(
    preset: str | os.PathLike, discriminators: bool = True
) -> dict[str, Any]:
    """Returns a preset's metadata, once its files are known to be intact.

    Args:
        preset: see `find`.
        discriminators: whether their file is needed too.

    Returns:
        A dict.

    Raises:
        ValueError: if the preset is unknown, of a newer format, or if a file
            is missing or differs from its SHA-256.
    """
    folder = find(preset)
    require_inside(folder, METADATA)
    metadata = read_json(folder / METADATA)
    if type(metadata.get("format")) is not int:
        raise ValueError(f"{folder / METADATA} is no preset's metadata.")
    if metadata["format"] > FORMAT:
        raise ValueError(
            f"The preset {folder.name!r} has format {metadata['format']}, "
            "made by a newer mixgan-tf; upgrade the package to read it. "
            f"Received: a preset of version {metadata.get('mixgan_tf')!r}"
        )
    recorded = metadata.get("sha256", {})
    for name in (CONFIG, GENERATORS):
        if not isinstance(recorded, dict) or name not in recorded:
            raise ValueError(
                f"{folder / METADATA} records no SHA-256 of {name}; the "
                "preset is incomplete."
            )
    check_model_entries(metadata, f"The preset's file {folder / METADATA}")
    for name, expected in recorded.items():
        of_discriminators = name in (DISCRIMINATORS, DISCRIMINATORS_EMA)
        if of_discriminators and not discriminators:
            continue
        path = folder / name
        require_inside(folder, name)
        if not path.is_file():
            raise ValueError(
                f"The preset {folder.name!r} lacks its file {name}; "
                "fetch or save it again."
            )
        actual = files.sha256(path)
        if actual != expected:
            raise ValueError(
                f"The preset's file {path} is damaged or was changed: its "
                f"SHA-256 is not the recorded one. Expected {expected}. "
                f"Received: {actual}"
            )
    return metadata


def read_json(path: pathlib.Path) -> dict[str, Any]:
    """Returns the JSON object that a file of a preset holds."""
    return read_json_object(path, "preset's file")


def require_inside(folder: pathlib.Path, name: str) -> None:
    """Raises if a file of a preset is a link to a place outside of its folder.

    The cache of the Hugging Face Hub is made of links, to its own `blobs`.

    Args:
        folder: `pathlib.Path`.
        name: the file's name.

    Raises:
        ValueError: if it is.
    """
    path = folder / name
    if not path.is_symlink():
        return
    home = folder.resolve()
    target = path.resolve()
    allowed = [home]
    if home.parent.name == "snapshots":
        allowed.append(home.parent.parent / "blobs")
    if not any(place in target.parents for place in allowed):
        raise ValueError(
            f"The preset's file {path} is a link to a place outside of its "
            "folder: copy the file there if you trust it. "
            f"Received: a link to {target}"
        )
