"""Each dual form is the divergence it is named after."""

import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.objectives.f_divergence import EXPONENT_LIMIT

X = np.linspace(-12, 13, 20001)


def normal(mean):
    return np.exp(-((X - mean) ** 2) / 2) / np.sqrt(2 * np.pi)


def integral(values):  # of functions that vanish at both ends
    return np.sum(values) * (X[1] - X[0])


def kullback_leibler(p, q):
    return integral(p * np.log(p / q))


REAL, FAKE = normal(0), normal(1)
BOTH = (REAL + FAKE) / 2
RATIO = REAL / FAKE
# The optimal logit, and the divergence from its definition.
DIVERGENCES = {
    "kl": (1 + np.log(RATIO), kullback_leibler(REAL, FAKE)),
    "reverse_kl": (np.log(RATIO), kullback_leibler(FAKE, REAL)),
    "pearson": (2 * (RATIO - 1), integral((REAL - FAKE) ** 2 / FAKE)),
    "jensen_shannon": (
        np.log(RATIO),
        kullback_leibler(REAL, BOTH) + kullback_leibler(FAKE, BOTH),
    ),
}


@pytest.fixture(params=sorted(DIVERGENCES))
def name(request):
    return request.param


def payoff(name, logits):
    objective = mg.objectives.get(name)
    logits = tf.constant(logits)
    return integral(
        REAL * objective.real_payoff(logits)
        + FAKE * objective.fake_payoff(logits)
    )


def test_optimal_payoff_is_the_divergence(name):
    logits, divergence = DIVERGENCES[name]
    np.testing.assert_allclose(payoff(name, logits), divergence, rtol=1e-8)


def test_optimal_payoff_between_shifted_normals_in_closed_form():
    for name, value in {
        "kl": 0.5,
        "reverse_kl": 0.5,
        "pearson": np.e - 1,
    }.items():
        np.testing.assert_allclose(
            payoff(name, DIVERGENCES[name][0]), value, rtol=1e-8
        )


@pytest.mark.parametrize("wave", [np.sin(X), np.cos(X), np.ones_like(X)])
@pytest.mark.parametrize("size", [-0.1, 0.1])
def test_no_other_logit_earns_more(name, size, wave):
    logits, divergence = DIVERGENCES[name]
    assert payoff(name, logits + size * wave) < divergence - 1e-4


def test_payoff_is_at_most_zero_where_fakes_are_like_reals(name):
    objective = mg.objectives.get(name)
    logits = tf.constant(np.linspace(-5, 5, 10001))
    sums = objective.real_payoff(logits) + objective.fake_payoff(logits)
    np.testing.assert_allclose(np.max(sums), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("function", "logit_of"),
    [
        (mg.objectives.KullbackLeibler().fake_payoff, lambda x: x + 1),
        (mg.objectives.ReverseKullbackLeibler().real_payoff, lambda x: -x),
    ],
)
def test_exponential_is_exact_to_the_limit_and_its_tangent_beyond(
    function, logit_of
):
    top = EXPONENT_LIMIT
    below = np.linspace(-30, top, 101)
    beyond = top + np.array([1e-3, 1.0, 1e4])
    np.testing.assert_allclose(
        function(tf.constant(logit_of(below))), -np.exp(below), rtol=1e-12
    )
    np.testing.assert_allclose(
        function(tf.constant(logit_of(beyond))),
        -np.exp(top) * (1 + beyond - top),
        rtol=1e-12,
    )
    x = tf.constant(np.array([top - 1e-9, top, top + 1e-9, 1e4]))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(logit_of(x))
    np.testing.assert_allclose(tape.gradient(value, x), -np.exp(top), rtol=1e-8)
