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


def test_without_iterations_it_is_simultaneous_gradient_descent():
    results = []
    for competitive in (True, False):
        keras.utils.set_random_seed(2)
        gan = tiny_gan()
        if competitive:
            cgd = mg.optimizers.CGD(0.1, max_iterations=0, warm_start=False)
            gan.compile("minimax", optimizer=cgd)
        else:
            gan.compile(
                "minimax",
                generator_optimizer=keras.optimizers.SGD(0.1),
                discriminator_optimizer=keras.optimizers.SGD(0.1),
                mixture_optimizer=keras.optimizers.SGD(0.1),
            )
        before = weights_of(gan.generator_mixture)
        gan.train_on_batch(points())
        results.append((before, weights_of(gan.discriminator_mixture)))
    # Alternating descent differs for the generators, who move second, and in
    # the latents that the discriminators meet: sizes agree, not values.
    (start, ours), (same, theirs) = results
    assert not differ(start, same)
    assert [w.shape for w in ours] == [w.shape for w in theirs]


@pytest.mark.parametrize("name", ["minimax", "wasserstein", "reverse_kl"])
def test_each_zero_sum_objective_trains(name):
    gan = tiny_gan(num_generators=2, num_discriminators=2, num_classes=3)
    optimizer = mg.optimizers.ACGD(1e-2, max_iterations=4)
    gan.compile(name, optimizer=optimizer, regularizers=["instance_noise"])
    before = weights_of(gan)
    logs = gan.fit(points(), labels(24), batch_size=12, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    changed = [
        differ([a], [b])
        for a, b, v in zip(before, weights_of(gan), gan.weights, strict=True)
        if v.trainable
    ]
    assert all(changed)  # both players' networks and mixture logits
    assert int(gan.train_steps.numpy()) == 2
    assert int(optimizer.iterations.numpy()) == 2
    assert 0 < int(optimizer.solver_iterations.value) <= 4


def test_metrics_are_of_the_state_before_the_step():
    gan = tiny_gan()
    gan.compile("minimax", optimizer=mg.optimizers.CGD(1e-3))
    logs = gan.train_on_batch(points(), return_dict=True)
    regulariser = 0.1 * np.log(3)
    payoff = logs["payoff"]
    assert logs["generator_loss"] == pytest.approx(payoff + regulariser)
    assert logs["discriminator_loss"] == pytest.approx(regulariser - payoff)


def test_images_with_batch_normalisation_train_and_resume(tmp_path):
    def make():
        gan = mg.MixGAN(
            mg.networks.DCGANGenerator((8, 8, 1), latent_dim=4, width=4),
            mg.networks.DCGANDiscriminator((8, 8, 1), width=4, dropout=0.2),
            num_generators=2,
            seed=5,
        )
        optimizer = mg.optimizers.ACGD(1e-3, max_iterations=3)
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
