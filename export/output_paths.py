"""Checks of the paths that exports are written to."""

import pathlib


def refuse_existing(path: str | pathlib.Path, overwrite: bool) -> pathlib.Path:
    """Returns a path to write to, unless something exists there.

    Args:
        path: file or folder.
        overwrite: whether it may exist already.

    Returns:
        A `pathlib.Path`.

    Raises:
        ValueError: if it exists and may not.
    """
    path = pathlib.Path(path)
    if path.exists() and not overwrite:
        raise ValueError(
            "Argument `path`: the output exists already; choose another path "
            "or pass `overwrite=True` (--overwrite). "
            f"Received: path={str(path)!r}"
        )
    return path
