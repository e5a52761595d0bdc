import json

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf import report
from mixgan_tf.report.scoring import real_data
from mixgan_tf.report.scoring.prepare_inputs import prepare_inputs
from mixgan_tf.report.scoring.score_model import score_samples
from tests.models import set_logits
from tests.models import tiny_gan
from tests.report.models import digits_gan
from tests.report.models import digits_protocol

SCORES = ("classifier_score", "frechet", "kernel", "sliced_wasserstein")


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("MIXGAN_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def gan():
    gan = digits_gan()
    set_logits(gan, generator=[0.0, 1.0])
    return gan


@pytest.fixture(scope="module")
def found(gan):
    return report.evaluate(gan, digits_protocol(num=200), "tiny", "abc")


def extracted(images):
    return mg.metrics.get_extractor("digits")(images)


def real_images(split="test"):
    source = mg.metrics.ImageSplit("digits", split)
    return np.concatenate(list(source.batches()))


def samples_of(gan, seed, component=None, num=200):
    source = mg.metrics.GanSamples(gan, num, seed, component=component)
    images = np.concatenate(list(source.batches()))
    # As in a file: 256 levels.
    return np.rint((images + 1) * 127.5) / np.float32(127.5) - np.float32(1)


@pytest.mark.parametrize("component", [None, 1])
def test_scores_are_those_of_the_library(gan, found, component):
    part = found.result["mixture"]
    if component is not None:
        part = found.result["components"][component]
    for place, seed in enumerate((3, 4)):
        expected = mg.metrics.compute_scores(
            mg.metrics.GanSamples(gan, 200, seed, component=component),
            mg.metrics.ImageSplit("digits", "test"),
            "digits",
            SCORES,
        )["scores"]
        for name, score in expected.items():
            assert part["scores"][name]["values"][place] == pytest.approx(
                score["value"], rel=1e-5
            )
        features, logits = extracted(samples_of(gan, seed, component))
        real, _ = extracted(real_images())
        manifold = mg.metrics.precision_recall(real, features)
        density = mg.metrics.density_coverage(real, features)
        for name, value in {
            "precision": manifold.precision,
            "recall": manifold.recall,
            "density": density.density,
            "coverage": density.coverage,
            "modes": len(np.unique(logits.argmax(axis=1))),
        }.items():
            values = part["scores"][f"{name}@digits"]["values"]
            assert values[place] == pytest.approx(value, abs=1e-6), name


def test_mean_and_spread_are_over_the_seeds(found):
    for part in (found.result["mixture"], *found.result["components"]):
        for score in part["scores"].values():
            a, b = score["values"]
            assert score["mean"] == pytest.approx((a + b) / 2)
            assert score["sd"] == pytest.approx(abs(a - b) / 2**0.5)


def test_the_class_divergence_is_from_the_real_images_classes(gan, found):
    def frequencies(images):
        classes = extracted(images).logits.argmax(axis=1)
        return np.bincount(classes, minlength=10) / len(classes)

    real = frequencies(real_images())
    mixture = found.result["mixture"]
    np.testing.assert_allclose(mixture["real_class_frequencies"], real)
    each = [frequencies(samples_of(gan, seed)) for seed in (3, 4)]
    np.testing.assert_allclose(
        mixture["class_frequencies"], np.mean(each, axis=0)
    )
    for p, value in zip(
        each, mixture["scores"]["class_kl@digits"]["values"], strict=True
    ):
        q = real[p > 0]
        p = p[p > 0]
        assert value == pytest.approx(np.sum(p * np.log(p / q)))


def test_diagnostics_are_those_of_the_library(gan, found):
    known = found.result["diagnostics"]
    w = np.exp([0, 1]) / np.exp([0, 1]).sum()
    assert known["effective_components"] == pytest.approx(
        np.exp(-np.sum(w * np.log(w))), rel=1e-5
    )
    images = samples_of(gan, 3)
    features, _ = extracted(images)
    real, _ = extracted(real_images())
    train, _ = extracted(real_images("train"))
    copies = mg.metrics.memorization(features, train, real)
    assert known["memorization"]["nearer"] == copies.nearer
    assert known["memorization"]["num_train"] == 1437
    # The picture shows the first sample, and its nearest training image.
    shown = found.pictures["nearest_of_first"]
    expected = real_images("train")[copies.indices[0]]
    for left, image in ((1, images[0]), (10, expected)):
        tile = shown[1:9, left : left + 8]
        np.testing.assert_allclose(tile, (image + 1) * 127.5, atol=0.51)
    x, y = mg.data.digits_arrays("test")
    game = mg.games.empirical_game(gan, x / 127.5 - 1, y, seed=0)
    np.testing.assert_allclose(known["game"]["payoff"], game.payoff, atol=1e-5)
    assert known["game"]["num"] == 360
    assert known["birthday"]["batch_size"] == 18  # 360 fill 19 of them
    threshold = mg.metrics.duplicate_threshold(real, 18)
    assert known["birthday"]["threshold"] == pytest.approx(threshold, rel=1e-5)
    between = np.array(known["components"]["distances"])
    assert between[0, 1] == between[1, 0] > 0


def test_the_same_protocol_gives_the_same_bytes(gan, found):
    again = report.evaluate(gan, digits_protocol(num=200), "tiny", "abc")
    assert json.dumps(again.result) == json.dumps(found.result)
    for name, picture in found.pictures.items():
        np.testing.assert_array_equal(again.pictures[name], picture)


def test_the_protocol_says_what_the_numbers_depend_on(gan, found):
    protocol = found.result["protocol"]
    assert protocol["data"]["split"] == "test"
    assert protocol["data"]["num"] == 360
    assert protocol["samples"]["num"] == 200
    assert protocol["samples"]["seeds"] == [3, 4]
    assert protocol["commit"] == "abc"
    assert protocol["settings"]["kernel"]["block_size"] == 1000
    assert {"tensorflow", "scikit-learn"} <= set(protocol["versions"])
    extractor = mg.metrics.get_extractor("digits")
    assert protocol["extractor"] == extractor.describe()
    # It is enough to score again by.
    again = report.Protocol.from_record(protocol)
    parts = score_samples(gan, again)
    assert parts[0] == found.result["mixture"]["scores"]
    assert len(parts) == 3


def test_what_does_not_apply_is_left_out_or_refused():
    single = digits_gan(num=1, num_classes=None)
    found = report.evaluate(
        single, digits_protocol(training_split=None, seeds=(0,))
    )
    assert set(found.result["skipped"]) == {
        "components",
        "memorization",
        "game",
    }
    assert found.result["components"] == []
    assert found.result["mixture"]["scores"]["frechet@digits"]["sd"] is None
    for metric, message in {
        "components": "one generator",
        "memorization": "not known",
        "game": "no weights",
    }.items():
        with pytest.raises(ValueError, match=message):
            report.evaluate(
                single,
                digits_protocol(training_split=None, metrics=(metric,)),
            )
    with pytest.raises(ValueError, match="was trained on"):
        report.evaluate(
            single, digits_protocol(split="train", metrics=("memorization",))
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            dict(num=64, metrics=("frechet",)),
            "more than 64 samples.*Received: 360 real and 64 fake",
        ),
        (dict(num=99, metrics=("birthday",)), "needs 100 real"),
        (dict(num=3, metrics=("precision_recall",)), "needs 4 real"),
        (dict(num=50, metrics=("classifier_score",)), "100 samples"),
        (dict(extractor="mnist"), r"takes images \(B, 28, 28, 1\)"),
        (dict(extractor="nose"), "'nose'"),
        (dict(split="validation"), "Received: split='validation'"),
    ],
)
def test_bad_input_is_refused_before_anything_takes_long(gan, change, message):
    with pytest.raises(ValueError, match=message):
        report.evaluate(gan, digits_protocol(**change))


def test_samples_of_another_kind_are_refused(gan):
    with pytest.raises(ValueError, match="points of the plane"):
        report.evaluate(gan, report.Protocol("ring"))
    with pytest.raises(ValueError, match="holds images"):
        report.evaluate(tiny_gan(), digits_protocol())
    with pytest.raises(ValueError, match=r"\(8, 8, 3\)"):
        report.evaluate(gan, report.Protocol("stacked_digits", num=120))


def test_points_have_modes():
    gan = tiny_gan()
    gan.compile()
    protocol = report.Protocol("ring", num=300, seeds=(0, 1))
    result = report.evaluate(gan, protocol).result
    centers = mg.data.ring_centers()
    for place, seed in enumerate((0, 1)):
        points = gan.sample(300, seed=seed, component=2)
        expected = mg.metrics.mode_coverage(points, centers, 0.02)
        scores = result["components"][2]["scores"]
        assert scores["modes"]["values"][place] == expected.modes
        assert scores["high_quality"]["values"][place] == expected.high_quality
    assert result["diagnostics"]["game"]["num"] == 2000
    assert result["protocol"]["extractor"] is None
    assert result["protocol"]["metrics"] == [
        "mode_coverage",
        "components",
        "game",
    ]


def test_stacked_digits_have_a_thousand_modes(monkeypatch):
    monkeypatch.setattr(real_data, "STACKED_IMAGES", 300)
    gan = mg.MixGAN(
        generator=mg.networks.DCGANGenerator((8, 8, 3), latent_dim=4, width=4),
        num_generators=2,
        seed=1,
    )
    metrics = ("frechet", "classes")
    protocol = report.Protocol(
        "stacked_digits", num=300, seeds=(0,), metrics=metrics
    )
    result = report.evaluate(gan, protocol).result
    digits = mg.metrics.get_extractor("digits")
    classes = mg.metrics.stacked_classes(
        samples_of(gan, 0, num=300), lambda x: digits(x).logits
    )
    expected = mg.metrics.class_coverage(classes, 1000)
    scores = result["mixture"]["scores"]
    assert scores["modes@digits_channels"]["mean"] == expected.modes
    assert scores["class_kl@digits_channels"]["mean"] == pytest.approx(
        expected.kl
    )
    skipped = prepare_inputs(
        gan, report.Protocol("stacked_digits", num=300)
    ).skipped
    assert "1000 classes" in skipped["classifier_score"]
    assert "drawn anew" in skipped["memorization"]
