"""Samples, features and extractors that no score can be made of."""

import hashlib
import json
import shutil

import h5py
import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics.features import extractor_folders
from tests.models import images
from tests.models import tiny_gan

GOOD = np.random.default_rng(0).normal(size=(64, 4))
FEATURES = {
    "nan": np.full((64, 4), np.nan),
    "one infinity": np.where(np.arange(256).reshape(64, 4) == 7, np.inf, GOOD),
    "no rows": GOOD[:0],
    "one row": GOOD[:1],
    "no columns": GOOD[:, :0],
    "one axis": GOOD[:, 0],
    "strings": GOOD.astype(str),
    "objects": np.full((64, 4), None),
    "complex": GOOD + 1j,
    "a number": np.float64(1),
    "another width": GOOD[:, :3],
}
METRICS = {
    "frechet": mg.metrics.frechet_distance,
    "kernel": mg.metrics.kernel_distance,
    "precision": mg.metrics.precision_recall,
    "density": mg.metrics.density_coverage,
    "energy": mg.metrics.energy_distance,
    "neighbours": mg.metrics.nearest_neighbors,
    "support": mg.metrics.support_distance,
    "memorization": lambda a, b: mg.metrics.memorization(a, GOOD, b),
    "components": lambda a, b: mg.metrics.component_report(
        [a, b], weights=[0.5, 0.5]
    ),
    "birthday": lambda a, b: (
        mg.metrics.birthday_test(a, 8, 0.1)
        and mg.metrics.duplicate_threshold(b, 2, 0.5)
        and mg.metrics.energy_distance(a, b)
    ),
}

ENOUGH = ("neighbours", "support", "memorization", "density")


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("first", [True, False])
def test_features(first, metric, name):
    if name == "one row" and metric in ENOUGH:
        pytest.skip("one row is enough")
    arguments = (FEATURES[name], GOOD) if first else (GOOD, FEATURES[name])
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        METRICS[metric](*arguments)


@pytest.mark.parametrize(
    "given",
    [
        255 * images(),
        (255 * images()).astype("uint8"),
        np.ones((4, 8, 8, 1), "uint8"),
        images() * np.nan,
        images(side=16),
        np.tile(images(), 3),
        images()[0],
        images()[:0],
        np.full((4, 8, 8, 1), "a"),
        None,
    ],
)
def test_images_of_a_score(given):
    real = mg.metrics.ImageArray(images(40))
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        mg.metrics.compute_scores(
            mg.metrics.ImageArray(given), real, "digits", metrics=["kernel"]
        )


@pytest.mark.parametrize(
    "arguments",
    [
        {"metrics": "fid"},
        {"metrics": []},
        {"extractor": "nose"},
        {"extractor": ""},
        {"extractor": "/etc"},
        {"extractor": None},
        {"splits": 0, "metrics": "classifier_score"},
    ],
)
def test_arguments_of_a_score(arguments):
    source = mg.metrics.ImageArray(images(40))
    arguments = {"extractor": "digits", "metrics": ["kernel"], **arguments}
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        mg.metrics.compute_scores(source, source, **arguments)


@pytest.mark.parametrize(
    ("arguments", "kwargs"),
    [
        ((-1,), {}),
        ((2.5,), {}),
        ((True,), {}),
        ((4,), {"labels": [0]}),
        ((4,), {"labels": [0, 1, 2, 3]}),
        ((4,), {"labels": 2.0}),
        ((4,), {"component": 2}),
        ((4,), {"component": -1}),
        ((4,), {"component": "a"}),
        ((4,), {"batch_size": 0}),
    ],
)
def test_sample(arguments, kwargs):
    with pytest.raises(ValueError, match="Received"):
        tiny_gan(2, 1, num_classes=3).sample(*arguments, **kwargs)


@pytest.fixture
def extractor(tmp_path):
    """A copy of the smallest extractor of the package."""
    return shutil.copytree(
        extractor_folders._folders()["digits"], tmp_path / "e"
    )


def _rehash(folder):
    path = folder / "metadata.json"
    metadata = json.loads(path.read_text())
    for name in metadata["sha256"]:
        content = (folder / name).read_bytes()
        metadata["sha256"][name] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(metadata))


def _edit(name, change):
    def edit(folder):
        content = json.loads((folder / name).read_text())
        change(content)
        (folder / name).write_text(json.dumps(content))

    return edit


def _edit_weights(change):
    def edit(folder):
        with h5py.File(folder / "model.weights.h5", "r+") as file:
            change(file)

    return edit


def _first_array(file):
    found = []
    file.visititems(
        lambda _, item: (
            found.append(item) if isinstance(item, h5py.Dataset) else None
        )
    )
    return found[0]


def _poison(file):
    _first_array(file)[...] = np.nan


def _layer(name):
    return lambda c: c["config"]["layers"][1].update(
        class_name=name, module="keras.layers", registered_name=None
    )


def _widen(config):
    for layer in config["config"]["layers"]:
        for size in ("filters", "units"):
            if size in layer["config"]:
                layer["config"][size] = 10**9


DAMAGE = {
    "cut": lambda f: (f / "model.weights.h5").write_bytes(b"\x89HDF"),
    "bad json": lambda f: (f / "config.json").write_text("{"),
    "nan json": lambda f: (f / "config.json").write_text('{"a": NaN}'),
    "lambda": _edit("config.json", _layer("Lambda")),
    "saved model": _edit("config.json", _layer("TFSMLayer")),
    "os": _edit("config.json", lambda c: c.update(module="os")),
    "wide": _edit("config.json", _widen),
    "another model": _edit("config.json", lambda c: c["config"].clear()),
    "nan": _edit_weights(_poison),
    "a link": _edit_weights(
        lambda f: f.update({"x": h5py.ExternalLink("o.h5", "x")})
    ),
    "more": _edit_weights(lambda f: f.update({"x": np.zeros(3)})),
    "format": _edit("metadata.json", lambda m: m.update(format="1")),
    "no name": _edit("metadata.json", lambda m: m.update(name=None)),
    "a false name": _edit("metadata.json", lambda m: m.update(name="a/../b")),
    "inception": _edit("metadata.json", lambda m: m.update(name="inception")),
    "no hashes": _edit("metadata.json", lambda m: m.update(sha256={})),
}


def test_the_extractor_that_is_damaged_loads(extractor):
    assert mg.metrics.get_extractor(extractor).num_classes == 10


@pytest.mark.parametrize("name", DAMAGE)
def test_extractors(name, extractor):
    DAMAGE[name](extractor)
    _rehash(extractor)
    with pytest.raises(ValueError, match="extractor") as caught:
        mg.metrics.get_extractor(extractor)
    assert len(str(caught.value)) < 1500
