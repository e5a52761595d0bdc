import json

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics.features.pixels import rounded_to_8_bits
from mixgan_tf.metrics.image_scores import METRICS
from tests.metrics.features.extractors import tiny_extractor
from tests.models import images
from tests.models import tiny_image_gan

ALL = tuple(METRICS)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MIXGAN_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def extractor(tmp_path):
    return tiny_extractor(tmp_path / "e")


def samples(num=60, seed=0, gan=None):
    gan = gan or tiny_image_gan()
    return mg.metrics.GanSamples(gan, num, seed, block_size=25)


def digits(**kwargs):
    return mg.metrics.ImageSplit("digits", "test", **kwargs)


def test_the_same_protocol_gives_the_same_numbers(extractor):
    gan = tiny_image_gan()
    first, second = (
        mg.metrics.compute_scores(samples(gan=gan), digits(), extractor, ALL)
        for _ in range(2)  # the second finds real statistics in the cache
    )
    assert first == second
    other = samples(seed=1, gan=gan)
    third = mg.metrics.compute_scores(other, digits(), extractor)
    assert third["protocol"] != first["protocol"]
    name = "frechet@tiny"
    assert third["scores"][name] != pytest.approx(first["scores"][name])


def test_scores_are_named_for_what_they_are(extractor):
    result = mg.metrics.compute_scores(samples(), digits(), extractor, ALL)
    assert list(result["scores"]) == [
        "classifier_score@tiny",
        "frechet@tiny",
        "kernel@tiny",
        "sliced_wasserstein",
    ]
    assert result["scores"]["classifier_score@tiny"]["parts"] == 10
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    protocol = result["protocol"]
    assert protocol["real"]["num"] == 360
    assert protocol["samples"]["num"] == 60
    assert protocol["samples"]["seed"] == 0
    assert protocol["extractor"]["sha256"] == extractor.sha256
    assert protocol["settings"]["classifier_score"] == {"splits": 10}
    assert {"mixgan_tf", "tensorflow", "keras"} <= set(protocol["versions"])


def test_scores_are_those_of_the_plain_functions(extractor):
    fake, real = images(60, seed=1), images(70, seed=2)
    sources = mg.metrics.ImageArray(fake), mg.metrics.ImageArray(real)
    result = mg.metrics.compute_scores(*sources, extractor, splits=3)
    fake, real = (extractor(rounded_to_8_bits(x)) for x in (fake, real))
    values = [score["value"] for score in result["scores"].values()]
    expected = [
        mg.metrics.classifier_score(fake.logits, 3).mean,
        mg.metrics.frechet_distance(real.features, fake.features),
        mg.metrics.kernel_distance(real.features, fake.features).mean,
    ]
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-9)


def test_real_images_score_well_against_themselves():
    result = mg.metrics.compute_scores(
        digits(), digits(), "digits", ALL, splits=4
    )
    values = {name: s["value"] for name, s in result["scores"].items()}
    assert values["frechet@digits"] < 1e-6
    assert values["kernel@digits"] < 0
    assert values["sliced_wasserstein"] < 0.1
    assert 8 < values["classifier_score@digits"] <= 10


def test_noise_scores_badly_on_digits():
    noise = mg.metrics.ImageArray(images(360))
    train = mg.metrics.ImageSplit("digits", "train", num=360)
    names = ("frechet", "kernel")
    of_noise, of_train = (
        mg.metrics.compute_scores(source, digits(), "digits", names)["scores"]
        for source in (noise, train)
    )
    for name in of_noise:
        assert of_train[name]["value"] < of_noise[name]["value"] / 5


def test_a_gan_stands_for_its_samples(extractor):
    result = mg.metrics.compute_scores(
        tiny_image_gan(), digits(), extractor, "classifier_score"
    )
    assert result["protocol"]["samples"]["num"] == 10_000


def test_pixels_need_no_extractor():
    result = mg.metrics.compute_scores(
        samples(), digits(), None, "sliced_wasserstein"
    )
    assert list(result["scores"]) == ["sliced_wasserstein"]
    assert result["protocol"]["extractor"] is None
    with pytest.raises(ValueError, match="Argument `extractor`"):
        mg.metrics.compute_scores(samples(), digits(), None, "frechet")


def test_bad_requests_are_refused_before_anything_is_drawn(extractor):
    source = samples()
    source.batches = None  # whoever draws from it fails
    for metrics in ("inception_score", (), ("frechet", "fid")):
        with pytest.raises(ValueError, match="`metrics` must name some of"):
            mg.metrics.compute_scores(source, digits(), extractor, metrics)
    with pytest.raises(ValueError, match="more than 6 samples"):
        few = digits(num=6)
        mg.metrics.compute_scores(source, few, extractor, "frechet")
    with pytest.raises(ValueError, match="needs 63 samples"):
        mg.metrics.compute_scores(source, digits(), extractor, splits=21)
    with pytest.raises(ValueError, match=r"takes images \(B, 28, 28, 1\)"):
        mg.metrics.compute_scores(source, digits(), "mnist", "kernel")


@pytest.mark.real_data
def test_the_preset_beats_an_untrained_model_on_mnist(mnist):
    trained = mg.MixGAN.from_preset("mix_dcgan_mnist")
    untrained = mg.MixGAN.from_preset("mix_dcgan_mnist", load_weights=False)
    real = mg.metrics.ImageSplit(mnist, "test", num=500)
    good, bad = (
        mg.metrics.compute_scores(
            mg.metrics.GanSamples(gan, 500), real, "mnist", splits=5
        )["scores"]
        for gan in (trained, untrained)
    )
    for name in ("frechet@mnist", "kernel@mnist"):
        assert good[name]["value"] < bad[name]["value"] / 5
    name = "classifier_score@mnist"
    assert good[name]["value"] > 8 > 3 > bad[name]["value"]
