"""Weights files, inspected before Keras or HDF5 follow what they say.

Keras writes plain arrays. HDF5 can do more: links to other files, arrays that
are made up of other files' or that unpack to any size. None of that is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any
from typing import BinaryIO
from typing import NamedTuple
from typing import TypeAlias

import numpy as np

from mixgan_tf.arguments import error_summary

if TYPE_CHECKING:
    import h5py
    import keras

_DEPTH = 64
File: TypeAlias = "str | os.PathLike | BinaryIO"


class RefusedWeights(ValueError):
    """Error for a weights file that is whole and holds what none should."""


class WeightsFile(NamedTuple):
    """What a weights file holds."""

    arrays: int  # how many
    numbers: int  # in all of them together
    components: int  # networks of a mixture; 0 in files of other models


def inspect_weights(file: File, subject: str) -> WeightsFile:
    """Looks through a weights file, in time that grows with its length.

    Args:
        file: a path, or a binary file object.
        subject: what begins a message: `"The preset's file a.weights.h5"`.

    Returns:
        A `WeightsFile`. It holds no more bytes of numbers than the file has.

    Raises:
        ValueError: if it is no HDF5 file or is damaged. Its subclass
            `RefusedWeights`: if it holds anything but plain arrays of numbers.
    """
    import h5py

    try:
        with h5py.File(file, "r") as opened:
            sizes = list(_arrays(opened, "", {_address(opened)}, subject))
            components = opened.get("components")
            # Iterating is safe by now; `len` alone believes the header.
            components = 0 if components is None else len(list(components))
    except (OSError, RuntimeError, KeyError, TypeError, OverflowError) as error:
        raise ValueError(
            f"{subject} is damaged, or no weights file. {error_summary(error)}"
        ) from error
    num_bytes = sum(b for _, b in sizes)
    length = _length(file)
    if num_bytes > length:
        raise ValueError(
            f"{subject} is damaged: it claims {num_bytes} bytes of weights. "
            f"Received: a file of {length}"
        )
    return WeightsFile(len(sizes), sum(n for n, _ in sizes), components)


def load_weights(
    model: keras.Model,
    path: str | os.PathLike,
    found: WeightsFile,
    subject: str,
) -> None:
    """Loads a file that `inspect_weights` looked through, whole or not at all.

    Args:
        model: a built Keras model.
        path: the file.
        found: what `inspect_weights` returned.
        subject: as there.

    Raises:
        ValueError: if the file holds other weights than the model has, or
            numbers that are not finite.
    """
    expected = saved_variables(model)
    numbers = sum(int(np.prod(v.shape)) for v in expected)
    if (found.arrays, found.numbers) != (len(expected), numbers):
        raise ValueError(
            f"{subject} holds other weights than the model of config.json. "
            f"Expected {len(expected)} arrays of {numbers} numbers. Received: "
            f"{found.arrays} arrays of {found.numbers}"
        )
    try:
        model.load_weights(path)
    except Exception as error:  # whatever HDF5, Keras and TensorFlow raise
        raise ValueError(
            f"{subject} does not fit the model of config.json. "
            f"{error_summary(error)}"
        ) from error
    require_finite(expected, subject)


def require_finite(variables: list[keras.Variable], subject: str) -> None:
    """Raises if weights are not finite.

    Args:
        variables: list of Keras variables.
        subject: what begins the message.

    Raises:
        ValueError: if one holds NaN or infinity.
    """
    for variable in variables:
        value = np.asarray(variable)
        if value.dtype.kind in "biu":
            continue
        if not np.isfinite(value.astype("float32")).all():
            raise ValueError(
                f"{subject} holds NaN or infinity: such a model makes no "
                f"samples. Received: {variable.path}"
            )


def saved_variables(model: keras.Model) -> list[keras.Variable]:
    """Returns the variables that a weights file of a model holds.

    Args:
        model: a built Keras model.

    Returns:
        A list; random states are left out, as Keras does.
    """
    return [v for v in model.variables if v.name != "seed_generator_state"]


def _arrays(
    group: h5py.Group, place: str, seen: set[int], subject: str
) -> Iterator[tuple[int, int]]:
    import h5py

    if place.count("/") > _DEPTH:
        raise ValueError(f"{subject} is nested too deeply.")
    for name in group:
        inner = f"{place}/{name}"
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise RefusedWeights(
                f"{subject} is refused: it holds a link to elsewhere, which "
                f"no weights file needs. Received: {inner[:200]!r}"
            )
        item = group[name]
        address = _address(item)
        if address in seen:
            raise RefusedWeights(
                f"{subject} is refused: it holds one object twice. "
                f"Received: {inner[:200]!r}"
            )
        seen.add(address)
        if isinstance(item, h5py.Group):
            yield from _arrays(item, inner, seen, subject)
        else:
            yield _dataset_size(item, inner, subject)


def _dataset_size(item: Any, place: str, subject: str) -> tuple[int, int]:
    import h5py

    if not isinstance(item, h5py.Dataset) or item.shape is None:
        raise RefusedWeights(
            f"{subject} must hold arrays alone. Received: {place[:200]!r}"
        )
    layout = item.id.get_create_plist().get_layout()
    stored = item.id.get_storage_size()
    plain = layout in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    numeric = item.dtype.kind in "fiub" and item.dtype.itemsize <= 8
    if not plain or item.external or not numeric or stored != item.nbytes:
        raise RefusedWeights(
            f"{subject} must hold plain arrays of numbers, as Keras writes "
            "them: no compressed, virtual, external or missing ones. "
            f"Received: {place[:200]!r} of shape {item.shape}, {item.dtype}, "
            f"{stored} bytes stored"
        )
    return item.size, item.nbytes


def _address(item: h5py.Group | h5py.Dataset) -> int:
    import h5py

    return h5py.h5o.get_info(item.id).addr


def _length(file: File) -> int:
    if isinstance(file, str | os.PathLike):
        return os.path.getsize(file)
    return file.seek(0, os.SEEK_END)
