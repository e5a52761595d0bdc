"""Files and folders that are written completely or not at all."""

import contextlib
import errno
import fnmatch
import hashlib
import os
import pathlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

_TEMPORARY = re.compile(
    r"\.tmp-(\d+-(?P<file>.+)|(?P<folder>.+)-[a-z0-9_]{8}(?P<old>-old)?)"
)
SPACE = "space"  # the name by which leftover probes of space are found
_NO_FALLOCATE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


def sha256(path: str | os.PathLike) -> str:
    """Returns the hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Yields a temporary path that becomes `path` if the block succeeds.

    Args:
        path: the file to write; its folder is made. The temporary file has
            the same suffixes, which many writers look at.

    Yields:
        A `pathlib.Path` in the same folder.

    Raises:
        OSError: if the block or the renaming does, with `path` in its text.
    """
    path = pathlib.Path(path)
    temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    with _path_in_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            _sync(temporary)
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Yields a temporary folder that becomes `path` if the block succeeds.

    Args:
        path: the folder to write. What exists there, file or folder, is
            replaced, and lost only once the new folder is complete.

    Yields:
        A `pathlib.Path` beside it.

    Raises:
        OSError: if the block or the renaming does, with `path` in its text.
    """
    path = pathlib.Path(path).absolute()
    with _path_in_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = pathlib.Path(
            tempfile.mkdtemp(prefix=f".tmp-{path.name}-", dir=path.parent)
        )
        with _swapped_in(temporary, path):
            yield temporary


def remove_leftovers(path: str | os.PathLike) -> None:
    """Deletes temporary files that killed processes left behind.

    A folder that was to be replaced, and whose replacement was not yet there
    when the process was killed, gets its name back.

    Args:
        path: the file or folder that was to be written. The name may be a
            pattern such as `*`, and nobody else may be writing what it
            matches.
    """
    path = pathlib.Path(path)
    for left in sorted(path.parent.glob(".tmp-*")):
        found = _TEMPORARY.fullmatch(left.name)
        if found is None:
            continue
        name = found["file"] or found["folder"]
        if not fnmatch.fnmatchcase(name, path.name):
            continue
        if found["old"] and not left.with_name(name).exists():
            os.replace(left, left.with_name(name))
        _delete(left)


def require_space(folder: str | os.PathLike, num_bytes: int) -> None:
    """Raises an error unless a folder has room for a file; writes none.

    It is for writers that cannot cope with a full disk: HDF5 ends the process,
    and TensorBoard's drops what it was given without a word.

    Args:
        folder: the folder of the file; it is made.
        num_bytes: positive int, the size of the file.

    Raises:
        OSError: if there is no room, or no permission.
    """
    folder = pathlib.Path(folder)
    probe = folder / f".tmp-{os.getpid()}-{SPACE}"
    with _path_in_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with open(probe, "wb") as file:
                _reserve(file, num_bytes)
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)


@contextlib.contextmanager
def alone_in(folder: str | os.PathLike) -> Iterator[None]:
    """Locks a folder against other processes that lock it, within the block.

    The system releases the lock when the process ends, however it ends. Where
    there are no locks, on Windows and some network drives, nothing is locked.

    Args:
        folder: an existing folder.

    Raises:
        ValueError: if another process has locked it.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(
                "Another process is at work in this folder: wait for its end, "
                f"or choose another folder. Received: folder={str(folder)!r}"
            ) from error
        except OSError:
            pass
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _swapped_in(temporary: pathlib.Path, path: pathlib.Path) -> Iterator[None]:
    old = temporary.with_name(temporary.name + "-old")
    try:
        temporary.chmod(0o755)
        yield
        if path.exists():
            os.replace(path, old)
        try:
            os.replace(temporary, path)
        except OSError:
            if old.exists():
                os.replace(old, path)
            raise
    finally:
        _delete(temporary)
        _delete(old)


@contextlib.contextmanager
def _path_in_errors(path: pathlib.Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno is None or type(error).__module__ != "builtins":
            raise  # of another kind, which callers may look for
        reason = os.strerror(error.errno)
        if error.filename and ".tmp-" not in str(error.filename):
            reason += f" ({error.filename})"
        message = f"{reason}: nothing was written to {path}"
        raise OSError(error.errno, message) from error


def _sync(path: pathlib.Path) -> None:
    # A name must not reach the disk before the content it stands for.
    if path.is_file():
        with open(path, "rb+") as file:
            os.fsync(file.fileno())


def _reserve(file: BinaryIO, num_bytes: int) -> None:
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(file.fileno(), 0, num_bytes)
            return
        except OSError as error:
            if error.errno not in _NO_FALLOCATE:
                raise
    if shutil.disk_usage(file.name).free < num_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _delete(path: pathlib.Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
