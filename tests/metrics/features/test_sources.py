import json
import weakref

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics.features.pixels import rounded_to_8_bits
from mixgan_tf.metrics.features.streaming import first_images
from mixgan_tf.metrics.features.streaming import image_batches
from tests.metrics.features.extractors import tiny_extractor
from tests.models import images
from tests.models import tiny_gan
from tests.models import tiny_image_gan


def all_of(source):
    return np.concatenate(list(source.batches()))


def test_samples_depend_on_the_seed_alone():
    gan = tiny_image_gan()
    long = all_of(mg.metrics.GanSamples(gan, num=25, seed=3, block_size=10))
    gan.sample(5)  # whatever else is drawn in between
    np.random.default_rng(0)
    short = all_of(mg.metrics.GanSamples(gan, num=13, seed=3, block_size=10))
    assert long.shape == (25, 8, 8, 1)
    np.testing.assert_allclose(long[:13], short, atol=1e-6)
    other = all_of(mg.metrics.GanSamples(gan, num=13, seed=4, block_size=10))
    assert np.abs(other - short).max() > 0.01


def test_no_block_repeats_another_of_this_or_the_next_seed():
    gan = tiny_image_gan()
    first_pixels = [
        block[0].tobytes()
        for seed in (0, 1)
        for block in mg.metrics.GanSamples(gan, 8, seed, 2).batches()
    ]
    assert len(set(first_pixels)) == 8


def test_samples_of_one_component():
    gan = tiny_image_gan()
    blocks = mg.metrics.GanSamples(gan, 6, 0, 3, component=1)
    seed = mg.metrics.features.sources._block_seed(0, 1)
    expected = gan.sample(3, seed=seed, component=1)
    np.testing.assert_allclose(all_of(blocks)[3:], expected, atol=1e-6)


def test_the_description_tells_models_apart():
    gan = tiny_image_gan(num_classes=3)
    before = mg.metrics.GanSamples(gan, 6).describe()
    assert json.loads(json.dumps(before)) == before
    assert before["labels"] == "uniformly random"
    variable = gan.generator_mixture.components[1].trainable_variables[0]
    variable.assign(variable + 1e-3)
    after = mg.metrics.GanSamples(gan, 6).describe()
    assert before["generators_sha256"] != after["generators_sha256"]
    gan.generator_mixture.mixture_logits.assign([0.0, 1.0])
    assert mg.metrics.GanSamples(gan, 6).describe() != after


def test_bad_samples_are_refused():
    with pytest.raises(ValueError, match="samples are"):
        mg.metrics.GanSamples(tiny_gan())
    for wrong in (dict(num=0), dict(block_size=0), dict(seed=-1)):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            mg.metrics.GanSamples(tiny_image_gan(), **wrong)


def test_a_split_yields_its_images_in_order():
    split = mg.metrics.ImageSplit("digits", "train")
    expected = mg.data.digits_arrays("train")[0] / 127.5 - 1
    assert split.num == 1437
    np.testing.assert_allclose(all_of(split), expected, atol=1e-6)
    some = mg.metrics.ImageSplit("digits", "train", num=501)
    np.testing.assert_allclose(all_of(some), expected[:501], atol=1e-6)
    np.testing.assert_allclose(all_of(some), expected[:501], atol=1e-6)
    assert some.describe() == {
        "kind": "data set",
        "name": "digits",
        "version": "scikit-learn",
        "split": "train",
        "num": 501,
        "image_size": None,
    }


@pytest.mark.real_data
def test_a_tfds_split_knows_its_version(mnist):
    split = mg.metrics.ImageSplit(mnist, "test", num=600)
    assert split.version == "3.0.1"
    assert all_of(split).shape == (600, 28, 28, 1)
    assert mg.metrics.ImageSplit(mnist, "train[:70]").num == 70


def test_missing_and_short_splits_are_refused(tmp_path):
    with pytest.raises(ValueError, match="holds 360 images. Received: num=400"):
        mg.metrics.ImageSplit("digits", "test", num=400)
    with pytest.raises(ValueError, match="no such data set"):
        mg.metrics.ImageSplit("no_such_set")
    with pytest.raises(ValueError, match="must be 'train' or 'test'"):
        mg.metrics.ImageSplit("digits", "validation")


def test_scores_see_8_bit_images():
    batch = images(7)
    (seen,) = image_batches(mg.metrics.ImageArray(batch))
    levels = (seen.astype("float64") + 1) * 127.5
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-4)
    assert np.abs(seen - batch).max() <= 0.5 / 127.5 + 1e-6
    split = next(mg.metrics.ImageSplit("digits", "test").batches())
    np.testing.assert_array_equal(rounded_to_8_bits(split), split)
    assert rounded_to_8_bits(np.array([-1.0005, 1.0005])).tolist() == [-1, 1]


def test_arrays_are_checked():
    with pytest.raises(ValueError, match="height, width, channels"):
        mg.metrics.ImageArray(images()[0])
    for wrong in (300 * images(), images() * np.nan):
        with pytest.raises(ValueError, match=r"finite and in \[-1, 1\]"):
            list(image_batches(mg.metrics.ImageArray(wrong)))


def test_first_images_stop_early():
    source = mg.metrics.ImageArray(images(1200))
    assert first_images(source, 501).shape == (501, 8, 8, 1)
    np.testing.assert_array_equal(
        first_images(source, 501)[500], first_images(source, 1200)[500]
    )


def test_only_the_current_batches_are_in_memory(tmp_path):
    alive = []

    class Source(mg.metrics.ImageArray):
        def batches(self):
            seen = []
            for _ in range(20):
                batch = images(5)
                seen.append(weakref.ref(batch))
                alive.append(sum(ref() is not None for ref in seen))
                yield batch

    source = Source(images(100))
    extractor = tiny_extractor(tmp_path / "e")
    mg.metrics.collect_statistics(source, extractor, keep_images=3)
    assert len(alive) == 20
    assert max(alive) <= 2


def test_statistics_are_of_all_images_and_keep_the_first(tmp_path):
    extractor = tiny_extractor(tmp_path / "e")
    batch = rounded_to_8_bits(images(1203))
    statistics = mg.metrics.collect_statistics(
        mg.metrics.ImageArray(batch),
        extractor,
        keep_features=700,
        keep_images=2,
        splits=4,
    )
    outputs = extractor(batch)
    assert statistics.num == 1203
    np.testing.assert_allclose(
        statistics.features, outputs.features[:700], atol=1e-5
    )
    np.testing.assert_array_equal(statistics.images, batch[:2])
    np.testing.assert_allclose(
        statistics.moments.mean, outputs.features.mean(0), atol=1e-5
    )
    np.testing.assert_allclose(
        statistics.moments.covariance, np.cov(outputs.features.T), rtol=1e-4
    )
    assert statistics.classifier_score == pytest.approx(
        mg.metrics.classifier_score(outputs.logits, 4), rel=1e-5
    )
