import numpy as np
import pytest
import tensorflow as tf
from mixgan_tf.export.tflite import routes

from mixgan_tf.model import sampling

NUMBERS = np.float32(
    [-np.inf, -3e38, -2.5, -1, -1e-30, -0.0, 0, 1e-30, 1, 2.5, 3e38, np.inf]
)


def test_keys_compare_as_the_numbers_do():
    keys = routes.ordered_keys(NUMBERS)
    assert keys.dtype == np.int32
    np.testing.assert_array_equal(
        keys[:, None] > keys, NUMBERS[:, None] > NUMBERS
    )
    random = np.random.default_rng(0)
    values = random.integers(-(2**31), 2**31, 4000).astype("int32")
    values = values.view("float32")
    values = values[np.isfinite(values)]
    order = np.argsort(routes.ordered_keys(values))
    assert (np.diff(values[order]) >= 0).all()


@pytest.mark.parametrize("per_class", [False, True])
def test_keys_select_what_comparisons_select(per_class):
    weights = np.array([0.5, 0.2, 0.2, 0.1])  # a quantile at 0
    if per_class:
        weights = np.stack([weights, weights[::-1]], 1)
    thresholds = sampling.selector_thresholds(weights)
    at = thresholds.ravel().astype("float32")
    h = np.concatenate(
        [
            NUMBERS,
            at,
            np.nextafter(at, np.float32(9)),
            np.nextafter(at, np.float32(-9)),
        ]
    )
    h = h[(h == 0) | (np.abs(h) >= np.finfo("float32").tiny)]
    latents = tf.constant(np.stack([np.zeros_like(h), h], 1))
    for label in (0, 1):
        labels = tf.fill([len(h)], label) if per_class else None
        np.testing.assert_array_equal(
            routes.select_by_keys(latents, thresholds, labels),
            sampling.select_components(latents[:, 1], thresholds, labels),
        )


def test_a_tree_of_conditions_takes_no_batch():
    with pytest.raises(ValueError, match="batch size must be 1.*Received"):
        routes.routed_one_row([], tf.zeros([2], tf.int32), None, None)
