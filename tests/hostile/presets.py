"""Presets and other files that somebody meant harm with."""

import contextlib
import hashlib
import json

import h5py

GENERATORS = "generators.weights.h5"


def rehash(folder):
    """Records the hashes that the files now have, as an attacker would."""
    path = folder / "metadata.json"
    metadata = json.loads(path.read_text())
    for name in metadata["sha256"]:
        content = (folder / name).read_bytes()
        metadata["sha256"][name] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(metadata))


@contextlib.contextmanager
def edited(path):
    """Yields what a JSON file holds, and writes it back."""
    content = json.loads(path.read_text())
    yield content
    path.write_text(json.dumps(content))


@contextlib.contextmanager
def opened_weights(folder, name=GENERATORS):
    """Yields a weights file that is open for writing."""
    with h5py.File(folder / name, "r+") as file:
        yield file


def paths_of(value, place=()):
    """Yields the place of every entry of a JSON value, itself left out."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        yield (*place, key)
        if isinstance(inner, dict | list):
            yield from paths_of(inner, (*place, key))


def put(value, place, new):
    """Replaces one entry of a JSON value; returns the old one."""
    for key in place[:-1]:
        value = value[key]
    old, value[place[-1]] = value[place[-1]], new
    return old


def functional(layer):
    """A Keras network of one layer, as JSON."""
    inputs = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 3], "dtype": "float32", "name": "a"},
        "registered_name": None,
        "name": "a",
        "inbound_nodes": [],
    }
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {
            "shape": [None, 3],
            "dtype": "float32",
            "keras_history": ["a", 0, 0],
        },
    }
    node = {"args": [tensor], "kwargs": {}}
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "f",
            "layers": [inputs, {**layer, "name": "b", "inbound_nodes": [node]}],
            "input_layers": [["a", 0, 0]],
            "output_layers": [["b", 0, 0]],
        },
        "registered_name": "Functional",
    }


def keras_layer(name, **config):
    """A layer of Keras, as JSON."""
    return {
        "module": "keras.layers",
        "class_name": name,
        "config": {"name": "b", **config},
        "registered_name": None,
    }


def foreign(module, name, registered=None, **config):
    """An object of any module, as JSON."""
    return {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": registered,
    }
