"""Both players updated at once by a competitive optimizer."""

import keras
import numpy as np
import pytest

import mixgan_tf as mg
from tests.models import differ
from tests.models import images
from tests.models import labels
from tests.models import points
from tests.models import tiny_gan
from tests.models import weights_of


@pytest.mark.parametrize("name", ["minimax", "wasserstein"])
def test_zero_sum_objectives_train(name):
    gan = tiny_gan(num_generators=2, num_discriminators=2, num_classes=3)
    optimizer = mg.optimizers.ACGD(1e-2, max_iterations=4)
    gan.compile(name, optimizer=optimizer, regularizers=["instance_noise"])
    mixtures = gan.generator_mixture, gan.discriminator_mixture
    players = [n for m in mixtures for n in [*m.components, m.mixture_logits]]

    def state():
        return [
            [np.array(p)] if isinstance(p, keras.Variable) else weights_of(p)
            for p in players
        ]

    before = state()
    logs = gan.train_on_batch(points(), labels(24), return_dict=True)
    for a, b in zip(before, state(), strict=True):
        assert differ(a, b)  # each network, and both mixtures' logits
    regulariser = 0.1 * np.log(2)  # the metrics are of the state before
    payoff = logs["payoff"]
    assert logs["generator_loss"] == pytest.approx(payoff + regulariser)
    assert logs["discriminator_loss"] == pytest.approx(regulariser - payoff)
    assert int(gan.train_steps.numpy()) == int(optimizer.iterations.numpy())
    assert 0 < int(optimizer.solver_iterations.value) <= 4


def test_images_with_batch_normalisation_train_and_resume(tmp_path):
    def make():
        gan = mg.MixGAN(
            mg.networks.DCGANGenerator((8, 8, 1), latent_dim=4, width=4),
            mg.networks.DCGANDiscriminator((8, 8, 1), width=4, dropout=0.2),
            num_generators=1,
            seed=5,
        )
        optimizer = mg.optimizers.ACGD(1e-3, max_iterations=3, alternate=False)
        gan.compile("minimax", optimizer=optimizer)
        return gan

    keras.utils.set_random_seed(1)
    gan = make()
    gan.fit(images(), batch_size=6, shuffle=False, verbose=0)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert copy.optimizer.max_iterations == 3
    for model in (gan, copy):
        model.fit(images(), batch_size=6, shuffle=False, verbose=0)
    for a, b in zip(weights_of(gan), weights_of(copy), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
