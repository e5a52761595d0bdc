import json
import pathlib
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf import files
from mixgan_tf.metrics.features.extractor_folders import CONFIG
from mixgan_tf.metrics.features.extractor_folders import METADATA
from mixgan_tf.metrics.features.extractor_folders import WEIGHTS
from mixgan_tf.metrics.features.inception import InceptionExtractor
from tests.metrics.features.extractors import tiny_extractor
from tests.metrics.features.extractors import tiny_model
from tests.models import images

SHIPPED = pathlib.Path(mg.zoo.__file__).parent / "extractors"
# Name, shape, the largest file, the least accuracy on the test split.
PUBLISHED = [
    ("digits", (8, 8, 1), 2**18, 0.95),
    ("mnist", (28, 28, 1), 10**6, 0.992),
    ("cifar10", (32, 32, 3), 2_500_000, 0.8),
]


@pytest.fixture
def saved(tmp_path):
    return mg.metrics.save_extractor(tiny_model(), tmp_path / "e", "tiny")


@pytest.mark.parametrize(("name", "shape", "size", "accuracy"), PUBLISHED)
def test_published_extractors_load(name, shape, size, accuracy):
    extractor = mg.metrics.get_extractor(name)
    weights = SHIPPED / name / WEIGHTS
    assert weights.stat().st_size < size
    assert extractor.sha256 == files.sha256(weights)
    assert extractor.input_shape == shape
    assert extractor.metadata["accuracy"]["test"] >= accuracy
    assert extractor.metadata["accuracy"]["held_out"] >= accuracy
    trained_on = extractor.metadata["trained_on"]
    assert trained_on["name"] == name
    assert extractor.metadata["held_out"] == f"train[{trained_on['num']}:]"
    features, logits = extractor(np.zeros((2, *shape)))
    assert features.shape == (2, extractor.feature_dim)
    assert logits.shape == (2, 10)
    assert features.dtype == logits.dtype == np.float32


def test_the_published_accuracy_on_digits_is_true():
    assert accuracy_of("digits", 360) == pytest.approx(
        recorded_accuracy("digits"), abs=1e-4
    )


@pytest.mark.real_data
def test_the_published_accuracy_on_mnist_is_true(mnist):
    assert accuracy_of(mnist, 10_000) == pytest.approx(
        recorded_accuracy(mnist), abs=2e-4
    )


@pytest.mark.real_data
def test_the_published_accuracy_on_cifar10_is_true(cifar10):
    # Of the first 2000 images: within four standard errors.
    expected = recorded_accuracy(cifar10)
    error = (expected * (1 - expected) / 2000) ** 0.5
    assert abs(accuracy_of(cifar10, 2000) - expected) < 4 * error


def recorded_accuracy(name):
    return mg.metrics.get_extractor(name).metadata["accuracy"]["test"]


def accuracy_of(name, num):
    extractor = mg.metrics.get_extractor(name)
    data = mg.data.load_images(
        name, "test", batch_size=500, with_labels=True, endless=False
    )
    hits = []
    for batch, labels in data.take(-(-num // 500)):
        hits.extend(extractor(batch).logits.argmax(axis=1) == labels.numpy())
    return np.mean(hits[:num])


def test_a_saved_extractor_gives_the_models_outputs(saved):
    batch = images()
    expected = tiny_model()(batch)
    extractor = mg.metrics.get_extractor(saved)
    features, logits = extractor(batch)
    np.testing.assert_allclose(features, expected["features"], atol=1e-6)
    np.testing.assert_allclose(logits, expected["logits"], atol=1e-6)
    assert extractor.score_name("frechet") == "frechet@tiny"
    described = json.loads(json.dumps(extractor.describe()))
    assert described["sha256"] == files.sha256(saved / WEIGHTS)
    assert described["resizer"] is None
    assert mg.metrics.get_extractor(extractor) is extractor


@pytest.mark.parametrize("file", [CONFIG, WEIGHTS])
def test_changed_and_missing_files_are_refused(saved, file):
    content = bytearray((saved / file).read_bytes())
    content[len(content) // 2] ^= 1
    (saved / file).write_bytes(content)
    with pytest.raises(ValueError, match=f"{file} is missing, damaged"):
        mg.metrics.get_extractor(saved)
    (saved / file).unlink()
    with pytest.raises(ValueError, match="Received: no file"):
        mg.metrics.get_extractor(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "Upgrade mixgan-tf"),
        ({"sha256": None}, "no extractor's metadata"),
    ],
)
def test_odd_metadata_is_refused(saved, change, message):
    metadata = json.loads((saved / METADATA).read_text())
    (saved / METADATA).write_text(json.dumps({**metadata, **change}))
    with pytest.raises(ValueError, match=message):
        mg.metrics.get_extractor(saved)
    (saved / METADATA).write_text("{")
    with pytest.raises(ValueError, match="cannot be read as JSON"):
        mg.metrics.get_extractor(saved)


def test_a_classifier_that_cannot_be_built_is_refused(saved):
    config = (saved / CONFIG).read_text().replace("Conv2D", "NoSuchLayer")
    (saved / CONFIG).write_text(config)
    metadata = json.loads((saved / METADATA).read_text())
    metadata["sha256"][CONFIG] = files.sha256(saved / CONFIG)
    (saved / METADATA).write_text(json.dumps(metadata))
    with pytest.raises(ValueError, match="can be built.*NoSuchLayer"):
        mg.metrics.get_extractor(saved)


def test_unknown_extractors_are_refused(tmp_path):
    for unknown in ("imagenet", tmp_path, None):
        with pytest.raises(ValueError, match="'cifar10', 'digits', 'mnist'"):
            mg.metrics.get_extractor(unknown)


def test_images_that_do_not_fit_are_refused(tmp_path):
    extractor = tiny_extractor(tmp_path / "e")
    for wrong in (images(side=9), images()[0], np.zeros((2, 8, 8, 3))):
        with pytest.raises(ValueError, match=r"takes images \(B, 8, 8, 1\)"):
            extractor(wrong)
    for wrong in (255 * np.ones((1, 8, 8, 1)), np.full((1, 8, 8, 1), np.nan)):
        with pytest.raises(ValueError, match=r"finite and in \[-1, 1\]"):
            extractor(wrong)


def test_what_is_no_extractor_is_not_saved(tmp_path):
    classifier = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="'features' and 'logits'"):
        mg.metrics.save_extractor(classifier, tmp_path / "e", "tiny")
    for name in ("inception", "a b", ""):
        with pytest.raises(ValueError, match="Argument `name`"):
            mg.metrics.save_extractor(tiny_model(), tmp_path / "e", name)
    assert not (tmp_path / "e").exists()
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="must be new, empty, or an ext"):
        mg.metrics.save_extractor(tiny_model(), tmp_path / "e", "tiny")
    assert (tmp_path / "e" / "thesis.txt").read_text() == "mine"


def test_inception_without_a_network_says_what_to_do():
    # Port 9 discards: nothing answers there.
    with pytest.raises(ValueError, match="check the network, or let TFHUB"):
        InceptionExtractor("http://127.0.0.1:9/inception")


def test_inception_loads_a_module_with_its_outputs(tmp_path):
    # A stand-in with the outputs of TF-GAN's module, in its folder format.
    class Module(tf.Module):
        @tf.function(
            input_signature=[tf.TensorSpec([None, 299, 299, 3], tf.float32)]
        )
        def __call__(self, x):
            mean = tf.reduce_mean(x, axis=(1, 2), keepdims=True)
            return {"pool_3": mean, "logits": tf.squeeze(2 * mean, (1, 2))}

    tf.saved_model.save(Module(), str(tmp_path / "module"))
    extractor = InceptionExtractor(tmp_path / "module")
    batch = np.full((2, 32, 40, 3), [0.5, -0.5, 1.0])
    features, logits = extractor(batch)
    np.testing.assert_allclose(features, [[0.5, -0.5, 1.0]] * 2, atol=1e-5)
    np.testing.assert_allclose(logits, 2 * features, atol=1e-5)
    assert (extractor.feature_dim, extractor.num_classes) == (3, 3)
    assert extractor.score_name("frechet") == "frechet_inception_distance"
    assert "299x299" in extractor.describe()["resizer"]
    copy = shutil.copytree(tmp_path / "module", tmp_path / "copy")
    assert InceptionExtractor(copy).sha256 == extractor.sha256
    (copy / "variables" / "more").write_text("changed")
    assert InceptionExtractor(copy).sha256 != extractor.sha256
    with pytest.raises(ValueError, match=r"\(B, any, any, 3\)"):
        extractor(np.zeros((2, 28, 28, 1)))
