"""Tests the oldest and the newest TensorFlow and Keras that setup.cfg allows.

Makes a virtual environment for each pair, installs the wheel there, and runs a
quick selection of tests on what was installed. For a person to run, with a
network: `make test-versions`.
"""

import argparse
import configparser
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).parents[1]
PACKAGES = ("tensorflow", "keras")
# Private hooks of fit, files, sampling, layers: what versions change.
SELECTION = (
    "tests/saving/test_saving.py",
    "tests/model/test_sampling.py",
    "tests/model/test_mixture.py",
    "tests/networks/test_normalization.py",
)


def lower_bounds():
    """Returns the oldest versions that setup.cfg allows, as `==` pins."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    wanted = config["options"]["install_requires"]
    pins = []
    for package in PACKAGES:
        low = re.search(rf"^{package}>=([\d.]+)", wanted, re.MULTILINE)[1]
        parts = [*low.split("."), "0", "0"][:3]
        pins.append(f"{package}=={'.'.join(parts)}")
    return pins


def try_pair(name, pins, folder, tests):
    """Installs one pair in a folder of its own and tests it there.

    Args:
        name: what to call it.
        pins: list of requirements besides the wheel's own.
        folder: `pathlib.Path` that holds the wheel.
        tests: list of test files.

    Returns:
        Whether all went well.
    """
    place = folder / name
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    wheel = next(folder.glob("*.whl"))

    def run(*arguments):
        print("+", *arguments, flush=True)
        done = subprocess.run([str(python), *arguments], cwd=place)
        return done.returncode == 0

    # Away from the source tree, so that the wheel is what is imported.
    shutil.copytree(ROOT / "tests", place / "tests")
    shutil.copy(ROOT / "setup.cfg", place)
    wanted = [str(wheel), "pytest", "pytest-timeout", *pins]
    return (
        run("-m", "pip", "install", "--quiet", *wanted)
        and run("-m", "pip", "check")
        and run(
            "-c",
            "import importlib.metadata as m\n"
            f"for p in {PACKAGES}: print({name!r}, p, m.version(p))",
        )
        and run("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    )


def make_wheel(folder):
    """Builds the wheel from a copy of the source, which stays clean.

    Args:
        folder: `pathlib.Path` to write it to.

    Returns:
        The wheel's path.
    """
    skipped = shutil.ignore_patterns(".*", "build", "runs", "*.egg-info")
    with tempfile.TemporaryDirectory() as source:
        copy = shutil.copytree(ROOT, f"{source}/mixgan", ignore=skipped)
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "wheel", "--quiet"),
                *("--no-deps", "--no-build-isolation"),
                *("--wheel-dir", str(folder), str(copy)),
            ],
            check=True,
        )
    return next(folder.glob("*.whl"))


def main():
    """Tests both pairs, or the one that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("oldest", "newest"))
    parser.add_argument("tests", nargs="*", default=SELECTION)
    arguments = parser.parse_args()
    pairs = {"oldest": lower_bounds(), "newest": []}
    if arguments.only:
        pairs = {arguments.only: pairs[arguments.only]}
    results = {}
    for name, pins in pairs.items():
        with tempfile.TemporaryDirectory(prefix="mixgan-versions-") as folder:
            folder = pathlib.Path(folder)
            make_wheel(folder)
            results[name] = try_pair(name, pins, folder, arguments.tests)
    for name, good in results.items():
        print(f"{name}: {'passed' if good else 'FAILED'}")
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
