import hashlib
import json
import sys

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf
from mixgan_tf.export import open_onnx
from mixgan_tf.export import to_onnx

import mixgan_tf as mg
from tests.export.mixtures import CLASS_WEIGHTS
from tests.export.mixtures import WEIGHTS
from tests.export.mixtures import as_if_trained
from tests.export.mixtures import call
from tests.export.mixtures import expected_samples
from tests.export.mixtures import image_mixture
from tests.export.mixtures import inputs_of
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture


def residual_mixture():
    components = [
        mg.networks.ResNetGenerator(
            (8, 8, 3),
            latent_dim=4,
            width=4,
            normalization="instance",
            latent_distribution="uniform",
        )
        for _ in range(2)
    ]
    return mixture(as_if_trained(components), [0.7, 0.3])


MIXTURES = {
    "images": image_mixture,
    "labelled images": lambda: image_mixture(num_classes=3),
    "points": point_mixture,
    "weights of each class": lambda: point_mixture(CLASS_WEIGHTS, 2),
    "convolutions": residual_mixture,  # wrong for empty batches elsewhere
    "one component": lambda: image_mixture([1.0]),
}


@pytest.fixture(scope="module")
def labelled_images(tmp_path_factory):
    gan = image_mixture(num_classes=3)
    return gan, to_onnx(gan, tmp_path_factory.mktemp("onnx") / "gan.onnx")


@pytest.mark.parametrize("kind", MIXTURES)
def test_files_make_what_the_components_make(kind, tmp_path):
    gan = MIXTURES[kind]()
    run = open_onnx(to_onnx(gan, tmp_path / "gan.onnx"))
    batches = [inputs_of(gan, num, seed=num) for num in (1, 2, 33)]
    for h in (-5.0, 0.5, 5.0):  # a single row: all but one group are empty
        batches.append(inputs_of(gan, 1))
        batches[-1][0][:, -1] = h
    for inputs in batches:
        samples = run(*inputs)
        assert samples.dtype == np.float32
        np.testing.assert_allclose(
            samples, expected_samples(gan, inputs), atol=1e-5
        )


@pytest.mark.parametrize("selector", ["dense", "relu"])
def test_other_selectors_stay_as_they_are(selector, tmp_path):
    folded = mg.export.fold(image_mixture(), selector, delta=1e-2)
    path = to_onnx(folded, tmp_path / "gan.onnx")
    inputs = inputs_of(folded, 300)
    np.testing.assert_allclose(
        open_onnx(path)(*inputs), call(folded, inputs), atol=1e-5
    )
    operators = {node.op_type for node in onnx.load(path).graph.node}
    assert not operators & {"NonZero", "ScatterND", "If"}
    compared = operators & {"Greater", "Less", "Equal", "Where"}
    assert bool(compared) == (selector == "dense")


def test_interface_is_named_and_takes_any_batch(labelled_images):
    graph = onnx.load(labelled_images[1]).graph
    kinds = {
        t.name: (
            t.type.tensor_type.elem_type,
            [d.dim_param or d.dim_value for d in t.type.tensor_type.shape.dim],
        )
        for t in [*graph.input, *graph.output]
    }
    assert kinds == {
        "latents": (onnx.TensorProto.FLOAT, ["batch", 5]),
        "labels": (onnx.TensorProto.INT32, ["batch"]),
        "samples": (onnx.TensorProto.FLOAT, ["batch", 8, 8, 1]),
    }
    assert {node.domain for node in graph.node} == {""}  # standard operators


def test_weights_are_stored_once(labelled_images):
    gan, path = labelled_images
    numbers = sum(
        int(np.prod(t.dims)) for t in onnx.load(path).graph.initializer
    )
    # Batch normalisation's four numbers a channel become two or less.
    parameters = sum(c.count_params() for c in gan.generator_mixture.components)
    assert 0.8 * parameters < numbers < 1.1 * parameters + 100


def test_metadata_say_how_to_use_the_file(labelled_images):
    model = onnx.load(labelled_images[1])
    found = {p.key: json.loads(p.value) for p in model.metadata_props}
    assert found["latent_dim"] == 4
    assert found["num_classes"] == 3
    assert found["output_range"] == [-1.0, 1.0]
    assert found["selector"] == "routed"
    np.testing.assert_allclose(found["mixture_weights"], WEIGHTS, atol=1e-6)
    assert found["versions"]["mixgan_tf"] == mg.__version__
    assert found["versions"]["onnx"] == onnx.__version__


def test_report_lies_beside_the_file(tmp_path):
    path = to_onnx(point_mixture(), tmp_path / "gan.onnx")
    content = path.read_bytes()
    report = json.loads((tmp_path / "gan.onnx.json").read_text())
    assert report["format"] == "onnx"
    assert report["bytes"] == len(content)
    assert report["sha256"] == hashlib.sha256(content).hexdigest()
    assert report["verification"]["num_latents"] == 1000
    assert report["verification"]["max_abs_error"] < 1e-5
    assert report["fold"]["num_components"] == 3
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "gan.onnx",
        "gan.onnx.json",
    ]


@pytest.mark.parametrize("name", ["gan.onnx", "gan.onnx.json"])
def test_files_are_not_overwritten_unless_asked(name, tmp_path):
    gan = point_mixture()
    (tmp_path / name).write_text("precious")
    with pytest.raises(ValueError, match="exists already.*Received"):
        to_onnx(gan, tmp_path / "gan.onnx")
    assert [f.read_text() for f in tmp_path.iterdir()] == ["precious"]
    to_onnx(gan, tmp_path / "gan.onnx", overwrite=True)
    open_onnx(tmp_path / "gan.onnx")(*inputs_of(gan, 2))


def test_folders_are_not_overwritten(tmp_path):
    (tmp_path / "work").mkdir()
    with pytest.raises(ValueError, match="not a folder.*Received"):
        to_onnx(point_mixture(), tmp_path / "work", overwrite=True)
    assert (tmp_path / "work").is_dir()


class Noise(keras.layers.Layer):
    """Noise at inference: no two runs agree, no file can be verified."""

    def call(self, inputs):
        return inputs + 3.0 * tf.random.normal(tf.shape(inputs))


class IncompleteGamma(keras.layers.Layer):
    """A function that ONNX does not have."""

    def call(self, inputs):
        return tf.math.igamma(1.0 + tf.abs(inputs), tf.abs(inputs))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (Noise, "does not do what the model does.*Received"),
        (IncompleteGamma, "cannot be written as ONNX.*Igamma"),
    ],
)
def test_files_that_would_be_wrong_are_not_kept(layer, message, tmp_path):
    latents = keras.Input((3,))
    outputs = layer()(keras.layers.Dense(2)(latents))
    folded = mg.export.FoldedGenerator(
        [keras.Model(latents, outputs) for _ in range(2)], [0.5, 0.5]
    )
    (tmp_path / "gan.onnx").write_text("precious")
    with pytest.raises(ValueError, match=message):
        to_onnx(folded, tmp_path / "gan.onnx", overwrite=True)
    assert [f.read_text() for f in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("package", ["tf2onnx", "onnx", "onnxruntime"])
def test_a_missing_package_names_the_extra(package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)  # as if not installed
    with pytest.raises(ImportError, match=rf"{package}.*mixgan-tf\[onnx\]"):
        to_onnx(point_mixture(), tmp_path / "gan.onnx")
    assert not list(tmp_path.iterdir())


def test_unusable_files_and_inputs_are_refused(tmp_path):
    with pytest.raises(ValueError, match="No such ONNX file.*Received"):
        open_onnx(tmp_path / "missing.onnx")
    (tmp_path / "text.onnx").write_text("not a model")
    with pytest.raises(ValueError, match="cannot run.*Received"):
        open_onnx(tmp_path / "text.onnx")
    gan = point_mixture(CLASS_WEIGHTS, 2)
    latents, labels = inputs_of(gan, 2)
    labelled = open_onnx(to_onnx(gan, tmp_path / "labelled.onnx"))
    with pytest.raises(ValueError, match="takes labels.*Received"):
        labelled(latents)
    plain = open_onnx(to_onnx(point_mixture(), tmp_path / "plain.onnx"))
    with pytest.raises(ValueError, match="takes no labels.*Received"):
        plain(latents, labels)
