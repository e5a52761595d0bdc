"""Random numbers with and without XLA."""

import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.compat import draws

KEYS = ([3, 5], [-1533435876, 2], [2**30, 0])


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("shape", [[], [1], [7], [2, 3], [64, 5, 2]])
def test_floats_are_those_of_tensorflow(jit_compile, shape):
    @tf.function(jit_compile=jit_compile)
    def both(key):
        return draws.normal(shape, key), draws.uniform(shape, key)

    for key in KEYS:
        normal, uniform = both(tf.constant(key))
        assert normal.shape == uniform.shape == shape
        np.testing.assert_allclose(
            normal, tf.random.stateless_normal(shape, key), atol=2e-6
        )
        np.testing.assert_array_equal(
            uniform, tf.random.stateless_uniform(shape, key)
        )


@pytest.mark.parametrize("jit_compile", [False, True])
def test_keys_and_integers_are_those_of_tensorflow(jit_compile):
    @tf.function(jit_compile=jit_compile)
    def both(key, data):
        return draws.fold_in(key, data), draws.integers([9], key, maxval=100)

    for key in KEYS:
        folded, integers = both(tf.constant(key), tf.constant(7))
        np.testing.assert_array_equal(
            folded, tf.random.experimental.stateless_fold_in(key, 7)
        )
        np.testing.assert_array_equal(
            integers,
            tf.random.stateless_uniform([9], key, 0, 100, dtype=tf.int32),
        )
