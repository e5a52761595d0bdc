"""`fit` and `evaluate`: what they show, and the data that they take."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from tests.models import differ
from tests.models import images
from tests.models import labels
from tests.models import points
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import tiny_image_gan
from tests.models import weights_of


def test_metrics_are_what_fit_shows():
    gan = tiny_gan()
    gan.compile()
    history = gan.fit(points(), batch_size=12, epochs=2, verbose=0).history
    assert set(history) == {
        "generator_loss",
        "discriminator_loss",
        "payoff",
        "generator_entropy",
        "discriminator_entropy",
    }
    np.testing.assert_allclose(history["generator_entropy"], np.log(3), 1e-3)
    regulariser = 0.1 * np.log(3)
    np.testing.assert_allclose(
        history["discriminator_loss"],
        regulariser - np.array(history["payoff"]),
        rtol=1e-3,
    )
    assert int(gan.train_steps.numpy()) == 4


def test_evaluate_changes_nothing_and_agrees_with_the_payoff_matrix():
    gan = tiny_gan()
    gan.compile()
    set_logits(gan, [0.3, 0.0, -0.5], [0.1, -0.2, 0.4])
    x = points(4000)
    before = weights_of(gan)
    logs = gan.evaluate(x, batch_size=4000, verbose=0, return_dict=True)
    assert not differ(before, weights_of(gan))
    matrix = gan.payoff_matrix(x)
    expected = gan.generator_weights @ matrix @ gan.discriminator_weights
    np.testing.assert_allclose(logs["payoff"], expected, atol=0.05)


def test_an_epoch_that_the_execution_does_not_divide_counts_true_steps():
    counts = []
    for count in (1, 3):
        keras.utils.set_random_seed(3)
        gan = tiny_gan(2, 2)
        gan.compile(steps_per_execution=count)
        dataset = tf.data.Dataset.from_tensor_slices(points(35)).batch(5)
        dataset = dataset.filter(lambda x: True)  # of unknown cardinality
        gan.fit(dataset, epochs=2, verbose=0)
        counts.append(
            (
                int(gan.train_steps.numpy()),
                int(gan.generator_optimizer.iterations.numpy()),
                weights_of(gan),
            )
        )
    assert counts[0][:2] == counts[1][:2] == (14, 14)
    assert not differ(counts[0][2], counts[1][2])


def test_evaluate_draws_fresh_latents_for_every_batch():
    gan = tiny_gan(2, 2)
    gan.compile()
    x = points(6)
    one = gan.evaluate(x, batch_size=6, verbose=0, return_dict=True)
    many = gan.evaluate(
        np.tile(x, (20, 1)), batch_size=6, verbose=0, return_dict=True
    )
    assert one["generator_loss"] != many["generator_loss"]
    again = gan.evaluate(x, batch_size=6, verbose=0, return_dict=True)
    assert one == again


def test_a_batch_too_short_for_the_mixture_leaves_the_weights_alone():
    gan = tiny_gan()
    gan.compile()
    gan.fit(points(8), batch_size=8, verbose=0)
    before = weights_of(gan)
    short = tf.data.Dataset.from_generator(
        lambda: iter([points(2)]),
        output_signature=tf.TensorSpec([None, 2], tf.float32),
    )
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="at least one row"
    ):
        gan.fit(short, verbose=0)
    assert not differ(before, weights_of(gan))


def test_short_last_batch_is_trained_on():
    gan = tiny_gan(2, 2)
    gan.compile()
    gan.fit(points(20), batch_size=8, verbose=0)
    assert int(gan.train_steps.numpy()) == 3


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (images(side=12), r"shape \(8, 8, 1\).*Received.*12"),
        (images() * 127, r"scale the images.*Received.*126"),
        ((images() * 100).astype("uint8"), "floating point.*uint8"),
        (np.full((12, 8, 8, 1), np.nan, "float32"), "NaN.*Received"),
        (images(0), "empty"),
    ],
)
def test_bad_images(x, message):
    gan = tiny_image_gan()
    gan.compile()
    with pytest.raises(ValueError, match=message):
        gan.fit(x, batch_size=6, verbose=0)
    with pytest.raises(ValueError, match=message if len(x) else "."):
        dataset = tf.data.Dataset.from_tensor_slices(x).batch(6)
        gan.fit(dataset if len(x) else x, verbose=0)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "needs labels.*Received: no labels"),
        (labels(12) + 1, r"\[0, 3\).*Received.*3"),
        (np.eye(3, dtype="float32")[labels(12)], "integers.*Received"),
    ],
)
def test_bad_labels(y, message):
    gan = tiny_image_gan(num_classes=3)
    gan.compile()
    with pytest.raises(ValueError, match=message):
        gan.fit(images(), y, batch_size=6, verbose=0)


def test_weights_of_samples_are_refused(gan):
    with pytest.raises(ValueError, match="no sample or class weights"):
        gan.fit(points(), np.zeros(24), sample_weight=np.ones(24), verbose=0)


def test_bad_labels_are_found_anywhere():
    gan = tiny_gan(num_classes=3)
    gan.compile()
    y = labels(2000)
    y[-1] = 3
    with pytest.raises(ValueError, match=r"\[0, 3\).*Received"):
        gan.fit(points(2000), y, verbose=0)


def test_an_endless_dataset_needs_the_length_of_an_epoch(gan):
    with pytest.raises(ValueError, match="steps_per_epoch.*Received"):
        gan.fit(mg.data.ring(), verbose=0)
