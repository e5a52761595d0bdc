"""What lies in an exported folder, and what happens to one that is there."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from mixgan_tf.export.saved_model import to_saved_model
from tensorflow_serving.apis import prediction_log_pb2

import mixgan_tf as mg
from tests.export.mixtures import MIXTURES
from tests.export.mixtures import WEIGHTS
from tests.export.mixtures import chosen_components
from tests.export.mixtures import expected_samples
from tests.export.mixtures import image_mixture
from tests.export.mixtures import point_mixture
from tests.export.saved_model.saved_models import exported
from tests.export.saved_model.saved_models import report_of
from tests.export.saved_model.saved_models import signatures

# Runs TensorFlow's command line for each line of arguments.
TOOL = """
import json, sys
from tensorflow.python.tools import saved_model_cli
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["saved_model_cli", *arguments]
    try:
        saved_model_cli.main()
    except SystemExit as end:
        assert not end.code, arguments
"""


def test_saved_model_holds_each_weight_once():
    gan, path = exported("images", components=True)
    stored = tf.train.list_variables(str(path / "variables" / "variables"))
    numbers = sum(
        int(np.prod(shape)) for name, shape in stored if "GRAPH" not in name
    )
    parameters = sum(g.count_params() for g in gan.generator_mixture.components)
    assert numbers == parameters


def test_saved_model_opens_with_tensorflow_alone(tmp_path):
    gan, path = exported("images")
    script = (
        "import sys\n"
        "sys.modules['keras'] = sys.modules['tf_keras'] = None  # not there\n"
        "import numpy as np, tensorflow as tf\n"
        "served = tf.saved_model.load(sys.argv[1])\n"
        "run = served.signatures['sample']\n"
        "x = run(num=tf.constant(5), seed=tf.constant(2))['samples']\n"
        "np.save(sys.argv[2], x)\n"
        "assert not any(m.startswith('mixgan') for m in sys.modules)\n"
        "assert not any(m.startswith('keras.') for m in sys.modules)\n"
    )
    out = tmp_path / "x.npy"
    subprocess.run(
        [sys.executable, "-c", script, str(path), str(out)],
        check=True,
        timeout=300,
    )
    np.testing.assert_allclose(np.load(out), gan.sample(5, seed=2), atol=1e-5)


def test_the_tools_of_tensorflow_show_and_run_it(tmp_path):
    gan, path = exported("points")
    latents = [[0.5, -1.0, 0.25, 0.0], [1.0, 1.0, 1.0, 3.0]]
    which = ["--dir", str(path), "--tag_set", "serve"]
    which += ["--signature_def", "generate"]
    inputs = ["--input_exprs", f"latents={latents}", "--outdir", str(tmp_path)]
    commands = [["show", *which], ["run", *which, *inputs]]
    printed = subprocess.run(
        [sys.executable, "-c", TOOL, json.dumps(commands)],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
    assert "shape: (-1, 4)" in printed
    expected = expected_samples(gan, [np.array(latents, "float32")])
    np.testing.assert_allclose(
        np.load(tmp_path / "samples.npy"), expected, atol=1e-5
    )


@pytest.mark.parametrize("kind", ["images", "labelled images"])
def test_warmup_calls_every_signature(kind):
    gan, path = exported(kind)
    served = signatures(kind)
    file = path / "assets.extra" / "tf_serving_warmup_requests"
    seen = set()
    for record in tf.data.TFRecordDataset(str(file)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        assert log.WhichOneof("log_type") == "predict_log"
        request = log.predict_log.request
        assert request.model_spec.name == kind.replace(" ", "_")
        name = request.model_spec.signature_name
        inputs = {k: tf.make_ndarray(v) for k, v in request.inputs.items()}
        samples = served[name](
            **{k: tf.constant(v) for k, v in inputs.items()}
        )["samples"]
        seen.add((name, len(samples)))
        if name == "generate" and len(samples) == 16:
            given = [inputs[k] for k in ("latents", "labels") if k in inputs]
            chosen = chosen_components(WEIGHTS, given[0][:, -1])
            assert set(chosen) == {0, 1, 2}
    assert seen == {(name, num) for name in served for num in (1, 16)}


def test_warmup_can_be_left_out(tmp_path):
    path = mg.export.to_saved_model(
        point_mixture(), tmp_path / "m", warmup=False
    )
    names = [f.name for f in (path / "assets.extra").iterdir()]
    assert names == ["export.json"]


@pytest.mark.parametrize("kind", MIXTURES)
def test_the_report_says_what_was_written(kind):
    _, path = exported(kind)
    report = report_of(path)
    assert report["format"] == "saved_model"
    assert report["options"]["output_dtype"] == "float32"
    assert report["verification"]["num_latents"] == 1000
    assert report["verification"]["max_abs_error"] <= 1e-5
    assert report["fold"]["num_components"] == 3
    assert report["versions"]["tensorflow"] == tf.__version__
    others = [
        f.stat().st_size
        for f in path.rglob("*")
        if f.is_file() and f.name != "export.json"
    ]
    assert report["bytes"] == sum(others)


def test_a_saved_model_that_is_wrong_is_not_kept(tmp_path, monkeypatch):
    gan = point_mixture()
    path = mg.export.to_saved_model(gan, tmp_path / "m")
    before = report_of(path)
    save = tf.saved_model.save

    def save_something_else(module, *args, **kwargs):
        module.weights[0].assign_add(tf.ones_like(module.weights[0]))
        save(module, *args, **kwargs)
        module.weights[0].assign_sub(tf.ones_like(module.weights[0]))

    monkeypatch.setattr(tf.saved_model, "save", save_something_else)
    with pytest.raises(ValueError, match="does not do what.*Received"):
        mg.export.to_saved_model(gan, path, overwrite=True)
    assert report_of(path) == before
    assert [f.name for f in tmp_path.iterdir()] == ["m"]


def test_only_exports_are_opened(tmp_path):
    with pytest.raises(ValueError, match="to_saved_model.*Received"):
        to_saved_model.open_saved_model(tmp_path)


def test_outputs_are_not_overwritten_unless_asked(tmp_path):
    gan = point_mixture()
    path = tmp_path / "out"
    path.write_text("precious")
    with pytest.raises(ValueError, match="exists already.*Received"):
        mg.export.to_saved_model(gan, path)
    assert path.read_text() == "precious"
    mg.export.to_saved_model(gan, path, overwrite=True)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


def test_a_saved_model_replaces_another_but_no_other_folder(tmp_path):
    gan = point_mixture()
    path = mg.export.to_saved_model(gan, tmp_path / "m")
    mg.export.to_saved_model(gan, path, overwrite=True)
    work = tmp_path / "work"
    work.mkdir()
    (work / "chapter.txt").write_text("years of work")
    with pytest.raises(ValueError, match="not a folder of other files"):
        mg.export.to_saved_model(gan, work, overwrite=True)
    assert (work / "chapter.txt").read_text() == "years of work"


def test_pixels_need_a_known_output_range(tmp_path):
    with pytest.raises(ValueError, match="output_dtype.*tanh.*Received"):
        mg.export.to_saved_model(
            point_mixture(), tmp_path / "m", output_dtype="uint8"
        )
    with pytest.raises(ValueError, match="output_dtype.*Received"):
        mg.export.to_saved_model(
            image_mixture(), tmp_path / "m", output_dtype="int8"
        )
    assert not list(tmp_path.iterdir())
