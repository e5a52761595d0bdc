"""Builders of TFDS data sets, found where the environment says they are."""

from __future__ import annotations

import contextlib
import logging
import os
import pathlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow_datasets as tfds

# Each waits twice as long as the one before: TFDS's own ten take minutes.
_RETRIES = 4


def tfds_folder(
    data_dir: str | pathlib.Path | None = None,
) -> str | pathlib.Path | None:
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
    name: str, data_dir: str | pathlib.Path | None = None
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


@contextlib.contextmanager
def quiet_download() -> Iterator[None]:
    """Silences downloads within the block, so that only errors are printed.

    Progress bars appear only where somebody sees them, on a terminal or in a
    notebook. There is no line for each attempt, and there are few attempts, so
    that those who have no network learn it in seconds.
    """
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.download import downloader
    from tensorflow_datasets.core.utils import tqdm_utils

    connections = logging.getLogger("urllib3.connectionpool")
    level, bars = connections.level, tqdm_utils._active
    retries = downloader.MAX_RETRIES
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    try:
        connections.setLevel(logging.ERROR)
        downloader.MAX_RETRIES = _RETRIES
        if not seen:
            tfds.disable_progress_bar()
        yield
        # Otherwise other threads may go on trying, and say so.
        connections.setLevel(level)
    finally:
        downloader.MAX_RETRIES = retries
        tfds.display_progress_bar(bars)
