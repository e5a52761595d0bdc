"""Values and gradients against every loss of logits that TF-GAN has."""

import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.metrics import tfgan

# Theirs minus ours: TF-GAN's saturating generator loss also holds the payoff of
# reals at logit 1; our Jensen-Shannon payoff adds 2 log 2. All factors are 1.
AT_ONE = np.log1p(np.exp(-1))
TF_GAN = [
    ("minimax", "minimax", 0, -AT_ONE),
    ("jensen_shannon", "minimax", 2 * np.log(2), -AT_ONE - np.log(2)),
    ("non_saturating", "modified", 0, 0),
    ("least_squares", "least_squares", 0, 0),
    ("hinge", "wasserstein_hinge", 0, 0),
    ("wasserstein", "wasserstein", 0, 0),
]


def assert_same_up_to(offset, ours, theirs, logits):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        our_value, their_value = ours(*logits), theirs(*logits)
    np.testing.assert_allclose(our_value + offset, their_value, rtol=1e-5)
    for our_gradient, their_gradient in zip(
        tape.gradient(our_value, logits),
        tape.gradient(their_value, logits),
        strict=True,
    ):
        np.testing.assert_allclose(our_gradient, their_gradient, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "tfgan_name", "discriminator_offset", "generator_offset"), TF_GAN
)
def test_losses_agree_with_tf_gan(
    name, tfgan_name, discriminator_offset, generator_offset
):
    losses = tfgan.load("losses.losses_impl")
    objective = mg.objectives.get(name)
    smoothing = (
        {"label_smoothing": 0.0}
        if tfgan_name in ("minimax", "modified")
        else {}
    )
    random = np.random.default_rng(0)
    real = tf.constant(random.normal(size=(50, 1)), tf.float32)
    fake = tf.constant(random.normal(size=(50, 1)), tf.float32)

    assert_same_up_to(
        discriminator_offset,
        lambda real, fake: (
            -tf.reduce_mean(objective.real_payoff(real))
            - tf.reduce_mean(objective.fake_payoff(fake))
        ),
        lambda real, fake: getattr(losses, f"{tfgan_name}_discriminator_loss")(
            real, fake, **smoothing
        ),
        [real, fake],
    )
    assert_same_up_to(
        generator_offset,
        lambda fake: tf.reduce_mean(objective.generator_loss(fake)),
        getattr(losses, f"{tfgan_name}_generator_loss"),
        [fake],
    )
