import numpy as np
import pytest
from scipy import stats

from mixgan_tf.model import sampling
from tests.export.tflite.tflite_models import FIVE
from tests.export.tflite.tflite_models import exported
from tests.export.tflite.tflite_models import signature
from tests.models import labels


def drawn(path, num, seed):
    return signature(path, "sample")(num=np.int32(num), seed=np.int32(seed))


@pytest.mark.parametrize("kind", ["points", "images", "labelled images"])
@pytest.mark.parametrize("num,seed", [(1, 0), (7, 3), (64, -5), (3, 2**31 - 1)])
def test_one_seed_gives_the_same_samples_as_the_model(kind, num, seed):
    gan, path = exported(kind)
    made = drawn(path, num, seed)
    np.testing.assert_allclose(
        made["samples"], gan.sample(num, seed=seed), atol=1e-4
    )
    if gan.num_classes:
        np.testing.assert_array_equal(
            made["labels"], sampling.draw_labels(num, gan.num_classes, seed)
        )


def test_seeds_repeat_and_differ():
    _, path = exported("images")
    one, again, other = (drawn(path, 5, s)["samples"] for s in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    rows = np.concatenate([one, other]).reshape([10, -1])
    assert len(np.unique(rows, axis=0)) == 10
    np.testing.assert_array_equal(one[:3], drawn(path, 3, 1)["samples"])


def test_single_rows_are_those_of_the_seed():
    gan, path = exported("labelled images", batch_size=1)
    run = signature(path, "sample")
    made = [run(row=np.int32(i), seed=np.int32(4)) for i in (0, 5, 6)]
    np.testing.assert_allclose(
        np.concatenate([m["samples"] for m in made]),
        gan.sample(7, seed=4)[[0, 5, 6]],
        atol=1e-4,
    )
    expected = sampling.draw_labels(7, 3, 4).numpy()[[0, 5, 6]]
    np.testing.assert_array_equal([m["labels"][0] for m in made], expected)


@pytest.mark.parametrize("batch_size", [None, 1])
def test_labels_may_be_given_with_a_seed(batch_size):
    gan, path = exported("labelled images", batch_size=batch_size)
    run = signature(path, "sample_labels")
    classes, seed = labels(6), np.int32(2)
    if batch_size == 1:
        made = [
            run(labels=classes[i : i + 1], row=np.int32(i), seed=seed)
            for i in range(6)
        ]
        samples = np.concatenate([m["samples"] for m in made])
    else:
        samples = run(labels=classes, seed=seed)["samples"]
    np.testing.assert_allclose(
        samples, gan.sample(6, labels=classes, seed=2), atol=1e-4
    )


@pytest.mark.parametrize("quantization", ["float32", "float16", "int8"])
def test_component_frequencies_follow_the_weights(quantization):
    _, path = exported("constants", quantization)
    num = 50_000
    made = drawn(path, num, 9)["samples"][:, 0]
    counts = np.bincount(np.round(made).astype(int), minlength=5)
    assert stats.chisquare(counts, num * np.array(FIVE)).pvalue > 1e-3
