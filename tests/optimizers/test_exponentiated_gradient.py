import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg


def test_update_is_multiplicative_in_the_weights():
    logits = tf.Variable([0.2, -0.5, 0.9])
    slopes = np.array([0.3, -0.8, 0.1], "float32")  # dL/dw
    w = tf.nn.softmax(logits).numpy()
    rate = 0.5
    optimizer = mg.optimizers.ExponentiatedGradient(rate)
    optimizer.build([logits])
    gradient = w * (slopes - w @ slopes)  # dL/dlogits, by the chain rule
    optimizer.apply([tf.constant(gradient)], [logits])
    expected = w * np.exp(-rate * slopes)
    np.testing.assert_allclose(
        tf.nn.softmax(logits), expected / expected.sum(), rtol=1e-5
    )


def test_vanished_weight_stays_finite():
    logits = tf.Variable([0.0, -200.0])
    optimizer = mg.optimizers.ExponentiatedGradient(0.1)
    optimizer.build([logits])
    optimizer.apply([tf.constant([0.0, 0.0])], [logits])
    assert np.isfinite(logits.numpy()).all()


def test_config_round_trip():
    optimizer = mg.optimizers.ExponentiatedGradient(0.25)
    config = keras.optimizers.serialize(optimizer)
    copy = keras.optimizers.deserialize(config)
    assert isinstance(copy, mg.optimizers.ExponentiatedGradient)
    assert float(copy.learning_rate) == 0.25


def test_unknown_name_lists_the_choices():
    with pytest.raises(ValueError, match="'adam'.*'exponentiated_gradient'"):
        mg.optimizers.get_mixture_optimizer("hedge")
