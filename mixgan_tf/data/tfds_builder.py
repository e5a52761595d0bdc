"""Builders of TFDS data sets, found where the environment says they are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow_datasets as tfds


def tfds_folder(
    data_dir: str | os.PathLike | None = None,
) -> str | os.PathLike | None:
    """Returns the folder that TFDS data sets are read from.

    TFDS itself looks at the environment once, when it is first imported; here
    `TFDS_DATA_DIR` counts whenever it is set.

    Args:
        data_dir: a folder, which comes first, or `None`.

    Returns:
        A string or path; `None` for TFDS's own default.
    """
    return data_dir or os.environ.get("TFDS_DATA_DIR") or None


def tfds_builder(
    name: str, data_dir: str | os.PathLike | None = None
) -> tfds.core.DatasetBuilder:
    """Returns the TFDS builder of a data set.

    Args:
        name: its name.
        data_dir: see `tfds_folder`.

    Returns:
        A `tfds.core.DatasetBuilder`.

    Raises:
        tfds.core.DatasetNotFoundError: if there is no such data set.
    """
    import tensorflow_datasets as tfds

    return tfds.builder(name, data_dir=tfds_folder(data_dir))
