import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg


def layer(per_channel, dtype="float32"):
    made = mg.networks.SampleNormalization(per_channel, dtype=dtype)
    made.build((None, 3, 3, 4))
    made.gamma.assign([1.0, 0.5, 2.0, -1.0])
    made.beta.assign([0.0, 1.0, -1.0, 0.5])
    return made


@pytest.mark.parametrize(("per_channel", "groups"), [(True, -1), (False, 1)])
def test_values_are_those_of_keras(per_channel, groups):
    ours = layer(per_channel)
    theirs = keras.layers.GroupNormalization(groups=groups, epsilon=1e-3)
    theirs.build((None, 3, 3, 4))
    theirs.set_weights(ours.get_weights())
    x = np.random.default_rng(0).normal(2, 3, (5, 3, 3, 4)).astype("float32")
    np.testing.assert_allclose(ours(x), theirs(x), atol=2e-5)


@pytest.mark.parametrize("per_channel", [True, False])
def test_gradient_of_a_gradient_matches_finite_differences(per_channel):
    # As in a gradient penalty. tf.nn.moments, which Keras uses, fails this.
    normalise = layer(per_channel, dtype="float64")
    random = np.random.default_rng(1)
    x, a, b, direction = (
        tf.constant(random.normal(size=(2, 3, 3, 4))) for _ in range(4)
    )

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(a * tf.square(normalise(x)))
        return tf.reduce_sum(b * tape.gradient(y, x))

    with tf.GradientTape() as tape:
        tape.watch(x)
        value = slope(x)
    exact = float(tf.reduce_sum(direction * tape.gradient(value, x)))
    step = 1e-4
    numeric = float(slope(x + step * direction) - slope(x - step * direction))
    assert exact == pytest.approx(numeric / (2 * step), rel=1e-5)
