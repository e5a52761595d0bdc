"""Writing files so that a crash never leaves half of one."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import tempfile


def sha256(path):
    """Returns the hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def atomic_file(path):
    """Yields a temporary path that becomes `path` if the block succeeds.

    Args:
        path: the file to write; its folder is made. The temporary file has
            the same suffixes, which many writers look at.

    Yields:
        A `pathlib.Path` in the same folder.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path):
    """Yields a temporary folder that becomes `path` if the block succeeds.

    Args:
        path: the folder to write. What exists there, file or folder, is
            replaced, and lost only once the new folder is complete.

    Yields:
        A `pathlib.Path` beside it.
    """
    path = pathlib.Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = pathlib.Path(
        tempfile.mkdtemp(prefix=f".tmp-{path.name}-", dir=path.parent)
    )
    old = temporary.with_name(temporary.name + "-old")
    try:
        temporary.chmod(0o755)
        yield temporary
        if path.exists():
            os.replace(path, old)
        try:
            os.replace(temporary, path)
        except OSError:
            if old.exists():
                os.replace(old, path)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)
