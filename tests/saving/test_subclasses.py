"""A subclass of MixGAN loads as itself."""

import keras
import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.saving.keras_files import load_keras_file
from tests.models import tiny_gan


@keras.saving.register_keras_serializable("tests")
class Named(mg.MixGAN):
    """A mixture with an argument of its own."""

    def __init__(self, *args, motto="none", **kwargs):
        super().__init__(*args, **kwargs)
        self.motto = motto

    def get_config(self):
        return {**super().get_config(), "motto": self.motto}


@pytest.fixture(scope="module")
def named():
    plain = tiny_gan(2, 1)
    gan = Named.from_config({**plain.get_config(), "motto": "two of a kind"})
    gan.compile(ema=0.9)
    return gan


def _is_same(loaded, named):
    assert type(loaded) is Named
    assert loaded.motto == "two of a kind"
    np.testing.assert_array_equal(
        loaded.sample(5, seed=1), named.sample(5, seed=1)
    )


def test_from_a_preset(named, tmp_path):
    named.save_to_preset(tmp_path / "p")
    loaded = Named.from_preset(tmp_path / "p")
    _is_same(loaded, named)
    assert loaded.compiled
    _is_same(
        Named.from_preset(tmp_path / "p", load_discriminators=False), named
    )


def test_from_a_keras_file(named, tmp_path):
    path = tmp_path / "gan.keras"
    named.save(path)
    _is_same(load_keras_file(path, mg.MixGAN), named)
    _is_same(load_keras_file(path, Named), named)
    _is_same(keras.saving.load_model(path), named)


def test_a_file_of_the_base_class_is_refused_as_the_subclass(tmp_path):
    path = tmp_path / "gan.keras"
    tiny_gan(2, 1).save(path)
    with pytest.raises(ValueError, match=r"holds a MixGAN, not a .*Named"):
        load_keras_file(path, Named)
