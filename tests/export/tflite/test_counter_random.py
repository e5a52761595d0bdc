import numpy as np
import pytest
import tensorflow as tf
from mixgan_tf.export.tflite import conversion
from mixgan_tf.export.tflite import counter_random
from scipy import stats

from mixgan_tf.model import sampling
from tests.export.tflite.tflite_models import Interpreter

ONES = 0xFFFFFFFF


@pytest.mark.parametrize(
    "counter,key,expected",
    [
        # The authors' own test vectors: zeros, ones, digits of pi.
        (
            [0, 0, 0, 0],
            [0, 0],
            [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8],
        ),
        (
            [ONES] * 4,
            [ONES] * 2,
            [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD],
        ),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_philox_enciphers_the_published_counters(counter, key, expected):
    words = [tf.constant([w], tf.uint32) for w in counter]
    key = [tf.constant(w, tf.uint32) for w in key]
    found = counter_random.philox(words, key)
    assert [int(w[0]) for w in found] == expected


@pytest.fixture(scope="module")
def draw():
    """Draws from the graph that TFLite files hold."""
    content = conversion.convert_drawing(None, 6, 10)
    run = Interpreter(model_content=content).get_signature_runner()
    return lambda num, seed: run(num=np.int32(num), seed=np.int32(seed))


@pytest.mark.parametrize("seed", [0, 1, -1, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("num", [1, 4, 103])
def test_numbers_are_those_of_the_library(num, seed, draw):
    made = draw(num, seed)
    np.testing.assert_allclose(
        made["latents"], sampling.draw_latents(num, 6, seed), atol=3e-6
    )
    np.testing.assert_array_equal(
        made["labels"], sampling.draw_labels(num, 10, seed)
    )


@pytest.mark.parametrize("first", [0, 1, 2, 3, 50])
def test_rows_begin_anywhere(first):
    seed = tf.constant(7)
    np.testing.assert_allclose(
        counter_random.normal_rows(first, 5, 7, seed),
        sampling.draw_latents(first + 5, 6, 7)[first:],
        atol=3e-6,
    )
    np.testing.assert_array_equal(
        counter_random.label_rows(first, 5, 10, seed),
        sampling.draw_labels(first + 5, 10, 7)[first:],
    )


def test_latents_are_normal_and_independent(draw):
    latents = draw(30_000, 3)["latents"]
    assert stats.kstest(latents.ravel(), "norm").pvalue > 1e-3
    for column in latents.T:
        assert stats.kstest(column, "norm").pvalue > 1e-4
    correlations = np.corrcoef(latents.T) - np.eye(7)
    assert np.abs(correlations).max() < 5 / np.sqrt(len(latents))
    next_rows = np.corrcoef(latents[1:, 0], latents[:-1, 0])[0, 1]
    assert abs(next_rows) < 5 / np.sqrt(len(latents))
    assert len(np.unique(latents, axis=0)) == len(latents)


def test_labels_are_uniform(draw):
    counts = np.bincount(draw(30_000, 5)["labels"], minlength=10)
    assert stats.chisquare(counts).pvalue > 1e-3


def test_seeds_give_independent_numbers(draw):
    one, other, again = (draw(5000, s)["latents"] for s in (1, 2, 1))
    np.testing.assert_array_equal(one, again)
    correlation = np.corrcoef(one.ravel(), other.ravel())[0, 1]
    assert abs(correlation) < 5 / np.sqrt(one.size)
