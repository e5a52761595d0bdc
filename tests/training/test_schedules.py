import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from tests.models import differ
from tests.models import points
from tests.models import tiny_gan
from tests.models import weights_of


@pytest.mark.parametrize(
    ("loss", "steps", "updated"),
    [
        (0.7, 1, True),
        (0.6, 3, True),
        (0.4, 5, True),
        (0.29, 7, False),
        (0.0, 7, False),
    ],
)
def test_the_losing_player_gets_more_updates(loss, steps, updated):
    schedule = mg.AdaptiveSteps()
    payoff = tf.constant(-2 * loss)
    assert int(schedule.num_generator_steps(payoff)) == steps
    assert bool(schedule.updates_discriminators(payoff)) == updated


def test_serialisation_round_trip():
    schedule = mg.AdaptiveSteps(0.2, [(0.5, 1), (0.4, 2)], most=3)
    config = keras.saving.serialize_keras_object(schedule)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == schedule.get_config()


@pytest.mark.parametrize(("min_cost", "skipped"), [(0.01, False), (9.0, True)])
def test_a_training_step_follows_the_schedule(min_cost, skipped):
    gan = tiny_gan()
    gan.compile(
        "minimax",
        discriminator_steps=mg.AdaptiveSteps(0.3, [(99.0, 1)], most=4),
        regularizers=["weight_clipping"],
    )
    gan.discriminator_steps.min_cost = min_cost  # as if they were winning
    discriminators = weights_of(gan.discriminator_mixture)
    gan.fit(points(), batch_size=8, verbose=0)
    assert int(gan.generator_optimizer.iterations.numpy()) == 3 * 4
    updates = int(gan.discriminator_optimizer.iterations.numpy())
    assert updates == (0 if skipped else 3)
    after = weights_of(gan.discriminator_mixture)
    assert differ(discriminators, after) != skipped


def test_the_first_step_is_the_ordinary_one():
    results = []
    for steps in (1, mg.AdaptiveSteps(1e-6, [(1e-6, 1)])):
        keras.utils.set_random_seed(2)
        gan = tiny_gan()
        gan.compile("minimax", discriminator_steps=steps)
        gan.train_on_batch(points())
        results.append(weights_of(gan.discriminator_mixture))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-7)


def test_saved_and_resumed(tmp_path):
    gan = tiny_gan()
    gan.compile("minimax", discriminator_steps=mg.AdaptiveSteps(most=2))
    gan.fit(points(), batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert copy.discriminator_steps.most == 2
