"""`.keras` files that were tampered with."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest


def _rewrite(path, change, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _in_config(change):
    def changed(parts):
        config = json.loads(parts["config.json"])
        change(config)
        parts["config.json"] = json.dumps(config).encode()

    return changed


def _in_weights(change):
    def changed(parts):
        buffer = io.BytesIO(parts["model.weights.h5"])
        with h5py.File(buffer, "r+") as file:
            change(file)
        parts["model.weights.h5"] = buffer.getvalue()

    return changed


def _wide(config):
    for network in config["config"]["generator"]:
        network["config"]["width"] = 10**9


def _poison(file):
    name = "generator_mixture/vars/0"
    file[name][...] = np.nan


KERAS_FILES = {
    "lambda": _in_config(
        lambda c: c["config"]["generator"].append(
            {"class_name": "Lambda", "module": "keras.layers", "config": {}}
        )
    ),
    "another model": _in_config(
        lambda c: c.update(registered_name="mixgan_tf>Mixture")
    ),
    "os": _in_config(lambda c: c.update(registered_name="os>system")),
    "wide": _in_config(_wide),
    "no config": lambda parts: parts.pop("config.json"),
    "no weights": lambda parts: parts.pop("model.weights.h5"),
    "bad json": lambda parts: parts.update({"config.json": b"{"}),
    "a path": lambda parts: parts.update({"../../x": b"x"}),
    "an asset": lambda parts: parts.update({"assets/x.py": b"x"}),
    "a link": _in_weights(
        lambda f: f.update({"x": h5py.ExternalLink("other.h5", "x")})
    ),
    "nan": _in_weights(_poison),
    "no h5": lambda parts: parts.update({"model.weights.h5": b"x"}),
}


@pytest.mark.parametrize("name", KERAS_FILES)
def test_keras_files(name, keras_file, tmp_path, refused):
    path = tmp_path / "gan.keras"
    path.write_bytes(keras_file.read_bytes())
    _rewrite(path, KERAS_FILES[name])
    error = refused("sample", f"--model={path}", f"--out={tmp_path}/x.png")
    assert "gan.keras" in error
    assert not (tmp_path / "x.png").exists()


def test_an_untouched_keras_file_loads_and_a_packed_one_does_not(
    keras_file, tmp_path, refused
):
    from mixgan_tf.cli.models import load_model

    path = tmp_path / "gan.keras"
    path.write_bytes(keras_file.read_bytes())
    _rewrite(path, lambda parts: None)
    assert load_model(path).sample(2, seed=0).shape == (2, 8, 8, 1)
    _rewrite(path, lambda parts: None, zipfile.ZIP_DEFLATED)
    assert "uncompressed" in refused("sample", f"--model={path}")
    path.write_bytes(keras_file.read_bytes()[:-100])
    assert "gan.keras" in refused("sample", f"--model={path}")
