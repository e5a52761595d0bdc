"""Data that no model can learn from, given to fit and to what makes data."""

import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.data import pipeline
from tests.models import images
from tests.models import points
from tests.models import tiny_gan
from tests.models import tiny_image_gan
from tests.models import weights_of


@pytest.fixture(scope="module")
def models():
    """One model of points, one of classes, one of images, compiled once."""
    made = {
        "points": tiny_gan(2, 1),
        "classes": tiny_gan(2, 1, num_classes=3),
        "images": tiny_image_gan(1),
    }
    for gan in made.values():
        gan.compile()
    return made


def with_value(value, row=0, array=None):
    array = points() if array is None else array
    array = array.astype(np.result_type(array, type(value)))
    array[row] = value
    return array


def batches(*parts):
    return tf.data.Dataset.from_tensors(parts if len(parts) > 1 else parts[0])


X = points()
Y = np.arange(24) % 3
POINTS = {
    "nan": lambda: with_value(np.float32(np.nan)),
    "infinite": lambda: with_value(np.float32(-np.inf)),
    "nan in a late row": lambda: with_value(
        np.float32(np.nan), row=5000, array=np.tile(X, (300, 1))
    ),
    "ints": lambda: np.ones((24, 2), int),
    "bools": lambda: np.ones((24, 2), bool),
    "complex": lambda: X + 1j,
    "strings": lambda: np.full((24, 2), "a"),
    "objects": lambda: np.full((24, 2), None),
    "dates": lambda: np.zeros((24, 2), "datetime64[s]"),
    "records": lambda: np.zeros(24, [("a", "f4"), ("b", "f4")]),
    "no rows": lambda: X[:0],
    "no columns": lambda: X[:, :0],
    "three columns": lambda: np.tile(X, 2)[:, :3],
    "one axis": lambda: X.ravel(),
    "three axes": lambda: X[..., None],
    "a number": lambda: np.float32(1) + np.zeros(()),
    "nothing": lambda: None,
    "a tensor of ints": lambda: tf.ones((24, 2), tf.int32),
    "a tensor with nan": lambda: tf.fill((24, 2), np.nan),
    "an empty tensor": lambda: tf.zeros((0, 2)),
    "an empty dataset": lambda: batches(X).take(0),
    "an empty batch": lambda: batches(X[:0]),
    "nan in a dataset": lambda: batches(X * np.nan),
    "a dict": lambda: batches({"image": X}),
    "a nested dict": lambda: batches({"a": X}, Y),
    "weights": lambda: batches(X, Y, Y),
    "four parts": lambda: batches(X, Y, Y, Y),
    "rows, no batches": lambda: batches(X).unbatch(),
    "ragged": lambda: batches(tf.ragged.constant([[1.0], [1.0, 2.0]])),
    "sparse": lambda: batches(tf.sparse.from_dense(X)),
    "strings in a dataset": lambda: batches(np.full((3, 2), "a")),
}


@pytest.mark.parametrize("name", POINTS)
def test_samples(name, models):
    gan = models["points"]
    before = weights_of(gan)
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        gan.fit(POINTS[name](), verbose=0, batch_size=24)
    for old, new in zip(before, weights_of(gan), strict=True):
        np.testing.assert_array_equal(old, new)


LABELS = {
    "none": None,
    "too large": Y + 1,
    "one too large, late": np.where(np.arange(24) == 23, 9, Y),
    "negative": Y - 1,
    "floats": Y.astype("float32"),
    "strings": Y.astype(str),
    "bools": Y.astype(bool),
    "one-hot": np.eye(3)[Y],
    "columns": Y[:, None],
    "too few": Y[:23],
    "too many": np.tile(Y, 2),
    "a number": 1,
    "none of them": Y[:0],
    "objects": np.array([None] * 24),
    "huge": np.full(24, 2**62),
}


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("as_dataset", [False, True])
def test_labels(name, as_dataset, models):
    labels = LABELS[name]
    arguments = (X, labels)
    if as_dataset:
        if labels is None or labels is LABELS["objects"]:
            pytest.skip("a dataset cannot hold it")
        arguments = (batches(X, labels),)
    with pytest.raises(ValueError, match=r"abel|`y`"):
        models["classes"].fit(*arguments, verbose=0, batch_size=24)


@pytest.mark.parametrize(
    "given",
    [
        255 * images(),
        images() + 1,
        (255 * images()).astype("uint8"),
        images(side=16),
        np.tile(images(), 3),
        images()[0],
        images()[..., 0],
    ],
)
def test_images(given, models):
    with pytest.raises(ValueError, match="Received"):
        models["images"].fit(given, verbose=0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: mg.data.ring(batch_size=0),
        lambda: mg.data.ring(batch_size=-1),
        lambda: mg.data.ring(batch_size=2.5),
        lambda: mg.data.ring(seed=-1),
        lambda: mg.data.ring(seed="a"),
        lambda: mg.data.ring(start_step=-1),
        lambda: mg.data.grid(start_step=1.5),
        lambda: mg.data.gaussian_mixture([], 0.1),
        lambda: mg.data.gaussian_mixture([1.0, 2.0], 0.1),
        lambda: mg.data.gaussian_mixture([[np.nan, 2.0]], 0.1),
        lambda: mg.data.gaussian_mixture([["a", "b"]], 0.1),
        lambda: mg.data.gaussian_mixture([[0.0, 0.0]], -0.1),
        lambda: mg.data.gaussian_mixture([[0.0, 0.0]], float("nan")),
        lambda: mg.data.ring_centers(0),
        lambda: mg.data.grid_centers(-2),
        lambda: mg.data.endless_batches((), 4),
        lambda: mg.data.endless_batches((X[:0],), 4),
        lambda: mg.data.endless_batches((X, Y[:3]), 4),
        lambda: mg.data.endless_batches((3.0,), 4),
        lambda: mg.data.endless_batches((X,), 0),
        lambda: mg.data.endless_batches((X,), 4, seed=-3),
        lambda: mg.data.endless_batches((X,), 4, seed=2**64),
        lambda: pipeline.one_pass((X,), 0),
        lambda: mg.data.load_stacked_mnist(source="letters"),
        lambda: mg.data.load_stacked_mnist(source="digits", batch_size=0),
        lambda: mg.data.load_stacked_mnist(source="digits", split="x"),
        lambda: mg.data.load_stacked_mnist(
            source="digits", num=0, endless=False
        ),
        lambda: mg.data.load_images("digits", split="validation"),
        lambda: mg.data.load_images("digits", batch_size=0),
        lambda: mg.data.load_images("../../etc/passwd"),
        lambda: mg.data.load_images(""),
    ],
)
def test_makers_of_data(call, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        call()
