import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf import tfgan

# One line for each objective: its closed forms (a, b, c) in NumPy.
CLOSED_FORMS = {
    "minimax": (
        lambda t: -np.log1p(np.exp(-t)),
        lambda t: -np.log1p(np.exp(t)),
        lambda t: -np.log1p(np.exp(t)),
    ),
    "non_saturating": (
        lambda t: -np.log1p(np.exp(-t)),
        lambda t: -np.log1p(np.exp(t)),
        lambda t: np.log1p(np.exp(-t)),
    ),
}
LOGITS = np.linspace(-6, 6, 25)


@pytest.fixture(params=sorted(mg.objectives.OBJECTIVES))
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
        np.testing.assert_allclose(tape.gradient(value, x), numeric, atol=1e-6)


def test_no_overflow_at_extreme_logits(name):
    x = tf.constant([-1e4, 1e4])
    for function in functions(mg.objectives.get(name)):
        assert np.isfinite(function(x)).all()


def test_serialisation_round_trip(name):
    objective = mg.objectives.get(name)
    objective.weight_grad = "loss"
    config = keras.saving.serialize_keras_object(objective)
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is type(objective)
    assert copy.weight_grad == "loss"


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


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_undecided_discriminator_earns_minus_two_log_two(name):
    objective = mg.objectives.get(name)
    zero = tf.zeros([])
    payoff = objective.real_payoff(zero) + objective.fake_payoff(zero)
    np.testing.assert_allclose(payoff, -2 * np.log(2), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "tfgan_name"),
    [("minimax", "minimax"), ("non_saturating", "modified")],
)
def test_losses_agree_with_tf_gan(name, tfgan_name):
    losses = tfgan.load("losses.losses_impl")
    objective = mg.objectives.get(name)
    random = np.random.default_rng(0)
    real = tf.constant(random.normal(size=(50, 1)), tf.float32)
    fake = tf.constant(random.normal(size=(50, 1)), tf.float32)
    theirs = getattr(losses, f"{tfgan_name}_discriminator_loss")(
        real, fake, label_smoothing=0.0
    )
    ours = -tf.reduce_mean(objective.real_payoff(real)) - tf.reduce_mean(
        objective.fake_payoff(fake)
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake)
        theirs = getattr(losses, f"{tfgan_name}_generator_loss")(fake)
        ours = tf.reduce_mean(objective.generator_loss(fake))
    if name == "minimax":  # theirs also holds the payoff of reals at logit 1
        theirs_alone = theirs + tf.nn.softplus(-1.0)
    else:
        theirs_alone = theirs
    np.testing.assert_allclose(ours, theirs_alone, rtol=1e-5)
    np.testing.assert_allclose(
        tape.gradient(ours, fake), tape.gradient(theirs, fake), atol=1e-7
    )


def test_unknown_name_lists_the_choices():
    with pytest.raises(ValueError, match="'minimax'.*Received: .*'wgan2'"):
        mg.objectives.get("wgan2")


def test_bad_weight_grad_is_refused():
    with pytest.raises(ValueError, match="weight_grad.*Received: .*'both'"):
        mg.objectives.Minimax(weight_grad="both")
