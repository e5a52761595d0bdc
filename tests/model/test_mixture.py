import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.model.mixture import fresh_copies
from mixgan_tf.model.mixture import mixture_entropy
from mixgan_tf.model.mixture import uniformity_penalty
from tests.models import differ
from tests.models import weights_of


def central_difference(function, x, step=1e-5):
    gradient = np.zeros_like(x)
    for k in range(len(x)):
        ahead, behind = x.copy(), x.copy()
        ahead[k] += step
        behind[k] -= step
        gradient[k] = (function(ahead) - function(behind)) / (2 * step)
    return gradient


@pytest.mark.parametrize("count", [1, 2, 5])
def test_penalty_is_log_t_at_uniform_weights(count):
    penalty = uniformity_penalty(tf.zeros([count], tf.float64))
    np.testing.assert_allclose(penalty, np.log(count), atol=1e-12)


def test_penalty_is_log_t_plus_divergence_and_larger_elsewhere():
    logits = np.array([0.3, -1.2, 0.8, 0.0])
    w = np.exp(logits) / np.exp(logits).sum()
    divergence = np.sum(0.25 * np.log(0.25 / w))
    penalty = uniformity_penalty(tf.constant(logits))
    np.testing.assert_allclose(penalty, np.log(4) + divergence, atol=1e-12)
    assert penalty > np.log(4)


def test_entropy_against_its_definition():
    logits = np.array([2.0, 0.0, -1.0])
    w = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(
        mixture_entropy(tf.constant(logits)), -np.sum(w * np.log(w))
    )


def test_logit_gradient_closed_form_against_finite_differences():
    # d/d alpha_k [sum w s + lambda R] = w_k (s_k - s_bar) + lambda (w_k - 1/T)
    logits = np.array([0.4, -0.9, 0.1])
    scores, strength = np.array([-0.7, 1.3, 0.2]), 0.1

    def loss(x):
        x = tf.constant(x)
        mixed = tf.reduce_sum(tf.nn.softmax(x) * scores)
        return float(mixed + strength * uniformity_penalty(x))

    w = np.exp(logits) / np.exp(logits).sum()
    closed = w * (scores - w @ scores) + strength * (w - 1 / 3)
    numeric = central_difference(loss, logits)
    np.testing.assert_allclose(numeric, closed, atol=1e-6)
    np.testing.assert_allclose(closed.sum(), 0, atol=1e-12)


@pytest.mark.parametrize("rule", ["adam", "exponentiated_gradient"])
def test_weights_settle_where_the_theory_says(rule):
    # Frozen losses c_i: w_i = lambda / (T (lambda + c_i - c_bar)).
    losses = tf.constant([0.05, 0.0, -0.03, 0.02])
    strength = 0.1
    logits = tf.Variable(tf.zeros([4]))
    optimizer = mg.optimizers.get_mixture_optimizer(rule)
    optimizer.learning_rate = 0.02
    optimizer.build([logits])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.nn.softmax(logits) * losses)
            loss += strength * uniformity_penalty(logits)
        optimizer.apply([tape.gradient(loss, logits)], [logits])

    for _ in range(3000):
        step()
    w = tf.nn.softmax(logits).numpy()
    expected = strength / (4 * (strength + losses - w @ losses.numpy()))
    np.testing.assert_allclose(w, expected, atol=2e-3)
    assert w.std() > 0.02


def test_copies_of_a_template_are_networks_of_their_own():
    template = mg.networks.MLPGenerator(2, latent_dim=3, width=4)
    copies = fresh_copies(template, 3)
    variables = [id(v) for c in copies for v in c.variables]
    assert len(set(variables)) == len(variables)
    assert differ(weights_of(copies[0]), weights_of(copies[1]))
    assert differ(weights_of(copies[1]), weights_of(copies[2]))


def test_copies_differ_even_if_the_template_fixes_its_seeds():
    import keras

    kernel = keras.initializers.GlorotUniform(seed=7)
    template = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(2, kernel_initializer=kernel)]
    )
    first, second = fresh_copies(template, 2)
    np.testing.assert_array_equal(
        first.get_weights()[0], template.get_weights()[0]
    )
    assert differ(weights_of(first), weights_of(second))
