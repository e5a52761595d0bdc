import json
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from mixgan_tf.export.tflite import routes

import mixgan_tf as mg
from mixgan_tf import files
from tests.export.mixtures import expected_samples
from tests.export.mixtures import image_mixture
from tests.export.mixtures import inputs_of
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture
from tests.export.tflite.tflite_models import exported


def test_the_report_lies_beside_the_file():
    gan, path = exported("labelled images", batch_size="both")
    report = json.loads(path.with_name(f"{path.name}.json").read_text())
    assert report["format"] == "tflite"
    assert report["options"] == {
        "quantization": "float32",
        "batch_size": "both",
    }
    assert report["bytes"] == path.stat().st_size
    assert report["sha256"] == files.sha256(path)
    assert report["verification"]["num_latents"] == 1000
    assert report["verification"]["far_rows"] == 0
    assert 0 < report["verification"]["max_abs_error"] < 1e-5
    assert report["verification"]["psnr_db"] > 100
    assert set(report["signatures"]) == set(
        Interpreter(str(path)).get_signature_list()
    )
    assert report["fold"]["num_components"] == 3
    assert report["metadata"] == mg.export.read_tflite_metadata(path)


def test_the_file_says_what_is_in_it(tmp_path):
    gan = image_mixture(num_classes=3)
    path = mg.export.to_tflite(
        gan, tmp_path / "f.tflite", quantization="float16", preset="my_digits"
    )
    details = mg.export.read_tflite_metadata(path)
    assert details["preset"] == "my_digits"
    assert details["latent_dim"] == 4
    assert details["sample_shape"] == [8, 8, 1]
    assert details["output_range"] == [-1.0, 1.0]
    assert details["num_classes"] == 3
    assert details["quantization"] == "float16"
    np.testing.assert_allclose(details["mixture_weights"], [0.6, 0.3, 0.1])
    assert details["versions"]["tensorflow"] == tf.__version__
    kernel = gan.generator_mixture.components[0].weights[0]
    kernel.assign(kernel.numpy() * 1.001)
    other = mg.export.to_tflite(gan, tmp_path / "g.tflite")
    other = mg.export.read_tflite_metadata(other)
    assert other["weights_sha256"] != details["weights_sha256"]


def test_files_of_others_have_no_such_metadata(tmp_path):
    path = tmp_path / "f.tflite"
    path.write_bytes(b"\0\0\0\0TFL3")
    for place in (path, tmp_path / "missing"):
        with pytest.raises(ValueError, match="to_tflite.*Received"):
            mg.export.read_tflite_metadata(place)


def test_tensorflow_runs_the_file_where_litert_is_missing(monkeypatch):
    gan, path = exported("images")
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    inputs = inputs_of(gan, 5)
    np.testing.assert_allclose(
        mg.export.open_tflite(path)(*inputs),
        expected_samples(gan, inputs),
        atol=1e-5,
    )


def test_unknown_files_and_signatures_are_refused(tmp_path):
    _, path = exported("images")
    with pytest.raises(ValueError, match="path.*Received"):
        mg.export.open_tflite(tmp_path / "missing.tflite")
    with pytest.raises(ValueError, match="serving_default.*Received.*single"):
        mg.export.open_tflite(path, "single")
    with pytest.raises(ValueError, match="takes latents.*Received"):
        mg.export.open_tflite(path, "sample")
    gan, path = exported("labelled images")
    with pytest.raises(ValueError, match="labels.*conditional.*Received"):
        mg.export.open_tflite(path)(inputs_of(gan, 2)[0])


def test_outputs_are_not_overwritten_unless_asked(tmp_path):
    gan = point_mixture()
    path = tmp_path / "out"
    path.write_text("precious")
    with pytest.raises(ValueError, match="exists already.*Received"):
        mg.export.to_tflite(gan, path)
    assert path.read_text() == "precious"
    mg.export.to_tflite(gan, path, overwrite=True)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out", "out.json"]
    with pytest.raises(ValueError, match="not a folder.*Received"):
        mg.export.to_tflite(gan, tmp_path, overwrite=True)


@pytest.mark.parametrize("quantization", ["float32", "int8"])
def test_a_file_that_misroutes_is_not_kept(quantization, tmp_path, monkeypatch):
    right = routes.ordered_keys
    monkeypatch.setattr(
        routes, "ordered_keys", lambda x: right(np.add(x, 0.02))
    )
    path = tmp_path / "f.tflite"
    path.write_text("precious")
    with pytest.raises(ValueError, match="rows far off.*serving_default"):
        mg.export.to_tflite(
            image_mixture(), path, overwrite=True, quantization=quantization
        )
    assert [f.name for f in tmp_path.iterdir()] == ["f.tflite"]
    assert path.read_text() == "precious"


@keras.saving.register_keras_serializable("tests")
class LogGamma(keras.layers.Layer):
    """What TFLite's converter turns into a graph that cannot run."""

    def call(self, inputs):
        return tf.math.lgamma(inputs)


@keras.saving.register_keras_serializable("tests")
class Sorted(keras.layers.Layer):
    """What TFLite has no operator for."""

    def call(self, inputs):
        return tf.math.bessel_i0(inputs)


@pytest.mark.parametrize(
    "layer,message",
    [(Sorted, "built in.*Received: BesselI0"), (LogGamma, "cannot run.*SUB")],
)
def test_layers_that_tflite_lacks_are_named(layer, message, tmp_path, capfd):
    networks = [
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), layer()])
        for _ in range(2)
    ]
    with pytest.raises(ValueError, match=message):
        mg.export.to_tflite(mixture(networks, [0.5, 0.5]), tmp_path / "f")
    assert not list(tmp_path.iterdir())
    assert "func.func" not in capfd.readouterr().err  # pages of it


@pytest.mark.parametrize(
    "options,message",
    [
        (dict(quantization="int4"), "quantization.*int8.*Received.*int4"),
        (dict(batch_size=2), "batch_size.*both.*Received.*2"),
    ],
)
def test_unknown_options_list_the_choices(options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        mg.export.to_tflite(point_mixture(), tmp_path / "f", **options)
