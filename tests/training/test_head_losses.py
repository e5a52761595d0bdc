"""Class heads, reconstruction heads, and weights that depend on the class."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model import sampling
from mixgan_tf.training.discriminator_outputs import run_discriminator
from mixgan_tf.training.updates import head_losses
from mixgan_tf.training.updates import payoff_terms
from mixgan_tf.training.updates.discriminator_update import discriminator_update
from mixgan_tf.training.updates.generator_update import generator_update
from tests.models import differ
from tests.models import images
from tests.models import labels
from tests.models import points
from tests.models import row_draws
from tests.models import set_logits
from tests.models import tiny_gan

KEY = tf.constant([3, 4])
ROWS = Rows(24, 24, 0)
UPDATES = {
    "generator": generator_update,
    "discriminator": discriminator_update,
}


def conditioned(conditioning, **kwargs):
    gan = mg.MixGAN(
        mg.networks.MLPGenerator(2, latent_dim=3, width=8, num_classes=3),
        mg.networks.MLPDiscriminator(
            2, width=8, num_classes=3, conditioning=conditioning
        ),
        num_generators=2,
        num_classes=3,
        seed=5,
    )
    gan.compile(**kwargs)
    return gan


def batch():
    return tf.constant(points(24)), tf.constant(labels(24))


@pytest.mark.parametrize(
    "conditioning", ["projection", "concatenation", "auxiliary", "class_logits"]
)
def test_each_conditioning_trains(conditioning):
    gan = conditioned(conditioning, payoff="subsampled")
    logs = gan.fit(points(), labels(24), batch_size=8, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert gan.payoff_matrix(points(), labels(24)).shape == (2, 2)


def test_the_logit_of_a_class_head_is_its_logsumexp():
    gan = conditioned("class_logits")
    x, y = batch()
    judged = run_discriminator(gan, 0, [x], [y])[0]
    outputs = gan.discriminator_mixture.components[0](x)["class_logits"]
    np.testing.assert_allclose(
        judged.logits, np.log(np.exp(outputs).sum(1)), rtol=1e-5
    )


@pytest.mark.parametrize("conditioning", ["auxiliary", "class_logits"])
def test_discriminators_learn_classes(conditioning):
    gan = conditioned(conditioning, class_loss_weight=2.0)
    (x, y), inputs = batch(), None
    inputs, fakes = payoff_terms.generate_fakes(gan, KEY, ROWS, y)
    classes = [y, *(i.labels for i in inputs[0])]
    sets = [x, *fakes[0]]
    real, *fake = run_discriminator(gan, 0, sets, classes, row_draws(*sets))
    w = np.array([0.7, 0.3], "float32")
    ours = head_losses.discriminator_loss(
        gan, real, y, ROWS, fake, inputs[0], tf.constant(w)
    )
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = float(entropy(y, real.class_logits))
    if conditioning == "auxiliary":  # AC-GAN: of generated samples too
        expected += sum(
            w[i] * float(entropy(classes[i + 1], fake[i].class_logits))
            for i in range(2)
        )
    assert float(ours) == pytest.approx(2.0 * expected, rel=1e-5)


@pytest.mark.parametrize("weight", [0.0, 50.0])
def test_generators_are_drawn_to_their_classes(weight):
    keras.utils.set_random_seed(3)
    x = np.repeat(4.0 * np.eye(3)[:, :2], 40, axis=0).astype("float32")
    y = np.repeat(np.arange(3, dtype="int32"), 40)
    gan = conditioned(
        "auxiliary",
        objective="hinge",
        class_loss_weight=weight,
        generator_optimizer=keras.optimizers.Adam(0.02),
        discriminator_optimizer=keras.optimizers.Adam(0.02),
    )
    gan.fit(x, y, batch_size=60, epochs=60, verbose=0)
    fakes = gan.sample(90, seed=0, labels=labels(90))
    outputs = gan.discriminator_mixture.components[0](fakes)
    right = np.mean(np.argmax(outputs["class_logits"], 1) == labels(90))
    assert (right > 0.9) == (weight > 0)


def reconstructing():
    shape = (8, 8, 1)
    return mg.MixGAN(
        mg.networks.DCGANGenerator(shape, latent_dim=3, width=4),
        mg.networks.DCGANDiscriminator(shape, width=4, latent_dim=3),
        num_generators=2,
        seed=5,
    )


def test_reconstruction_is_the_mean_squared_error_of_the_latents():
    gan = reconstructing()
    gan.compile(reconstruction_weight=10.0)
    inputs, fakes = payoff_terms.generate_fakes(gan, KEY, Rows(8, 8, 0), None)
    numbers = row_draws(*fakes[0])
    judged = run_discriminator(gan, 0, fakes[0], [None, None], numbers)[1]
    error = judged.latents - inputs[0][1].latents
    np.testing.assert_allclose(
        head_losses.loss_of_rows(gan, judged, inputs[0][1]),
        10.0 * np.mean(error**2, axis=1),
        rtol=1e-5,
    )


def test_both_players_reconstruct():
    gan = reconstructing()
    gan.compile(
        reconstruction_weight=10.0,
        generator_optimizer=keras.optimizers.Adam(0.01),
        discriminator_optimizer=keras.optimizers.Adam(0.01),
    )
    x = images(12)
    first = gan.fit(x, batch_size=6, verbose=0).history
    later = gan.fit(x, batch_size=6, epochs=30, verbose=0).history
    assert later["discriminator_loss"][-1] < first["discriminator_loss"][0] - 2


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_auxiliary_losses_move_the_weights_only_if_asked(player):
    x, y = batch()

    def gradient(**kwargs):
        keras.utils.set_random_seed(1)
        gan = conditioned("auxiliary", **kwargs)
        update = UPDATES[player]
        return [np.array(update(gan, KEY, ROWS, x, y).logit_gradient)]

    without = gradient(class_loss_weight=0.0)
    assert not differ(without, gradient())
    assert differ(without, gradient(aux_in_weights=True))


# --- Weights that depend on the class ----------------------------------------


def by_class(num_discriminators=3, **kwargs):
    gan = tiny_gan(
        num_discriminators=num_discriminators,
        num_classes=3,
        class_dependent_weights=True,
    )
    gan.compile(**kwargs)
    return gan


def test_weights_of_each_class_sum_to_one():
    gan = by_class()
    set_logits(gan, generator=np.random.default_rng(0).normal(size=(3, 3)))
    assert gan.generator_weights.shape == (3, 3)
    np.testing.assert_allclose(gan.generator_weights.sum(0), 1.0, rtol=1e-6)


def test_samples_follow_the_weights_of_their_class():
    weights = np.array([[0.7, 0.1, 0.3], [0.2, 0.8, 0.3], [0.1, 0.1, 0.4]])
    y = labels(30_000)
    h = sampling.draw_latents(30_000, 1, 0)[:, -1]
    thresholds = sampling.selector_thresholds(weights)
    chosen = np.array(sampling.select_components(h, thresholds, y))
    for c in range(3):
        counts = np.bincount(chosen[y == c], minlength=3)
        expected = 10_000 * weights[:, c]
        assert np.sum((counts - expected) ** 2 / expected) < 13.8  # p = 1e-3


def test_sample_call_and_fold_agree(tmp_path):
    gan = by_class()
    set_logits(gan, generator=3 * np.random.default_rng(1).normal(size=(3, 3)))
    latents = sampling.draw_latents(40, gan.latent_dim, 7)
    y = labels(40)
    sampled = gan.sample(40, seed=7, labels=y)
    np.testing.assert_allclose(gan([latents, y]), sampled, atol=1e-5)
    folded = mg.export.fold(gan)
    np.testing.assert_allclose(folded([latents, y]), sampled, atol=1e-5)
    folded.save(tmp_path / "folded.keras")
    copy = keras.saving.load_model(tmp_path / "folded.keras")
    np.testing.assert_allclose(copy([latents, y]), sampled, atol=1e-5)
    gan.save_to_preset(tmp_path / "preset")
    gan = mg.MixGAN.from_preset(tmp_path / "preset")
    np.testing.assert_allclose(
        gan.sample(40, seed=7, labels=y), sampled, atol=1e-5
    )


def test_logit_gradients_of_each_class():
    gan = by_class(entropy_weight=0.3)
    logits = np.random.default_rng(2).normal(size=(3, 3)).astype("float32")
    set_logits(gan, generator=logits)
    x, y = batch()
    update = generator_update(gan, KEY, ROWS, x, y)
    inputs, fakes = payoff_terms.generate_fakes(gan, KEY, ROWS, y)
    scores = np.zeros((3, 3))  # of each component and class
    q = gan.discriminator_weights
    for j in range(3):
        classes = [i.labels for i in inputs[0]]
        numbers = row_draws(*fakes[0])
        for i, judged in enumerate(
            run_discriminator(gan, j, fakes[0], classes, numbers)
        ):
            earned = gan.objective.fake_payoff(judged.logits) / 8.0
            for c in range(3):
                scores[i, c] += q[j] * np.sum(earned[classes[i] == c])
    w = np.exp(logits) / np.exp(logits).sum(0)
    expected = w * (scores - (w * scores).sum(0)) + 0.3 * (w - 1 / 3) / 3
    np.testing.assert_allclose(update.logit_gradient, expected, atol=1e-6)


def test_each_class_finds_its_generator():
    gan = by_class(
        num_discriminators=1,
        payoff="shared",
        entropy_weight=0.0,
        mixture_optimizer=mg.optimizers.ExponentiatedGradient(1.0),
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
    )
    x = points(240)
    costs = []
    for c in range(3):
        y = np.full(240, c, "int32")
        costs.append(gan.payoff_matrix(x, y) @ gan.discriminator_weights)
    gan.fit(x, labels(240), batch_size=60, epochs=8, verbose=0)
    best = np.argmin(np.array(costs), axis=1)
    np.testing.assert_array_equal(np.argmax(gan.generator_weights, 0), best)
