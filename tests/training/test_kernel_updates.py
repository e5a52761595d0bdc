"""Training on MMD, with and without discriminators."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.training.updates import kernel_updates
from mixgan_tf.training.updates import payoff_terms
from tests.models import differ
from tests.models import kernel_gan
from tests.models import points
from tests.models import set_logits
from tests.models import weights_of

KEY = tf.constant([3, 4])
ROWS = Rows(24, 24, 0)


def make(features=None, **kwargs):
    gan = kernel_gan(features=features)
    gan.compile(**{"objective": "mmd", **kwargs})
    return gan


@pytest.mark.parametrize("features", [None, 4])
def test_weights_descend_the_exact_quadratic_form(features):
    gan = make(features, entropy_weight=0.3)
    logits = np.array([0.5, -0.5, 0.2], "float32")
    set_logits(gan, generator=logits)
    x = tf.constant(points())
    update = kernel_updates.generator_update(gan, KEY, ROWS, x, None)
    inputs, fakes = payoff_terms.generate_fakes(gan, KEY, ROWS, None)
    forms = kernel_updates.quadratic_forms(gan, x, inputs, fakes, KEY, ROWS)
    assert len(forms) == (2 if features else 1)
    w = np.exp(logits) / np.exp(logits).sum()
    value = slope = 0.0
    for products, with_data, constant in forms:  # q is uniform
        products, with_data = np.array(products), np.array(with_data)
        value += w @ products @ w - 2 * w @ with_data + float(constant)
        slope += 2 * (products @ w - with_data)
    value, slope = value / len(forms), slope / len(forms)
    expected = w * (slope - w @ slope) + 0.3 * (w - 1 / 3)
    np.testing.assert_allclose(update.logit_gradient, expected, atol=1e-5)
    assert float(update.payoff) == pytest.approx(value, abs=1e-5)
    entropy = 0.3 * -np.mean(np.log(w))
    assert float(update.loss) == pytest.approx(value + entropy, abs=1e-5)


def test_discriminators_ascend_what_generators_descend():
    gan = make(features=4, payoff="shared", entropy_weight=0.0)
    x = tf.constant(points())
    ascent = kernel_updates.discriminator_update(gan, KEY, ROWS, x, None)
    descent = kernel_updates.generator_update(gan, KEY, ROWS, x, None)
    assert float(ascent.loss) == pytest.approx(-float(descent.loss))
    step = 1e-2
    for v, g in zip(
        gan.discriminator_variables, ascent.network_gradients, strict=True
    ):
        v.assign_sub(step * g)
    later = kernel_updates.discriminator_update(gan, KEY, ROWS, x, None)
    gained = float(later.payoff) - float(ascent.payoff)
    squares = sum(np.sum(np.square(g)) for g in ascent.network_gradients)
    assert gained == pytest.approx(step * squares, rel=0.1)


def test_a_mixture_without_discriminators_learns_the_data(tmp_path):
    gan = make(generator_optimizer=keras.optimizers.Adam(1e-2), payoff="shared")
    x = points(256)
    before = gan.payoff_matrix(x)
    assert before.shape == (3, 1)
    logs = gan.fit(x, batch_size=64, epochs=40, verbose=0).history
    assert set(logs) == {"generator_loss", "payoff", "generator_entropy"}
    assert logs["payoff"][-1] < 0.1 * logs["payoff"][0]
    samples = gan.sample(2000, seed=0)
    np.testing.assert_allclose(samples.mean(0), x.mean(0), atol=0.2)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(copy.sample(5, seed=1), gan.sample(5, seed=1))
    gan.save_to_preset(tmp_path / "preset")
    copy = mg.MixGAN.from_preset(tmp_path / "preset")
    assert not differ(weights_of(gan), weights_of(copy))
    copy.fit(x, batch_size=64, verbose=0)


def test_kernel_features_train_with_clipping_and_evaluate():
    gan = make(features=4, regularizers=["weight_clipping"])
    before = weights_of(gan)
    gan.fit(points(), batch_size=12, verbose=0)
    assert differ(before, weights_of(gan))
    assert gan.payoff_matrix(points()).shape == (3, 2)
    logs = gan.evaluate(points(), batch_size=24, verbose=0, return_dict=True)
    assert np.isfinite(list(logs.values())).all()


def test_equal_generators_keep_equal_weights():
    gan = make(entropy_weight=0.0, payoff="shared")
    first, *rest = gan.generator_mixture.components
    for other in rest:
        other.set_weights(first.get_weights())
    x = tf.constant(points())

    @tf.function
    def draw(seed):
        key = tf.stack([seed, 0])
        update = kernel_updates.generator_update(gan, key, ROWS, x, None)
        return update.logit_gradient

    draws = np.array([draw(tf.constant(s)) for s in range(200)])
    error = draws.std(0) / np.sqrt(len(draws))
    assert (np.abs(draws.mean(0)) < 4 * error).all()
