import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg


def log_sigmoid(t):
    return -np.log1p(np.exp(-t))


# One entry for each objective of logits: its (a, b, c) in NumPy.
CLOSED_FORMS = {
    "hinge": (
        lambda t: np.minimum(0, t - 1),
        lambda t: np.minimum(0, -1 - t),
        lambda t: -t,
    ),
    "jensen_shannon": (
        lambda t: np.log(2) + log_sigmoid(t),
        lambda t: np.log(2) + log_sigmoid(-t),
        lambda t: np.log(2) + log_sigmoid(-t),
    ),
    "kl": (
        lambda t: t,
        lambda t: -np.exp(t - 1),
        lambda t: -np.exp(t - 1),
    ),
    "least_squares": (
        lambda t: -0.5 * (t - 1) ** 2,
        lambda t: -0.5 * t**2,
        lambda t: 0.5 * (t - 1) ** 2,
    ),
    "minimax": (
        log_sigmoid,
        lambda t: log_sigmoid(-t),
        lambda t: log_sigmoid(-t),
    ),
    "non_saturating": (
        log_sigmoid,
        lambda t: log_sigmoid(-t),
        lambda t: -log_sigmoid(t),
    ),
    "pearson": (
        lambda t: t,
        lambda t: -(t**2) / 4 - t,
        lambda t: -(t**2) / 4 - t,
    ),
    "reverse_kl": (
        lambda t: -np.exp(-t),
        lambda t: 1 - t,
        lambda t: 1 - t,
    ),
    "wasserstein": (lambda t: t, lambda t: -t, lambda t: -t),
}
LOGITS = np.linspace(-6, 6, 26)  # no kink of the hinge among them
OF_LOGITS = sorted(
    name
    for name, objective in mg.objectives.OBJECTIVES.items()
    if objective.of_logits
)


@pytest.fixture(params=OF_LOGITS)
def name(request):
    return request.param


def functions(objective):
    return (
        objective.real_payoff,
        objective.fake_payoff,
        objective.generator_loss,
    )


def test_values_match_closed_forms(name):
    objective = mg.objectives.get(name)
    for function, closed in zip(
        functions(objective), CLOSED_FORMS[name], strict=True
    ):
        np.testing.assert_allclose(
            function(tf.constant(LOGITS)), closed(LOGITS), atol=1e-10
        )


def test_gradients_match_finite_differences(name):
    step = 1e-5
    for function, closed in zip(
        functions(mg.objectives.get(name)), CLOSED_FORMS[name], strict=True
    ):
        x = tf.constant(LOGITS)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        numeric = (closed(LOGITS + step) - closed(LOGITS - step)) / (2 * step)
        np.testing.assert_allclose(
            tape.gradient(value, x), numeric, rtol=1e-7, atol=1e-6
        )


def test_no_overflow_at_extreme_logits(name):
    x = tf.constant([-1e4, 1e4])
    for function in functions(mg.objectives.get(name)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        assert np.isfinite(value).all()
        # Adam squares gradients.
        assert np.isfinite(tape.gradient(value, x) ** 2).all()


@pytest.mark.parametrize("weight_grad", ["payoff", "loss"])
def test_serialisation_round_trip(name, weight_grad):
    objective = mg.objectives.OBJECTIVES[name](weight_grad=weight_grad)
    config = keras.saving.serialize_keras_object(objective)
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is type(objective)
    assert copy.weight_grad == weight_grad


def test_score_follows_weight_grad(name):
    x = tf.constant(LOGITS)
    by_payoff = type(mg.objectives.get(name))(weight_grad="payoff")
    by_loss = type(mg.objectives.get(name))(weight_grad="loss")
    np.testing.assert_array_equal(
        by_payoff.mixture_score(x), by_payoff.fake_payoff(x)
    )
    np.testing.assert_array_equal(
        by_loss.mixture_score(x), by_loss.generator_loss(x)
    )


@pytest.mark.parametrize(
    ("name", "payoff"),
    [
        ("minimax", -2 * np.log(2)),
        ("non_saturating", -2 * np.log(2)),
        ("jensen_shannon", 0),
        ("hinge", -2),
        ("wasserstein", 0),
    ],
)
def test_payoff_of_an_undecided_discriminator(name, payoff):
    objective = mg.objectives.get(name)
    zero = tf.zeros([])
    value = objective.real_payoff(zero) + objective.fake_payoff(zero)
    np.testing.assert_allclose(value, payoff, rtol=1e-6)


def test_zero_sum_exactly_where_generators_minimise_the_payoff(name):
    _, fake_payoff, generator_loss = CLOSED_FORMS[name]
    same = np.array_equal(fake_payoff(LOGITS), generator_loss(LOGITS))
    assert mg.objectives.get(name).zero_sum is same


def test_a_subclass_may_say_itself_whether_it_is_zero_sum():
    class Shifted(mg.objectives.Minimax):
        zero_sum = True

        def generator_loss(self, logits):
            return self.fake_payoff(logits) + 1

    assert Shifted().zero_sum


def test_only_wasserstein_discriminators_are_critics(name):
    assert mg.objectives.get(name).uses_critics is (name == "wasserstein")


def test_default_scores_of_mixture_weights():
    x = tf.constant([-3.0, 0.0, 3.0])
    scores = {
        name: mg.objectives.get(name).mixture_score(x).numpy().tolist()
        for name in ("least_squares", "hinge", "wasserstein")
    }
    assert scores == {
        "least_squares": [8.0, 0.5, 2.0],  # c
        "hinge": [0.0, -1.0, -4.0],  # b
        "wasserstein": [3.0, 0.0, -3.0],  # b
    }


def test_unknown_name_lists_the_choices():
    with pytest.raises(ValueError, match="'minimax'.*Received: .*'wgan2'"):
        mg.objectives.get("wgan2")


def test_bad_weight_grad_is_refused():
    with pytest.raises(ValueError, match="weight_grad.*Received: .*'both'"):
        mg.objectives.Minimax(weight_grad="both")
