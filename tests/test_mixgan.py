"""What a mixture may be made of, and what it is compiled with."""

import keras
import numpy as np
import pytest

import mixgan_tf as mg
from tests.models import points
from tests.models import tiny_gan


def components(gan, player):
    return getattr(gan, f"{player}_mixture").components


def test_payoff_matrix_of_undecided_discriminators():
    gan = tiny_gan(num_generators=3, num_discriminators=2)
    gan.compile()
    for discriminator in components(gan, "discriminator"):
        discriminator.set_weights(
            [np.zeros_like(w) for w in discriminator.get_weights()]
        )
    matrix = gan.payoff_matrix(points())
    assert matrix.shape == (3, 2)
    np.testing.assert_allclose(matrix, -2 * np.log(2), rtol=1e-6)


def test_a_list_of_networks_is_used_as_it_is():
    generators = [
        mg.networks.MLPGenerator(2, latent_dim=3, width=w) for w in (4, 6)
    ]
    gan = mg.MixGAN(generators, mg.networks.MLPDiscriminator(2))
    assert components(gan, "generator")[1] is generators[1]
    assert (gan.num_generators, gan.num_discriminators) == (2, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(objective="wgan9"), "objective.*'non_saturating'.*wgan9"),
        (dict(payoff="none"), "payoff.*'stratified'.*Received"),
        (dict(mixture_optimizer="sgdd"), "mixture_optimizer.*Received"),
        (dict(generator_optimizer="sgdd"), "generator_optimizer.*Received"),
        (dict(entropy_weight=-1), "entropy_weight.*Received.*-1"),
        (dict(entropy_weight=float("nan")), "entropy_weight.*Received"),
        (dict(discriminator_steps=0), "discriminator_steps.*Received.*0"),
        (dict(regularizers=["l2"]), "regularizers.*'r1'.*Received.*l2"),
        (dict(optimizer="adamax"), "optimizer.*'acgd'.*Received.*adamax"),
        (dict(ema=2), "ema.*Received.*2"),
        (dict(class_loss_weight=-1.0), "class_loss_weight.*Received"),
    ],
)
def test_bad_compile_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan().compile(**arguments)


def test_one_optimizer_for_both_players_is_refused():
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="two optimizers"):
        tiny_gan().compile(
            generator_optimizer=adam, discriminator_optimizer=adam
        )


def generator(**kwargs):
    return mg.networks.MLPGenerator(**{"output_dim": 2, **kwargs})


def discriminator(**kwargs):
    return mg.networks.MLPDiscriminator(**{"input_dim": 2, **kwargs})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: (generator(), discriminator(input_dim=3)), "discriminator"),
        (lambda: (generator(num_classes=3), discriminator()), "num_classes"),
        (lambda: ([generator(), generator(latent_dim=5)],), "one size"),
        (lambda: ([generator()] * 2,), "network of its own"),
    ],
)
def test_networks_that_do_not_fit(make, message):
    with pytest.raises(ValueError, match=f"{message}.*Received"):
        mg.MixGAN(*make())


@pytest.mark.parametrize("count", [0, -1, 2.5, "3"])
def test_bad_counts(count):
    with pytest.raises(ValueError, match="num_generators.*Received"):
        mg.MixGAN(generator(), discriminator(), num_generators=count)


def test_a_network_without_known_inputs_is_refused():
    class Mystery(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match="generator.*keras.Input.*Received"):
        mg.MixGAN(Mystery())


def test_a_model_without_discriminators_only_samples():
    gan = mg.MixGAN(generator(), num_generators=2)
    assert gan.sample(3, seed=0).shape == (3, 2)
    with pytest.raises(ValueError, match="compile.*only samples"):
        gan.compile()
