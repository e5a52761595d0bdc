import numpy as np
import pytest
from mixgan_tf.export.folding.misrouted_rows import count_misrouted
from mixgan_tf.export.tflite import quantization as quantizing
from mixgan_tf.export.verification import Verification

import mixgan_tf as mg
from tests.export.mixtures import call
from tests.export.mixtures import chosen_components
from tests.export.mixtures import image_mixture
from tests.export.mixtures import inputs_of
from tests.export.mixtures import point_mixture
from tests.export.tflite.tflite_models import FIVE


def test_representative_rows_reach_every_component_and_class():
    weights = np.array(
        [[0.999, 0.5, 0.0], [0.001, 0.25, 0.5], [0.0, 0.25, 0.5]]
    )
    gan = point_mixture(weights, num_classes=3)
    folded = mg.export.fold(gan)
    latents, labels = quantizing.representative_rows(folded)
    assert latents.shape == (512 // 3, 3, 4)
    for i in range(3):
        chosen = chosen_components(weights, latents[:, i, -1], labels[:, i])
        assert set(chosen) == {i}
        # A class that the component has no part in is not measured.
        classes, counts = np.unique(labels[:, i], return_counts=True)
        assert classes.tolist() == np.flatnonzero(weights[i]).tolist()
        assert counts.max() - counts.min() <= 1
    numbers = latents[:, :, :-1]
    assert abs(numbers.mean()) < 0.1
    assert abs(numbers.std() - 1) < 0.1


def test_each_component_sees_all_given_latents():
    folded = mg.export.fold(point_mixture(FIVE))
    given = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")
    latents, labels = quantizing.representative_rows(folded, given)
    assert labels is None
    for i in range(5):
        np.testing.assert_array_equal(latents[:, i, :-1], given)
        chosen = chosen_components(FIVE, latents[:, i, -1])
        assert set(chosen) == {i}


@pytest.mark.parametrize(
    "found,tolerance,refused",
    [
        (Verification(10, 1e-5, 100.0, 0), 1e-4, False),
        (Verification(10, 0.0, np.inf, 0), 1e-4, False),
        (Verification(10, 2e-4, 100.0, 0), 1e-4, True),
        (Verification(10, 2e-4, 100.0, 0), np.inf, False),
        (Verification(10, 1e-5, 89.0, 0), 1e-4, True),
        (Verification(10, 1e-5, np.nan, 0), 1e-4, True),
        (Verification(10, np.nan, 100.0, 0), 1e-4, True),
        (Verification(10, 1e-5, 100.0, 1), 1e-4, True),
    ],
)
def test_what_is_close_enough(found, tolerance, refused):
    def check():
        quantizing.require_close(found, "float32", "single", tolerance)

    if refused:
        with pytest.raises(ValueError, match="Received: 10 latents.*'single'"):
            check()
    else:
        check()


def test_blurred_rows_are_told_from_misrouted_ones():
    folded = mg.export.fold(image_mixture())
    latents = inputs_of(folded, 60)[0]
    right = call(folded, [latents])
    random = np.random.default_rng(0)
    blurred = right + random.normal(0, 0.02, right.shape)
    blurred[:, 3, 3] += 0.7  # a pixel that is far off
    assert count_misrouted(folded, latents, None, blurred) == 0
    other = latents.copy()
    other[:5, -1] = np.where(other[:5, -1] > 0.3, -3.0, 3.0)
    wrong = call(folded, [other]) + random.normal(0, 0.02, right.shape)
    assert count_misrouted(folded, latents, None, wrong) == 5
    garbage = right.copy()
    garbage[7] = random.uniform(-1, 1, right.shape[1:])
    assert count_misrouted(folded, latents, None, garbage) == 1
