"""Networks that would fill the memory, were they built."""

import json
import zipfile

import keras
import numpy as np
import pytest

import mixgan_tf as mg
from tests.hostile.presets import edited
from tests.hostile.presets import functional
from tests.hostile.presets import keras_layer
from tests.hostile.presets import rehash


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("width", 10**9),
        ("width", 10**12),
        ("width", 2**62),
        ("width", -8),
        ("width", 0),
        ("width", 8.5),
        ("width", "8"),
        ("width", [8]),
        ("width", True),
        ("depth", 10**9),
        ("depth", 500),
        ("latent_dim", 10**9),
        ("latent_dim", 0),
        ("latent_dim", "a" * 10_000),
        ("output_dim", 10**9),
        ("output_dim", 2**40),
        ("num_classes", 10**9),
        ("num_classes", -3),
        ("name", 3),
        ("unknown", 1),
    ],
)
def test_sizes_are_refused_before_memory_is_taken(
    name, value, preset, not_loaded
):
    with edited(preset / "config.json") as config:
        for network in config["model"]["generator"]:
            network["config"][name] = value
    rehash(preset)
    assert "config.json" in not_loaded(preset)


@pytest.mark.parametrize(
    "layer",
    [
        keras_layer("Dense", units=10**9),
        keras_layer("Dense", units=2**62),
        keras_layer("RepeatVector", n=10**12),
        keras_layer("UpSampling1D", size=10**9),
        keras_layer("Reshape", target_shape=[10**9, 3]),
        keras_layer("Embedding", input_dim=10**11, output_dim=4),
        keras_layer("CategoryEncoding", num_tokens=10**12),
        keras_layer("ZeroPadding1D", padding=10**11),
        keras_layer("LSTM", units=10**8),
    ],
    ids=lambda layer: layer["class_name"],
)
def test_layers_of_keras_are_bounded_too(layer, preset, not_loaded):
    with edited(preset / "config.json") as config:
        config["model"]["generator"] = [functional(layer)] * 2
    rehash(preset)
    assert "config.json" in not_loaded(preset)


def test_plain_networks_of_keras_still_load(tmp_path):
    latents = keras.Input((3,))
    generator = keras.Model(latents, keras.layers.Dense(2)(latents))
    discriminator = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(4, activation="relu"),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(1, kernel_regularizer="l2"),
        ]
    )
    gan = mg.MixGAN(generator, discriminator, num_generators=2)
    gan.compile(generator_optimizer="rmsprop", objective="hinge")
    folder = gan.save_to_preset(tmp_path / "plain")
    copy = mg.MixGAN.from_preset(folder)
    np.testing.assert_array_equal(copy.sample(5, seed=0), gan.sample(5, seed=0))


def test_images_are_bounded(keras_file, tmp_path, not_loaded):
    gan = mg.MixGAN.from_config(_model_of(keras_file))
    folder = gan.save_to_preset(tmp_path / "images")
    for shape in ([2**30, 2**30, 1], [8, 8, 2**40], [8], [8, 8, 0], "8x8", []):
        with edited(folder / "config.json") as config:
            for network in config["model"]["generator"]:
                network["config"]["image_shape"] = shape
        rehash(folder)
        assert "config.json" in not_loaded(folder)


def _model_of(keras_file):
    with zipfile.ZipFile(keras_file) as archive:
        return json.loads(archive.read("config.json"))["config"]


@pytest.mark.parametrize("num", [0, 1, 3, 5000])
def test_the_number_of_networks(num, preset, not_loaded):
    with edited(preset / "config.json") as config:
        first = config["model"]["generator"][0]
        config["model"]["generator"] = [first] * num
    rehash(preset)
    expected = f"lists {num} generators" if num else "must list the networks"
    assert expected in not_loaded(preset)


def test_networks_larger_than_their_weights_are_not_built(preset, not_loaded):
    with edited(preset / "config.json") as config:
        for network in config["model"]["generator"]:
            network["config"]["width"] += 1
    rehash(preset)
    assert "nothing was built" in not_loaded(preset)
