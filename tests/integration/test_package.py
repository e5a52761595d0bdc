"""The package as it is distributed: wheel, sub-packages, import time."""

import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    skipped = shutil.ignore_patterns(".*", "build", "runs", "*.egg-info")
    shutil.copytree(ROOT, folder / "source", ignore=skipped)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            "--no-build-isolation",
            *("--wheel-dir", str(folder), str(folder / "source")),
        ],
        check=True,
        timeout=400,
    )
    return next(folder.glob("mixgan_tf-*.whl"))


def test_wheel_holds_the_library_the_zoo_and_the_exporter(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (*ROOT.glob("zoo/**/*"), *ROOT.glob("export/**/*")):
        if path.is_file() and "__pycache__" not in path.parts:
            assert f"mixgan_tf/{path.relative_to(ROOT)}" in names
    for path in ROOT.glob("mixgan_tf/**/*.py"):
        assert str(path.relative_to(ROOT)) in names
    page = ROOT / "mixgan_tf" / "report" / "page"
    for path in (page / "style.css", *page.glob("templates/*")):
        assert str(path.relative_to(ROOT)) in names
    assert "mixgan_tf/report/page/templates/page.html.jinja" in names
    assert "mixgan_tf/zoo/templates/card.md.jinja" in names
    assert not any(n.startswith("tests/") for n in names)


def test_wheel_imports_and_samples_away_from_the_source(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import mixgan_tf as mg, mixgan_tf.zoo, mixgan_tf.export\n"
        "assert mg.__file__.startswith(sys.argv[1]), mg.__file__\n"
        "assert mg.zoo.__file__.startswith(sys.argv[1]), mg.zoo.__file__\n"
        "assert mg.export.__file__.startswith(sys.argv[1])\n"
        "for name in mg.zoo.list_presets():\n"
        "    mg.MixGAN.from_preset(name).sample(2, seed=0)\n"
        "print('ok', len(mg.zoo.list_presets()), len(mg.zoo.list_recipes()))\n"
    )
    done = subprocess.run(
        # -S leaves out the editable install's import hook.
        [
            sys.executable,
            "-S",
            "-c",
            _with_site_packages(script),
            str(tmp_path / "site"),
        ],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("ok")


def test_every_installed_module_is_listed_in_setup_cfg():
    import configparser

    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in ROOT.glob("mixgan_tf/**/__init__.py")
    }
    for part in ("zoo", "export"):
        found |= {
            "mixgan_tf." + ".".join(path.parent.relative_to(ROOT).parts)
            for path in ROOT.glob(f"{part}/**/__init__.py")
        }
    assert listed == found


def _with_site_packages(script):
    import sysconfig

    folder = sysconfig.get_paths()["purelib"]
    return f"import sys; sys.path.append({folder!r})\n{script}"
