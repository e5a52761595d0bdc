"""Additions to a saved preset: its scores and its card."""

import json
import os
import pathlib
import shutil
from typing import Any

from mixgan_tf import files
from mixgan_tf.saving import preset_folders

# Entries of the metadata that say what the model is.
_OF_THE_MODEL = (
    "format",
    "num_generators",
    "num_discriminators",
    "num_classes",
    "latent_dim",
    "sample_shape",
    "generator_parameters",
    "generator_weights",
    "train_steps",
    "sha256",
)


def add_to_preset(
    preset: str | os.PathLike,
    entries: dict[str, Any] | None = None,
    extra_files: dict[str, bytes] | None = None,
) -> pathlib.Path:
    """Adds to a preset: entries of its metadata and files, all or nothing.

    The weights stay as they are, and so does what is recorded of them. The
    SHA-256 of every added file is recorded.

    Args:
        preset: name of a preset, or a preset folder.
        entries: dict of entries for metadata.json; those there already are
            replaced.
        extra_files: dict from name to bytes of files to add or replace.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: if the preset is damaged, an entry or a file is one that
            describes or holds the model itself, or a number is not finite.
        OSError: if the folder cannot be written.

    Example:
    ```python
    card = {"README.md": text.encode()}
    add_to_preset("my_preset", {"scores": scores}, card)
    ```
    """
    entries, extra_files = entries or {}, extra_files or {}
    metadata = preset_folders.read_metadata(preset)
    taken = [name for name in entries if name in _OF_THE_MODEL]
    taken += [
        name
        for name in extra_files
        if name in (preset_folders.CONFIG, preset_folders.METADATA)
        or name.endswith(".weights.h5")
    ]
    taken += [n for n in extra_files if pathlib.PurePath(n).name != n]
    if taken:
        raise ValueError(
            "Arguments `entries` and `extra_files` must not replace what "
            "describes or holds the model, nor lie outside its folder. "
            f"Received: {', '.join(taken)}"
        )
    source = preset_folders.find(preset).resolve()
    for path in source.rglob("*"):
        preset_folders.require_inside(source, str(path.relative_to(source)))
    with files.atomic_folder(source) as folder:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        for name, content in extra_files.items():
            (folder / name).write_bytes(content)
        recorded = metadata.pop("sha256")
        recorded.update(
            (name, files.sha256(folder / name)) for name in extra_files
        )
        metadata.update(entries)
        metadata["sha256"] = dict(sorted(recorded.items()))
        # What is not finite is no JSON, and would not be read again.
        text = json.dumps(metadata, indent=1, allow_nan=False) + "\n"
        (folder / preset_folders.METADATA).write_text(text, encoding="utf-8")
    return source
