import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics.features.reference import cache_folder
from tests.metrics.features.extractors import tiny_extractor
from tests.models import images


class Counting:
    """An extractor that counts the images it is shown."""

    def __init__(self, extractor):
        self._extractor = extractor
        self.seen = 0

    def __getattr__(self, name):
        return getattr(self._extractor, name)

    def __call__(self, batch):
        self.seen += len(batch)
        return self._extractor(batch)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MIXGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "references"


@pytest.fixture
def extractor(tmp_path):
    return Counting(tiny_extractor(tmp_path / "e"))


def digits(num=40):
    return mg.metrics.ImageSplit("digits", "test", num=num)


def assert_equal(a, b):
    for name in ("count", "mean", "covariance"):
        np.testing.assert_array_equal(
            getattr(a.moments, name), getattr(b.moments, name)
        )
    np.testing.assert_array_equal(a.features, b.features)


def test_statistics_are_computed_once(cache, extractor):
    first = mg.metrics.reference_statistics(digits(), extractor)
    assert extractor.seen == 40
    second = mg.metrics.reference_statistics(digits(), extractor)
    assert extractor.seen == 40
    assert_equal(first, second)
    (file,) = cache.iterdir()
    assert file.name.startswith("digits_test_")


def test_other_protocols_have_files_of_their_own(cache, extractor, tmp_path):
    mg.metrics.reference_statistics(digits(), extractor)
    mg.metrics.reference_statistics(digits(41), extractor)
    mg.metrics.reference_statistics(digits(), extractor, keep_features=7)
    other = tiny_extractor(tmp_path / "other", seed=1)
    mg.metrics.reference_statistics(digits(), other)
    assert len(list(cache.iterdir())) == 4
    found = mg.metrics.reference_statistics(digits(), extractor)
    assert found.num == 40
    assert len(found.features) == 40


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "exchange"])
def test_a_damaged_file_is_computed_again(cache, extractor, damage):
    expected = mg.metrics.reference_statistics(digits(), extractor)
    (file,) = cache.iterdir()
    content = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flip":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif damage == "empty":
        file.write_bytes(b"")
    else:  # a valid file, with another mean
        stored = dict(np.load(file))
        stored["mean"] = stored["mean"] + 1
        np.savez(file, **stored)
    with pytest.warns(RuntimeWarning, match="damaged and computed again"):
        found = mg.metrics.reference_statistics(digits(), extractor)
    assert_equal(found, expected)
    assert extractor.seen == 80
    mg.metrics.reference_statistics(digits(), extractor)
    assert extractor.seen == 80


def test_a_file_of_another_key_is_not_believed(cache, extractor):
    mg.metrics.reference_statistics(digits(41), extractor)
    (other,) = cache.iterdir()
    mg.metrics.reference_statistics(digits(), extractor)
    (file,) = set(cache.iterdir()) - {other}
    file.write_bytes(other.read_bytes())
    with pytest.warns(RuntimeWarning, match="another extractor"):
        found = mg.metrics.reference_statistics(digits(), extractor)
    assert found.num == 40


def test_a_cache_that_cannot_be_written_costs_no_result(
    tmp_path, monkeypatch, extractor
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MIXGAN_CACHE", str(tmp_path / "file"))
    with pytest.warns(RuntimeWarning, match="MIXGAN_CACHE"):
        found = mg.metrics.reference_statistics(digits(), extractor)
    assert found.num == 40


def test_arrays_are_not_cached(cache, extractor):
    source = mg.metrics.ImageArray(images())
    assert mg.metrics.reference_statistics(source, extractor).num == 12
    assert not cache.exists()


def test_the_cache_is_in_the_home_folder_by_default(monkeypatch, tmp_path):
    monkeypatch.delenv("MIXGAN_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "mixgan_tf"
