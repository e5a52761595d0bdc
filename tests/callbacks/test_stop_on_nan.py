import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.callbacks.stop_on_nan import bad_networks
from mixgan_tf.callbacks.stop_on_nan import first_not_finite
from tests.models import points
from tests.models import tiny_gan


def fit(gan):
    gan.fit(
        points(),
        batch_size=4,
        callbacks=[mg.callbacks.StopOnNaN()],
        verbose=0,
    )


def poison(variable):
    variable.assign(np.full(variable.shape, np.nan))


def test_the_payoff_goes_first_if_a_discriminator_is_bad(gan):
    poison(gan.discriminator_variables[0])
    with pytest.raises(
        FloatingPointError, match="step 1: payoff was the first.*Received.*loss"
    ):
        fit(gan)
    assert int(gan.train_steps.numpy()) == 1


@tf.custom_gradient
def broken(x):
    return tf.identity(x), lambda dy: dy * np.nan


class BrokenPayoff(mg.objectives.NonSaturating):
    """Finite, with a gradient that is not, for one player."""

    def __init__(self, player):
        super().__init__()
        self.player = player

    def real_payoff(self, logits):
        if self.player == "discriminator":
            logits = broken(logits)
        return super().real_payoff(logits)

    def generator_loss(self, logits):
        if self.player == "generator":
            logits = broken(logits)
        return super().generator_loss(logits)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_gradient_is_told_in_the_step_that_made_it(player):
    gan = tiny_gan()
    gan.compile(objective=BrokenPayoff(player))
    with pytest.raises(
        FloatingPointError,
        match=f"at step 1: the gradient of {player} 0, {player} 1, {player} 2",
    ):
        fit(gan)


class BrokenPenalty(mg.regularizers.Regularizer):
    """No number, in the loss of every discriminator."""

    def penalty(self, inputs):
        return tf.constant(np.inf)


def test_a_penalty_is_told_from_the_payoff():
    gan = tiny_gan()
    gan.compile(regularizers=[BrokenPenalty()])
    with pytest.raises(
        FloatingPointError, match=r"at step 1: discriminator_loss \(a penalty"
    ):
        fit(gan)


def test_one_network_of_several_is_named(gan):
    assert bad_networks(gan) == []
    poison(gan.generator_mixture.components[1].trainable_variables[-1])
    poison(gan.discriminator_mixture.mixture_logits)
    found = bad_networks(gan)
    assert found == ["generator 1", "discriminator mixture logits"]
    assert first_not_finite(["generator_loss"], found[:1]) == "generator_loss"
    assert first_not_finite([], found[:1]) == "the gradient of generator 1"
    assert first_not_finite(["generator_entropy"], []) == "generator_entropy"


def test_large_and_finite_weights_are_no_alarm(gan):
    variable = gan.generator_mixture.components[0].trainable_variables[0]
    callback = mg.callbacks.StopOnNaN()
    callback.set_model(gan)
    callback.on_train_begin()
    for variable in gan.generator_mixture.components[0].trainable_variables[:2]:
        variable.assign(np.full(variable.shape, 3e38))
    assert not np.isfinite(callback._sums().numpy()).all()
    callback.on_train_batch_end(0, {"generator_loss": 1.0})
