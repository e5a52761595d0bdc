import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from mixgan_tf.export.saved_model import to_saved_model
from scipy import stats

import mixgan_tf as mg
from tests.export.mixtures import MIXTURES
from tests.export.mixtures import WEIGHTS
from tests.export.mixtures import as_if_trained
from tests.export.mixtures import call
from tests.export.mixtures import expected_samples
from tests.export.mixtures import image_mixture
from tests.export.mixtures import inputs_of
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture
from tests.export.saved_model.saved_models import exported
from tests.export.saved_model.saved_models import feed_of
from tests.export.saved_model.saved_models import report_of
from tests.export.saved_model.saved_models import signatures
from tests.models import labels
from tests.models import set_logits
from tests.models import tiny_gan


@pytest.fixture(params=MIXTURES)
def kind(request):
    return request.param


def test_saved_model_serves_what_the_model_makes(kind):
    gan, _ = exported(kind)
    served = signatures(kind)
    inputs = inputs_of(gan, 50)
    expected = expected_samples(gan, inputs)
    for signature in ("generate", "serving_default"):
        samples = served[signature](**feed_of(inputs))["samples"]
        np.testing.assert_allclose(samples, expected, atol=1e-5)
    for num in (1, 7, 9):
        result = served["sample"](num=tf.constant(num), seed=tf.constant(4))
        np.testing.assert_allclose(
            result["samples"], gan.sample(num, seed=4), atol=1e-5
        )
        if gan.num_classes:
            assert result["labels"].shape == (num,)


def test_small_batches_and_components_without_rows(kind):
    gan, path = exported(kind)
    run = to_saved_model.open_saved_model(path)
    for num, selected in itertools.product((0, 1, 2), (None, -5.0, 5.0)):
        inputs = inputs_of(gan, num)
        if selected is not None:
            inputs[0][:, -1] = selected
        expected = expected_samples(gan, inputs)
        found = run(*inputs)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_component_frequencies_follow_the_weights(tmp_path):
    gan = point_mixture()
    for i, generator in enumerate(gan.generator_mixture.components):
        *rest, bias = generator.get_weights()
        generator.set_weights([*(0.01 * w for w in rest), bias + 10 * i])
    num = 50_000
    folded = call(mg.export.fold(gan), inputs_of(gan, num, seed=3))
    served = tf.saved_model.load(
        str(mg.export.to_saved_model(gan, tmp_path / "m"))
    )
    drawn = served.signatures["sample"](
        num=tf.constant(num), seed=tf.constant(5)
    )["samples"].numpy()
    for samples in (folded, drawn):
        counts = np.bincount(np.round(samples[:, 0] / 10).astype(int))
        assert stats.chisquare(counts, num * WEIGHTS).pvalue > 1e-3


def test_labels_can_be_given():
    gan, _ = exported("labelled images")
    given = np.array([2, 2, 0, 1], "int32")
    samples = signatures("labelled images")["sample_labels"](
        labels=tf.constant(given), seed=tf.constant(8)
    )["samples"]
    expected = gan.sample(4, seed=8, labels=given)
    np.testing.assert_allclose(samples, expected, atol=1e-5)
    assert np.abs(expected - gan.sample(4, seed=8, labels=0)).max() > 1e-3
    names = sorted(signatures("points"))
    assert names == ["generate", "sample", "serving_default"]


def test_components_have_signatures_if_asked(kind):
    gan, _ = exported(kind, components=True)
    served = signatures(kind, components=True)
    inputs = inputs_of(gan, 5)
    inputs[0] = inputs[0][:, :-1]
    for i, component in enumerate(gan.generator_mixture.components):
        samples = served[f"component_{i}"](**feed_of(inputs))["samples"]
        np.testing.assert_allclose(samples, call(component, inputs), atol=1e-5)
    assert len([n for n in served if n.startswith("component_")]) == 3


def test_components_keep_their_numbers_when_others_are_dropped(tmp_path):
    gan = point_mixture()
    set_logits(gan, [0.0, -40.0, 0.0])
    path = mg.export.to_saved_model(gan, tmp_path / "m", components=True)
    served = tf.saved_model.load(str(path)).signatures
    assert "component_1" not in served
    latents = inputs_of(gan, 5)[0][:, :-1]
    samples = served["component_2"](latents=tf.constant(latents))["samples"]
    expected = gan.generator_mixture.components[2](latents)
    np.testing.assert_allclose(samples, expected, atol=1e-5)
    assert report_of(path)["fold"]["num_components"] == 2


def test_pixels_are_rounded_from_the_output_range(tmp_path):
    gan = image_mixture()
    for generator in gan.generator_mixture.components:
        *rest, kernel, bias = generator.get_weights()
        generator.set_weights([*rest, 20 * kernel, bias])  # to -1 and to 1
    path = mg.export.to_saved_model(
        gan, tmp_path / "m", output_dtype="uint8", components=True
    )
    served = tf.saved_model.load(str(path)).signatures
    inputs = inputs_of(gan, 40)
    expected = expected_samples(gan, inputs)
    assert expected.min() < -0.999 and expected.max() > 0.999
    pixels = served["generate"](**feed_of(inputs))["samples"]
    assert pixels.dtype == tf.uint8
    exact = 255 * (expected + 1) / 2
    assert np.abs(pixels.numpy() - exact).max() <= 0.5 + 1e-3
    for name in ("sample", "component_0"):
        assert served[name].structured_outputs["samples"].dtype == tf.uint8
    found = to_saved_model.open_saved_model(path)(*inputs)
    assert np.abs(found - expected).max() <= 1 / 255 + 1e-5
    assert report_of(path)["output_range"] == [-1.0, 1.0]


def test_inputs_that_do_not_fit_are_refused_when_served():
    gan, _ = exported("labelled images", components=True)
    served = signatures("labelled images", components=True)
    size = gan.latent_dim + 1
    refused = tf.errors.InvalidArgumentError
    for name, wrong, right in (
        ("generate", size - 1, size),
        ("serving_default", size + 1, size),
        ("component_1", size, size - 1),
    ):
        message = rf"latents \[2,{wrong}\] is not compatible.*\[\?,{right}\]"
        with pytest.raises(refused, match=message):
            served[name](
                latents=tf.zeros([2, wrong]), labels=tf.constant([0, 1])
            )
    with pytest.raises(refused, match=r"labels must be in \[0, 3\)"):
        served["generate"](
            latents=tf.zeros([2, size]), labels=tf.constant([0, 3])
        )
    with pytest.raises(refused, match=r"labels must be in \[0, 3\)"):
        served["sample_labels"](labels=tf.constant([-1]), seed=tf.constant(0))


def test_generators_of_other_shapes_and_kinds(tmp_path):
    """Any Keras networks: plain ones, of different sizes, with Conv2D."""

    def network(width):
        inputs = keras.Input((3,))
        x = keras.layers.Dense(16 * width, activation="relu")(inputs)
        x = keras.layers.Reshape((4, 4, width))(x)
        x = keras.layers.UpSampling2D()(x)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.Conv2D(2, 3, padding="same", activation="tanh")(x)
        return keras.Model(inputs, x)

    gan = mixture(as_if_trained([network(4), network(6)]), [0.5, 0.5])
    path = mg.export.to_saved_model(gan, tmp_path / "m")
    run = to_saved_model.open_saved_model(path)
    for num in (1, 30):
        inputs = inputs_of(gan, num)
        expected = expected_samples(gan, inputs)
        np.testing.assert_allclose(run(*inputs), expected, atol=1e-5)


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_networks_of_half_precision_are_served(dtype, tmp_path):
    keras.mixed_precision.set_global_policy(dtype)
    try:
        gan = image_mixture()
    finally:
        keras.mixed_precision.set_global_policy("float32")
    path = mg.export.to_saved_model(gan, tmp_path / "m")
    inputs = inputs_of(gan, 20)
    expected = expected_samples(gan, inputs)
    found = to_saved_model.open_saved_model(path)(*inputs)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_a_mixture_of_one_is_served(tmp_path):
    gan = tiny_gan(num_generators=1)
    path = mg.export.to_saved_model(gan, tmp_path / "m", components=True)
    inputs = inputs_of(gan, 5)
    expected = gan.generator_mixture.components[0](inputs[0][:, :-1])
    found = to_saved_model.open_saved_model(path)(*inputs)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("selector", ["dense", "relu"])
def test_other_selectors_are_served_too(selector, tmp_path):
    gan = image_mixture(num_classes=3)
    folded = mg.export.fold(gan, selector)
    path = mg.export.to_saved_model(folded, tmp_path / "m", components=True)
    inputs = inputs_of(gan, 20)
    found = to_saved_model.open_saved_model(path)(*inputs)
    np.testing.assert_allclose(found, call(folded, inputs), atol=1e-5)
    served = tf.saved_model.load(str(path)).signatures
    inputs[0] = inputs[0][:, :-1]
    found = served["component_2"](**feed_of(inputs))["samples"]
    expected = call(gan.generator_mixture.components[2], inputs)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_labels_reach_their_rows():
    gan, path = exported("labelled images")
    run = to_saved_model.open_saved_model(path)
    latents = inputs_of(gan, 6)[0]
    first = run(latents, labels(6))
    second = run(latents, (labels(6) + 1) % 3)
    assert np.abs(first - second).max(axis=(1, 2, 3)).min() > 1e-4
