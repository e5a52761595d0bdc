"""Games that cannot be played are refused at compile time."""

import keras
import pytest

import mixgan_tf as mg
from tests.models import points
from tests.models import tiny_gan
from tests.models import tiny_image_gan

R = mg.regularizers


def with_features(count=4):
    """A mixture whose discriminators return several features."""
    return mg.MixGAN(
        mg.networks.MLPGenerator(2, width=4),
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(count)]),
    )


def with_layer(layer):
    """A mixture whose discriminators have a layer of the user's choice."""
    return mg.MixGAN(
        mg.networks.MLPGenerator(2, width=4),
        keras.Sequential([keras.Input((2,)), layer, keras.layers.Dense(1)]),
    )


def sampling_only():
    return mg.MixGAN(mg.networks.MLPGenerator(2, width=4))


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (tiny_gan, dict(optimizer="acgd"), "ACGD.*zero-sum.*NonSaturating"),
        (
            tiny_gan,
            dict(optimizer="cgd", objective="mmd"),
            "CGD.*zero-sum.*MMD",
        ),
        (
            tiny_gan,
            dict(optimizer="acgd", objective="minimax", regularizers=["r1"]),
            "penalty.*R1",
        ),
        (
            tiny_gan,
            dict(optimizer="acgd", objective="minimax", payoff="subsampled"),
            "every discriminator.*Subsampled",
        ),
        (
            tiny_gan,
            dict(optimizer="acgd", objective="minimax", discriminator_steps=5),
            "at once.*5",
        ),
        (
            tiny_gan,
            dict(
                optimizer="acgd",
                objective="minimax",
                generator_optimizer="adam",
            ),
            "takes the place",
        ),
        (
            lambda: tiny_gan(num_classes=3),
            dict(objective="mmd"),
            "without their classes.*3",
        ),
        (
            tiny_gan,
            dict(objective="mmd", regularizers=["gradient_penalty"]),
            "no logits.*GradientPenalty",
        ),
        (
            tiny_gan,
            dict(objective="mmd", payoff="subsampled"),
            "every discriminator.*Subsampled",
        ),
        (
            sampling_only,
            dict(objective="mmd", regularizers=["dropout"]),
            "has none.*Dropout",
        ),
        (sampling_only, dict(), "needs discriminators"),
        (with_features, dict(), "one logit.*4"),
        (
            lambda: tiny_image_gan(normalization="batch", side=16),
            dict(regularizers=["r1"]),
            "normalization='layer'.*BatchNormalization",
        ),
        (
            tiny_gan,
            dict(objective="mmd", discriminator_steps=mg.AdaptiveSteps()),
            "AdaptiveSteps.*MMD",
        ),
        (
            tiny_gan,
            dict(
                objective="wasserstein", discriminator_steps=mg.AdaptiveSteps()
            ),
            "never be updated.*Wasserstein",
        ),
        (
            tiny_gan,
            dict(objective="mmd", payoff=mg.payoff.Shared(common_latents=True)),
            "common_latents",
        ),
        (
            sampling_only,
            dict(objective="mmd", discriminator_steps=5),
            "has none.*5",
        ),
        (
            lambda: with_layer(keras.layers.LayerNormalization()),
            dict(regularizers=["gradient_penalty"]),
            "SampleNormalization.*LayerNormalization",
        ),
        (
            lambda: with_layer(keras.layers.BatchNormalization()),
            dict(objective="minimax", optimizer="acgd"),
            "synchronized=True.*BatchNormalization",
        ),
    ],
)
def test_refused(make, arguments, message):
    with pytest.raises(ValueError, match=message) as error:
        make().compile(**arguments)
    assert "Received" in str(error.value)


def discriminator(outputs):
    inputs = keras.Input((2,))
    dense = keras.layers.Dense
    return keras.Model(
        inputs, {name: dense(size)(inputs) for name, size in outputs.items()}
    )


@pytest.mark.parametrize(
    ("outputs", "num_classes", "message"),
    [
        (dict(latents=2), None, "'logit' or 'class_logits'.*latents"),
        (dict(logit=1, extra=2), None, "may return.*extra"),
        (dict(logit=1, class_logits=4), 3, r"class_logits.*3.*\(None, 4\)"),
        (dict(logit=1, latents=9), None, r"latents.*2.*\(None, 9\)"),
        (dict(logit=2), None, r"logit.*1.*\(None, 2\)"),
        (dict(logit=1), 3, "num_classes.*1 inputs"),
        (dict(class_logits=4), None, "num_classes.*class_logits"),
    ],
)
def test_heads_that_do_not_fit(outputs, num_classes, message):
    generator = mg.networks.MLPGenerator(2, width=4, num_classes=num_classes)
    with pytest.raises(ValueError, match=message) as error:
        mg.MixGAN(generator, discriminator(outputs), num_classes=num_classes)
    assert "Received" in str(error.value)


def test_labels_for_projection_are_asked_for():
    with pytest.raises(ValueError, match="num_classes.*Received.*2 inputs"):
        mg.MixGAN(
            mg.networks.MLPGenerator(2),
            mg.networks.MLPDiscriminator(2, num_classes=3),
        )


def test_class_dependent_weights_need_classes():
    with pytest.raises(ValueError, match="class_dependent_weights.*Received"):
        tiny_gan(class_dependent_weights=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: R.WeightClipping(0.0), "limit.*Received"),
        (lambda: R.GradientPenalty(-1.0), "weight.*Received"),
        (lambda: R.GradientPenalty(1.0, "all"), "'mixture'.*Received.*all"),
        (lambda: R.R1("10"), "weight.*Received"),
        (lambda: R.InstanceNoise(float("inf")), "stddev.*Received"),
        (lambda: R.InstanceNoise(0.1, 0), "anneal_steps.*Received"),
        (lambda: R.Dropout(1.0), "rate.*Received"),
        (lambda: R.SpectralNormalization(0), "iterations.*Received"),
        (lambda: mg.EMA(1.5), "decay.*Received"),
        (lambda: mg.EMA(players=("critic",)), "players.*Received"),
        (lambda: mg.AdaptiveSteps(min_cost=0.0), "min_cost.*Received"),
        (
            lambda: mg.AdaptiveSteps(generator_steps=[(0.1, 1), (0.5, 2)]),
            "largest.*Received",
        ),
    ],
)
def test_bad_settings(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_refused_game_cannot_be_trained():
    gan = tiny_gan()
    gan.compile()
    with pytest.raises(ValueError, match="no logits"):
        gan.compile("mmd", regularizers=["r1"])
    with pytest.raises(ValueError, match="compile"):
        gan.fit(points(), verbose=0)
    gan.compile()
    gan.fit(points(), batch_size=12, verbose=0)


def test_regularizers_are_not_shared_between_models():
    noise, spectral = R.InstanceNoise(), R.SpectralNormalization()
    first, second = tiny_gan(), tiny_gan()
    for gan in (first, second):
        gan.compile(regularizers=[noise, spectral])
    assert first.regularizers[1].state is not second.regularizers[1].state
    assert spectral.state is None


@pytest.mark.parametrize("given", [None, R.R1(), "r1", (R.R1(),)])
def test_regularizers_may_be_given_alone(given):
    gan = tiny_gan()
    gan.compile(regularizers=given)
    assert len(gan.regularizers) == (given is not None)


def test_compiling_again_leaves_nothing_behind(tmp_path):
    gan = tiny_gan(dropout=0.2)
    count = len(gan.variables)
    both = mg.EMA(0.9, players=("generator", "discriminator"))
    for _ in range(2):
        gan.compile(ema=both, regularizers=["spectral_normalization"])
    gan.compile()
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert len(copy.variables) == len(gan.variables) == count


def test_a_logit_without_an_axis_will_do():
    inputs = keras.Input((2,))
    logit = keras.layers.Reshape(())(keras.layers.Dense(1)(inputs))
    gan = mg.MixGAN(
        mg.networks.MLPGenerator(2, width=4), keras.Model(inputs, logit)
    )
    gan.compile()
    gan.train_on_batch(points(6))


@pytest.mark.parametrize("policy", ["float16", "bfloat16", "float64"])
def test_policies_that_lose_precision_are_refused(policy):
    gan = tiny_gan()
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        with pytest.raises(ValueError, match=f"Received: .*{policy}"):
            gan.compile()
    finally:
        keras.config.set_dtype_policy(before)


def test_mmd_needs_two_rows_of_each_generator():
    gan = tiny_gan()
    gan.compile("mmd")
    with pytest.raises(ValueError, match="hold two for each.*Received"):
        gan.train_on_batch(points(5))
