import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

import mixgan_tf as mg
from tests.export.models import GANS
from tests.export.models import call
from tests.export.models import expected_outputs
from tests.export.models import gaussian_inputs
from tests.export.models import image_gan
from tests.export.models import point_gan
from tests.models import tiny_gan


@pytest.fixture(params=GANS)
def gan(request):
    return GANS[request.param]()


def test_folded_rows_equal_their_components(gan):
    inputs = gaussian_inputs(gan, 200)
    expected, chosen = expected_outputs(gan, inputs)
    assert set(chosen) == {0, 1, 2}
    folded = mg.export.fold(gan)
    np.testing.assert_allclose(call(folded, inputs), expected, atol=1e-5)


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


@pytest.mark.parametrize("form", ["tflite"])
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
