"""The files of LiteRT.js, the page's runtime, from npm.

Only what the page loads is taken, and each file must be the pinned one.
"""

import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

from mixgan_tf import files

VERSION = "2.5.3"
INSTALL = f"npm install @litertjs/core@{VERSION}"

# What a page needs of the packages below @litertjs: the name it gets, and its
# SHA-256. Of the two WebAssembly builds, both for one thread, a browser loads
# the one whose instructions it knows.
FILES = {
    "core/dist/index.js": (
        "core.js",
        "e7daccc3a31eef890848a737ccb863ded5f046a6b40c3fdc0556495adeb5d9b3",
    ),
    "wasm-utils/dist/index.js": (
        "wasm-utils.js",
        "e0e20bc28ab001ac732cf40d15b6eebd24fb0deaeb95eeba5100f51eebf015f2",
    ),
    "core/wasm/litert_wasm_internal.js": (
        "litert_wasm_internal.js",
        "68efb69f770e3f76aff36a377de629ca496c131b86ac0f0f4b592a1543a898eb",
    ),
    "core/wasm/litert_wasm_internal.wasm": (
        "litert_wasm_internal.wasm",
        "7280cf4471774867e385e6c3cd53e2b45e2975b80fea338fff4ef359b0865614",
    ),
    "core/wasm/litert_wasm_compat_internal.js": (
        "litert_wasm_compat_internal.js",
        "4d8f894b7883654fd6e8439730aa41e79ceaab7d19184fc4f1f0b0f1a2a2c8a5",
    ),
    "core/wasm/litert_wasm_compat_internal.wasm": (
        "litert_wasm_compat_internal.wasm",
        "5255c8ad06eabdbd2522cdebf6b22fc10faf74625c23a49b9e072570cd1fa41c",
    ),
}


def find(folder: str | pathlib.Path | None = None) -> pathlib.Path:
    """Returns a folder with the pinned packages, downloading them if need be.

    Args:
        folder: a `node_modules/@litertjs`; `None`: a folder of the cache,
            which npm fills once.

    Returns:
        A `pathlib.Path` below which `FILES` lie.

    Raises:
        ValueError: if a file is missing or not the pinned one, or if npm
            cannot download them.
    """
    if folder is not None:
        folder = pathlib.Path(folder)
        wrong = first_wrong_file(folder)
        if wrong:
            raise ValueError(
                f"Argument `litert` must be the folder node_modules/@litertjs "
                f"that `{INSTALL}` makes; its {wrong} is missing or not "
                f"{VERSION}'s. Received: litert={str(folder)!r}"
            )
        return folder
    folder = cache_folder() / f"litertjs-{VERSION}"
    if first_wrong_file(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            content = pathlib.Path(temporary) / folder.name
            _download(content)
            _put(content, folder)
    return folder


def copy(folder: pathlib.Path, target: pathlib.Path) -> None:
    """Copies the files that a page needs.

    Args:
        folder: the folder that `find` returned.
        target: the folder to write them to; it is made.
    """
    target.mkdir(exist_ok=True)
    for source, (name, _) in FILES.items():
        shutil.copyfile(folder / source, target / name)


def first_wrong_file(folder: pathlib.Path) -> str | None:
    """Returns the first file that is missing or not the pinned one.

    Args:
        folder: a `pathlib.Path`.

    Returns:
        A key of `FILES`, or `None` if all are right.
    """
    for name, (_, digest) in FILES.items():
        path = folder / name
        if not path.is_file() or files.sha256(path) != digest:
            return name
    return None


def cache_folder() -> pathlib.Path:
    """Returns the folder of downloads: `MIXGAN_CACHE`, or one in the home."""
    named = os.environ.get("MIXGAN_CACHE")
    home = pathlib.Path.home() / ".cache" / "mixgan_tf"
    return pathlib.Path(named) if named else home


def _put(content: pathlib.Path, folder: pathlib.Path) -> None:
    try:
        os.rename(content, folder)
    except OSError:  # another process was faster, or it is damaged
        if first_wrong_file(folder):
            shutil.rmtree(folder)
            os.rename(content, folder)


def _download(folder: pathlib.Path) -> None:
    for package in ("core", "wasm-utils"):
        with tempfile.TemporaryDirectory() as temporary:
            archive = _npm_pack(f"@litertjs/{package}@{VERSION}", temporary)
            _unpack(archive, package, folder)
    wrong = first_wrong_file(folder)
    if wrong:
        raise ValueError(
            f"npm gave another {wrong} than version {VERSION} is known to "
            "hold, so it was not used. Check which registry npm is set to. "
            f"Received: @litertjs/{wrong.split('/')[0]}@{VERSION}"
        )


def _npm_pack(package: str, folder: str) -> pathlib.Path:
    npm = shutil.which("npm")
    remedy = (
        f"install it elsewhere with `{INSTALL}` and give its folder "
        "node_modules/@litertjs as `litert` (--litert)"
    )
    if npm is None:
        raise ValueError(
            "The page needs LiteRT.js, and npm, which downloads it, is not "
            f"installed. Install Node.js with npm, or {remedy}. "
            f"Received: {package}, no npm"
        )
    command = [npm, "pack", package, "--silent", "--pack-destination", folder]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=300, check=False
        )
        problem = (done.stderr or done.stdout) if done.returncode else ""
    except subprocess.TimeoutExpired:
        problem = "no answer within five minutes"
    archives = list(pathlib.Path(folder).glob("*.tgz"))
    if problem or not archives:
        reason = " ".join((problem or "no archive").split())[-300:]
        raise ValueError(
            f"npm could not download {package}, which the page needs: check "
            f"the network and `npm config get registry`, or {remedy}. "
            f"Received from npm: {reason}"
        )
    return archives[0]


def _unpack(archive: pathlib.Path, package: str, folder: pathlib.Path) -> None:
    """Writes the needed files of a package, and no others."""
    with tarfile.open(archive) as content:
        members = {member.name: member for member in content.getmembers()}
        for name in FILES:
            owner, _, inside = name.partition("/")
            member = members.get(f"package/{inside}")
            if owner != package or member is None or not member.isfile():
                continue
            source = content.extractfile(member)
            if source is not None:  # `None` is for folders
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(source.read())
