"""Builds the wheel and the source archive offline, and looks at what they hold.

Every file of the package must be in both, and nothing else. The wheel is then
installed without an index, away from the source, and loads its presets, recipes
and extractors. `make package` runs it.
"""

import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).parents[1]
# Where each part of the source is imported.
PARTS = {"mixgan_tf": "mixgan_tf", "zoo": "mixgan_tf/zoo"}
PARTS["export"] = "mixgan_tf/export"
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "top_level.txt"}
METADATA |= {"licenses/LICENSE"}
BESIDE = {"LICENSE", "MANIFEST.in", "PKG-INFO", "README.md"}
BESIDE |= {"pyproject.toml", "setup.cfg"}
LOADS = """
import mixgan_tf as mg
import mixgan_tf.export
import mixgan_tf.zoo
assert mg.__file__.startswith(FOLDER), mg.__file__
assert mg.zoo.__file__.startswith(FOLDER), mg.zoo.__file__
presets, recipes = mg.zoo.list_presets(), mg.zoo.list_recipes()
for name in presets:
    mg.MixGAN.from_preset(name).sample(2, seed=0)
for name in mg.metrics.list_extractors():
    if name != "inception":
        mg.metrics.get_extractor(name)
print(f"{len(presets)} presets, {len(recipes)} recipes load from the wheel.")
"""


def files_of_the_source():
    """Returns a dict from each file of the package to its place in a wheel."""
    found = {}
    for part, place in PARTS.items():
        for path in (ROOT / part).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                found[name] = place + name.removeprefix(part)
    return found


def build(folder):
    """Builds both archives from a copy of the source, without a network.

    Args:
        folder: `pathlib.Path` to write them to.

    Returns:
        A tuple of the paths of the wheel and the source archive.
    """
    source = folder / "source"
    skipped = shutil.ignore_patterns(".*", "build", "runs", "*.egg-info")
    shutil.copytree(ROOT, source, ignore=skipped)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    pip += ["--no-build-isolation", "--no-index", "--wheel-dir", folder, "."]
    subprocess.run(pip, check=True, cwd=source)
    sdist = [sys.executable, "-m", "build", "--sdist", "--no-isolation"]
    sdist += ["--outdir", folder, "."]
    subprocess.run(sdist, check=True, cwd=source, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def check_contents(wheel, sdist):
    """Returns what is missing from the archives, or too much in them.

    Args:
        wheel: path of the wheel.
        sdist: path of the source archive.

    Returns:
        A list of lines; empty if all is well.
    """
    source = files_of_the_source()
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
    (info,) = {n.split("/")[0] for n in in_wheel if ".dist-info/" in n}
    expected = {
        "wheel": set(source.values()) | {f"{info}/{n}" for n in METADATA},
        "source archive": set(source) | BESIDE,
    }
    with tarfile.open(sdist) as archive:
        members = (m.name for m in archive.getmembers() if m.isfile())
        in_sdist = {name.partition("/")[2] for name in members}
    in_sdist = {name for name in in_sdist if ".egg-info/" not in name}
    found = {"wheel": in_wheel, "source archive": in_sdist}
    return [
        f"{kind}: {what} {name}"
        for kind in expected
        for what, names in (
            ("lacks", expected[kind] - found[kind]),
            ("should not hold", found[kind] - expected[kind]),
        )
        for name in sorted(names)
    ]


def check_installed(wheel, folder):
    """Installs the wheel without an index and loads what it brings.

    Args:
        wheel: path of the wheel.
        folder: `pathlib.Path` to install to.
    """
    pip = [sys.executable, "-m", "pip"]
    target = ["install", "--quiet", "--no-index", "--no-deps", "--target"]
    subprocess.run([*pip, *target, folder, wheel], check=True)
    script = f"import sys\nFOLDER = {str(folder)!r}\n"
    # Before the editable install, if there is one.
    script += "sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not "
    script += "in str(f).lower()]\nsys.path.insert(0, FOLDER)\n"
    subprocess.run(
        [sys.executable, "-c", script + LOADS], check=True, cwd=folder
    )
    subprocess.run([*pip, "check"], check=True)


def main():
    """Builds and checks; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="mixgan-package-") as folder:
        folder = pathlib.Path(folder)
        wheel, sdist = build(folder)
        for path in (wheel, sdist):
            print(f"{path.name}: {path.stat().st_size / 2**20:.2f} MiB")
        wrong = check_contents(wheel, sdist)
        print("\n".join(wrong) or "Both hold every file and nothing else.")
        if wrong:
            return 1
        check_installed(wheel, folder / "installed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
