import keras
import numpy as np
import pytest

import mixgan_tf as mg
from tests.export.mixtures import MIXTURES
from tests.export.mixtures import WEIGHTS
from tests.export.mixtures import call
from tests.export.mixtures import chosen_components
from tests.export.mixtures import expected_samples
from tests.export.mixtures import inputs_of
from tests.export.mixtures import point_mixture
from tests.export.mixtures import shared
from tests.models import tiny_gan


@pytest.fixture(params=MIXTURES)
def gan(request):
    return shared(request.param)


def test_folded_rows_equal_their_components(gan):
    inputs = inputs_of(gan, 200)
    expected = expected_samples(gan, inputs)
    chosen = chosen_components(WEIGHTS, inputs[0][:, -1])
    assert set(chosen) == {0, 1, 2}
    folded = mg.export.fold(gan)
    np.testing.assert_allclose(call(folded, inputs), expected, atol=1e-5)


@pytest.mark.parametrize("selected", [-5.0, 5.0])
def test_components_without_rows_are_skipped(gan, selected):
    inputs = inputs_of(gan, 3)
    inputs[0][:, -1] = selected
    expected = expected_samples(gan, inputs)
    chosen = chosen_components(WEIGHTS, inputs[0][:, -1])
    assert len(set(chosen)) == 1
    folded = mg.export.fold(gan)
    np.testing.assert_allclose(call(folded, inputs), expected, atol=1e-5)


def test_fold_is_a_snapshot():
    gan = point_mixture()
    folded = mg.export.fold(gan)
    inputs = inputs_of(gan, 8)
    before = call(folded, inputs)
    gan.generator_variables[0].assign_add(
        np.ones(gan.generator_variables[0].shape)
    )
    np.testing.assert_array_equal(before, call(folded, inputs))


def test_a_mixture_of_one_folds():
    gan = tiny_gan(num_generators=1)
    inputs = inputs_of(gan, 5)
    expected = gan.generator_mixture.components[0](inputs[0][:, :-1])
    np.testing.assert_allclose(
        call(mg.export.fold(gan), inputs), expected, atol=1e-6
    )


def test_folded_generator_saves_as_keras_file(gan, tmp_path):
    folded = mg.export.fold(gan)
    folded.save(tmp_path / "folded.keras")
    copy = keras.saving.load_model(tmp_path / "folded.keras")
    inputs = inputs_of(gan, 20)
    np.testing.assert_array_equal(call(folded, inputs), call(copy, inputs))


def test_weights_that_are_not_finite_are_refused():
    gan = point_mixture()
    gan.generator_variables[0].assign(
        np.full(gan.generator_variables[0].shape, np.nan)
    )
    with pytest.raises(ValueError, match="NaN or infinite"):
        mg.export.fold(gan)


def test_latents_of_the_wrong_size_are_refused():
    folded = mg.export.fold(point_mixture())
    with pytest.raises(ValueError, match=r"\(batch, 4\).*Received"):
        folded(np.zeros((2, 3), "float32"))


def test_unknown_selector_lists_the_choices():
    with pytest.raises(ValueError, match="selector.*routed.*Received"):
        mg.export.fold(point_mixture(), selector="telepathy")
