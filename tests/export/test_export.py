import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from scipy import stats

import mixgan_tf as mg
from tests.models import labels
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import tiny_image_gan

WEIGHTS = np.array([0.6, 0.3, 0.1])


def image_gan(num_classes=None):
    gan = tiny_image_gan(num=3, num_classes=num_classes)
    random = np.random.default_rng(0)
    for generator in gan.generator_mixture.components:
        for statistic in generator.non_trainable_variables:  # as if trained
            statistic.assign(random.uniform(0.5, 1.5, statistic.shape))
    set_logits(gan, np.log(WEIGHTS))
    return gan


def point_gan(num_classes=None):
    gan = tiny_gan(num_classes=num_classes)
    set_logits(gan, np.log(WEIGHTS))
    return gan


@pytest.fixture(params=["images", "labelled_images", "points"])
def gan(request):
    return {
        "images": lambda: image_gan(),
        "labelled_images": lambda: image_gan(3),
        "points": lambda: point_gan(),
    }[request.param]()


def gaussian_inputs(gan, num, seed=0):
    latents = np.random.default_rng(seed).normal(size=(num, gan.latent_dim + 1))
    latents = latents.astype("float32")
    if gan.num_classes is None:
        return [latents]
    return [latents, labels(num, gan.num_classes)]


def expected_outputs(gan, inputs):
    """What each row's component makes of it, one component at a time."""
    latents = inputs[0]
    thresholds = stats.norm.ppf(np.cumsum(gan.generator_weights)[:-1])
    chosen = (latents[:, -1:] > thresholds).sum(1)
    outputs = np.stack(
        [
            g([latents[:, :-1], *inputs[1:]] if inputs[1:] else latents[:, :-1])
            for g in gan.generator_mixture.components
        ]
    )
    return outputs[chosen, np.arange(len(latents))], chosen


def call(model, inputs):
    return np.asarray(model(inputs if len(inputs) > 1 else inputs[0]))


def test_folded_rows_equal_their_components(gan):
    inputs = gaussian_inputs(gan, 200)
    expected, chosen = expected_outputs(gan, inputs)
    assert set(chosen) == {0, 1, 2}
    folded = mg.export.fold(gan)
    np.testing.assert_allclose(call(folded, inputs), expected, atol=1e-5)


def test_component_frequencies_follow_the_weights(tmp_path):
    gan = point_gan()
    for i, generator in enumerate(gan.generator_mixture.components):
        *rest, bias = generator.get_weights()
        generator.set_weights([*(0.01 * w for w in rest), bias + 10 * i])
    num = 50_000
    folded = call(mg.export.fold(gan), gaussian_inputs(gan, num, seed=3))
    served = tf.saved_model.load(
        str(mg.export.to_saved_model(gan, tmp_path / "m"))
    )
    drawn = served.signatures["sample"](
        num=tf.constant(num), seed=tf.constant(5)
    )["samples"].numpy()
    for samples in (folded, drawn):
        counts = np.bincount(np.round(samples[:, 0] / 10).astype(int))
        assert stats.chisquare(counts, num * WEIGHTS).pvalue > 1e-3


@pytest.mark.parametrize("selected", [-5.0, 5.0])
def test_components_without_rows_are_skipped(gan, selected):
    inputs = gaussian_inputs(gan, 3)
    inputs[0][:, -1] = selected
    expected, chosen = expected_outputs(gan, inputs)
    assert len(set(chosen)) == 1
    folded = mg.export.fold(gan)
    np.testing.assert_allclose(call(folded, inputs), expected, atol=1e-5)


def test_fold_is_a_snapshot():
    gan = point_gan()
    folded = mg.export.fold(gan)
    inputs = gaussian_inputs(gan, 8)
    before = call(folded, inputs)
    gan.generator_variables[0].assign_add(
        np.ones(gan.generator_variables[0].shape)
    )
    np.testing.assert_array_equal(before, call(folded, inputs))


def test_a_mixture_of_one_folds():
    gan = tiny_gan(num_generators=1)
    inputs = gaussian_inputs(gan, 5)
    expected = gan.generator_mixture.components[0](inputs[0][:, :-1])
    np.testing.assert_allclose(
        call(mg.export.fold(gan), inputs), expected, atol=1e-6
    )


def test_folded_generator_saves_as_keras_file(gan, tmp_path):
    folded = mg.export.fold(gan)
    folded.save(tmp_path / "folded.keras")
    copy = keras.saving.load_model(tmp_path / "folded.keras")
    inputs = gaussian_inputs(gan, 20)
    np.testing.assert_array_equal(call(folded, inputs), call(copy, inputs))


def test_saved_model_serves_what_the_model_makes(gan, tmp_path):
    path = mg.export.to_saved_model(gan, tmp_path / "model" / "1")
    served = tf.saved_model.load(str(path))
    inputs = gaussian_inputs(gan, 50)
    expected, _ = expected_outputs(gan, inputs)
    names = ["latents", "labels"][: len(inputs)]
    feed = {n: tf.constant(v) for n, v in zip(names, inputs, strict=True)}
    for signature in ("generate", "serving_default"):
        samples = served.signatures[signature](**feed)["samples"]
        np.testing.assert_allclose(samples, expected, atol=1e-5)
    for num in (1, 7, 9):
        result = served.signatures["sample"](
            num=tf.constant(num), seed=tf.constant(4)
        )
        np.testing.assert_allclose(
            result["samples"], gan.sample(num, seed=4), atol=1e-5
        )
        if gan.num_classes:
            assert result["labels"].shape == (num,)


def test_saved_model_holds_each_weight_once(tmp_path):
    gan = image_gan()
    path = mg.export.to_saved_model(gan, tmp_path / "m")
    stored = tf.train.list_variables(str(path / "variables" / "variables"))
    numbers = sum(
        int(np.prod(shape)) for name, shape in stored if "GRAPH" not in name
    )
    parameters = sum(g.count_params() for g in gan.generator_mixture.components)
    assert numbers == parameters


def test_saved_model_opens_with_tensorflow_alone(tmp_path):
    gan = image_gan()
    path = mg.export.to_saved_model(gan, tmp_path / "m")
    script = (
        "import sys, numpy as np, tensorflow as tf\n"
        "served = tf.saved_model.load(sys.argv[1])\n"
        "run = served.signatures['sample']\n"
        "x = run(num=tf.constant(5), seed=tf.constant(2))['samples']\n"
        "np.save(sys.argv[2], x)\n"
        "assert not any(m.startswith('mixgan') for m in sys.modules)\n"
    )
    out = tmp_path / "x.npy"
    subprocess.run(
        [sys.executable, "-c", script, str(path), str(out)],
        check=True,
        timeout=300,
    )
    np.testing.assert_allclose(np.load(out), gan.sample(5, seed=2), atol=1e-5)


def run_tflite(path, inputs):
    interpreter = Interpreter(str(path), num_threads=1)
    run = interpreter.get_signature_runner("serving_default")
    names = ["latents", "labels"][: len(inputs)]
    return run(**dict(zip(names, inputs, strict=True)))["samples"]


@pytest.mark.parametrize("num", [1, 2, 33])
def test_tflite_makes_what_the_model_makes(gan, num, tmp_path):
    path = mg.export.to_tflite(gan, tmp_path / "gan.tflite")
    inputs = gaussian_inputs(gan, num)
    expected, _ = expected_outputs(gan, inputs)
    np.testing.assert_allclose(run_tflite(path, inputs), expected, atol=1e-5)


def test_tflite_needs_builtin_operators_only(tmp_path):
    path = mg.export.to_tflite(image_gan(3), tmp_path / "gan.tflite")
    operators = {
        d["op_name"] for d in Interpreter(str(path))._get_ops_details()
    }
    assert "TRANSPOSE_CONV" in operators
    assert not any(o.startswith(("Flex", "CUSTOM")) for o in operators)


@pytest.mark.parametrize("form", ["saved_model", "tflite"])
def test_outputs_are_not_overwritten_unless_asked(form, tmp_path):
    gan = point_gan()
    write = getattr(mg.export, f"to_{form}")
    path = tmp_path / "out"
    path.write_text("precious")
    with pytest.raises(ValueError, match="exists already.*Received"):
        write(gan, path)
    assert path.read_text() == "precious"
    write(gan, path, overwrite=True)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["out"]


def test_a_saved_model_replaces_another_but_no_other_folder(tmp_path):
    gan = point_gan()
    path = mg.export.to_saved_model(gan, tmp_path / "m")
    mg.export.to_saved_model(gan, path, overwrite=True)
    work = tmp_path / "work"
    work.mkdir()
    (work / "chapter.txt").write_text("years of work")
    with pytest.raises(ValueError, match="not a folder of other files"):
        mg.export.to_saved_model(gan, work, overwrite=True)
    assert (work / "chapter.txt").read_text() == "years of work"


def test_weights_that_are_not_finite_are_refused():
    gan = point_gan()
    gan.generator_variables[0].assign(
        np.full(gan.generator_variables[0].shape, np.nan)
    )
    with pytest.raises(ValueError, match="NaN or infinite"):
        mg.export.fold(gan)


def test_latents_of_the_wrong_size_are_refused():
    folded = mg.export.fold(point_gan())
    with pytest.raises(ValueError, match=r"\(batch, 4\).*Received"):
        folded(np.zeros((2, 3), "float32"))


def test_unknown_selector_lists_the_choices():
    with pytest.raises(ValueError, match="selector.*routed.*Received"):
        mg.export.fold(point_gan(), selector="telepathy")
