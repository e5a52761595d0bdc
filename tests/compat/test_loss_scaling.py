"""Steps in one execution, XLA and mixed precision, alone and together."""

import keras
import numpy as np
import pytest

import mixgan_tf as mg
from tests.models import images
from tests.models import points
from tests.models import tiny_gan
from tests.models import tiny_image_gan

# How far weights may be from those of float32 after three steps of 1e-3.
TOLERANCES = {"float32": 1e-6, "mixed_bfloat16": 8e-3, "mixed_float16": 4e-3}


# Policy, XLA, steps in one execution.
COMBINATIONS = [
    ("float32", False, 3),
    ("float32", True, 1),
    ("float32", True, 3),
    ("mixed_bfloat16", False, 3),
    ("mixed_bfloat16", True, 3),
    ("mixed_float16", False, 1),
    ("mixed_float16", True, 3),
]


@pytest.fixture(params=COMBINATIONS, ids=str)
def combination(request):
    keras.config.set_dtype_policy(request.param[0])
    yield request.param
    keras.config.set_dtype_policy("float32")


@pytest.fixture
def half():
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


def sgd():
    return keras.optimizers.SGD(0.05)


def seeded(make, *arguments):
    keras.utils.set_random_seed(0)
    return make(*arguments)


def trained(make, data, compiled=None, **arguments):
    gan = seeded(make)
    gan.compile(
        generator_optimizer=sgd(),
        discriminator_optimizer=sgd(),
        mixture_optimizer=sgd(),
        **{**arguments, **(compiled or {})},
    )
    gan.fit(data, batch_size=len(data) // 6, epochs=1, verbose=0, shuffle=False)
    return gan


def weights(gan):
    return np.concatenate([np.ravel(w) for w in gan.get_weights()])


def test_all_combinations_train_as_one_step_in_float32(combination):
    policy, jit_compile, steps_per_execution = combination
    data = points(48)
    found = trained(
        tiny_gan,
        data,
        dict(jit_compile=jit_compile, steps_per_execution=steps_per_execution),
    )
    assert int(found.train_steps.numpy()) == 6
    start = weights(seeded(tiny_gan))
    keras.config.set_dtype_policy("float32")
    expected = weights(trained(tiny_gan, data))
    moved = np.abs(expected - start).max()
    off = np.abs(weights(found) - expected).max()
    assert off < TOLERANCES[policy] < 0.2 * moved


@pytest.mark.parametrize("payoff", ["stratified", "subsampled", "shared"])
def test_images_in_float16(half, payoff):
    data = images(48)
    found = weights(trained(tiny_image_gan, data, payoff=payoff))
    keras.config.set_dtype_policy("float32")
    expected = weights(trained(tiny_image_gan, data, payoff=payoff))
    start = weights(seeded(tiny_image_gan))
    assert np.abs(found - expected).max() < 0.2 * np.abs(expected - start).max()


def test_gradients_that_vanish_in_float16_are_kept(half):
    def moved():
        gan = seeded(tiny_gan, 1, 1)
        # The generator's gradient passes kernels of 1e-3 twice.
        for network in (
            gan.generator_mixture.components[0],
            gan.discriminator_mixture.components[0],
        ):
            kernel = network.trainable_variables[-2]
            kernel.assign(kernel * 1e-3)
        before = [v.numpy() for v in gan.generator_variables]
        gan.compile(
            generator_optimizer=keras.optimizers.SGD(1e3),
            discriminator_optimizer=keras.optimizers.SGD(0.0),
        )
        gan.fit(points(8), batch_size=8, verbose=0)
        return [
            np.abs(v.numpy() - b).max()
            for v, b in zip(gan.generator_variables, before, strict=True)
        ]

    found = moved()
    keras.config.set_dtype_policy("float32")
    np.testing.assert_allclose(found, moved(), rtol=0.05)


def test_an_overflow_skips_the_step_and_halves_the_scale(half):
    gan = tiny_gan()
    gan.compile()
    gan.fit(points(8), batch_size=8, verbose=0)
    scale = gan.discriminator_optimizer.dynamic_scale
    before = [v.numpy() for v in gan.discriminator_variables]
    gan.discriminator_optimizer.dynamic_scale.assign(2.0**40)
    gan.fit(points(8), batch_size=8, verbose=0)
    for variable, value in zip(
        gan.discriminator_variables, before, strict=True
    ):
        np.testing.assert_array_equal(variable.numpy(), value)
    assert float(scale.numpy()) == 2.0**39
    assert all(np.isfinite(w).all() for w in gan.get_weights())


def test_scales_are_saved_with_the_model(half, tmp_path):
    gan = tiny_gan()
    gan.compile()
    gan.generator_optimizer.dynamic_scale.assign(64.0)
    gan.fit(points(8), batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert float(loaded.generator_optimizer.dynamic_scale.numpy()) == 64.0
    for model in (gan, loaded):
        model.fit(points(8, seed=1), batch_size=8, verbose=0)
    np.testing.assert_array_equal(weights(loaded), weights(gan))


@pytest.mark.parametrize(
    "arguments, name",
    [
        (dict(objective="minimax", optimizer="acgd"), "competitive"),
        (dict(objective="mmd"), "samples or features"),
        (dict(discriminator_steps=mg.AdaptiveSteps()), "AdaptiveSteps"),
    ],
)
def test_what_does_not_scale_losses_is_refused(half, arguments, name):
    gan = tiny_gan()
    with pytest.raises(ValueError, match=f"mixed_float16.*{name}"):
        gan.compile(**arguments)
    assert not gan.compiled


def test_a_users_own_loss_scale_changes_nothing():
    def run(factor):
        gan = seeded(tiny_gan)
        gan.compile(
            generator_optimizer=keras.optimizers.SGD(
                0.1, loss_scale_factor=factor
            ),
            discriminator_optimizer=keras.optimizers.SGD(
                0.1, loss_scale_factor=factor
            ),
        )
        gan.fit(points(24), batch_size=8, verbose=0, shuffle=False)
        return weights(gan)

    np.testing.assert_allclose(run(256.0), run(None), atol=1e-6)
