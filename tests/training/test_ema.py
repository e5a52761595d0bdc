import keras
import numpy as np
import pytest

import mixgan_tf as mg
from tests.models import differ
from tests.models import images
from tests.models import points
from tests.models import tiny_gan
from tests.models import tiny_image_gan
from tests.models import weights_of

BOTH = mg.EMA(0.5, players=("generator", "discriminator"))


def trained(ema=BOTH, make=lambda: tiny_gan(2, 2), x=None):
    gan = make()
    gan.compile(generator_optimizer=keras.optimizers.SGD(0.5), ema=ema)
    gan.fit(points() if x is None else x, batch_size=6, verbose=0)
    return gan


def test_averages_follow_their_definition():
    gan = tiny_gan()
    gan.compile(ema=BOTH)
    average = weights_of(gan.generator_mixture)
    for step in range(1, 5):
        gan.train_on_batch(points(12, seed=step))
        decay = min(0.5, (1 + step) / (10 + step))
        average = [
            decay * a + (1 - decay) * w
            for a, w in zip(
                average, weights_of(gan.generator_mixture), strict=True
            )
        ]
    for a, b in zip(
        average, weights_of(gan.ema_generator_mixture), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_sampling_evaluation_and_export_use_them():
    gan, x = trained(), points()
    averaged = [
        gan.sample(6, seed=1),
        gan.generator_weights,
        gan.payoff_matrix(x),
        gan.evaluate(x, verbose=0, return_dict=True)["payoff"],
        np.array(gan(np.ones((4, 4), "float32"))),
        np.array(mg.export.fold(gan)(np.ones((4, 4), "float32"))),
    ]
    np.testing.assert_allclose(averaged[4], averaged[5], atol=1e-6)
    for player in ("generator", "discriminator"):
        live = getattr(gan, f"{player}_mixture")
        live.set_weights([0 * w for w in live.get_weights()])
    gan._runners = None
    again = [
        gan.sample(6, seed=1),
        gan.generator_weights,
        gan.payoff_matrix(x),
        gan.evaluate(x, verbose=0, return_dict=True)["payoff"],
        np.array(gan(np.ones((4, 4), "float32"))),
        np.array(mg.export.fold(gan)(np.ones((4, 4), "float32"))),
    ]
    assert not differ(averaged, again)


def test_the_generators_alone_by_default():
    gan = trained(ema=0.9)
    assert gan.ema.players == ("generator",)
    assert gan.averaged_mixture("discriminator") is gan.discriminator_mixture
    assert differ(
        weights_of(gan.averaged_mixture("generator")),
        weights_of(gan.generator_mixture),
    )


def test_training_itself_does_not_change():
    results = []
    for ema in (None, BOTH):
        keras.utils.set_random_seed(2)
        gan = trained(ema)
        results.append(
            weights_of(gan.generator_mixture)
            + weights_of(gan.discriminator_mixture)
        )
    assert not differ(*results)


@pytest.mark.parametrize("compiled", [True, False])
def test_saved_in_a_keras_file(tmp_path, compiled):
    gan = trained()
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras", compile=compiled)
    np.testing.assert_array_equal(gan.sample(6, seed=1), copy.sample(6, seed=1))
    if compiled:
        for model in (gan, copy):
            model.fit(points(), batch_size=6, shuffle=False, verbose=0)
        assert not differ(weights_of(gan), weights_of(copy))


@pytest.mark.parametrize("with_discriminators", [True, False])
def test_saved_in_a_preset(tmp_path, with_discriminators):
    gan = trained(make=tiny_image_gan, x=images(12))
    gan.save_to_preset(tmp_path / "preset")
    copy = mg.MixGAN.from_preset(
        tmp_path / "preset", load_discriminators=with_discriminators
    )
    np.testing.assert_array_equal(gan.sample(6, seed=1), copy.sample(6, seed=1))
    live = weights_of(gan.generator_mixture)
    same = not differ(live, weights_of(copy.generator_mixture))
    assert same == with_discriminators


def test_resumed_from_a_checkpoint(tmp_path):
    gan = trained()
    callback = mg.callbacks.Checkpoint(tmp_path, every=4)
    gan.fit(points(), batch_size=6, callbacks=[callback], verbose=0)
    fresh = tiny_gan(2, 2)
    fresh.compile(generator_optimizer=keras.optimizers.SGD(0.5), ema=BOTH)
    mg.callbacks.restore_latest(fresh, tmp_path)
    assert not differ(weights_of(gan), weights_of(fresh))


def test_compiling_again_keeps_the_averages():
    gan = trained()
    before = weights_of(gan.ema_generator_mixture)
    gan.compile(ema=BOTH)
    assert not differ(before, weights_of(gan.ema_generator_mixture))
    gan.compile()
    assert gan.averaged_mixture("generator") is gan.generator_mixture
