"""Real data, found by name: as a source of images, or as arrays."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mixgan_tf import data
from mixgan_tf.data.tfds_builder import tfds_builder
from mixgan_tf.metrics import ImageSplit
from mixgan_tf.metrics.features.sources import ImageSource
from mixgan_tf.metrics.features.streaming import image_batches
from mixgan_tf.report.scoring.protocol import POINT_SETS
from mixgan_tf.report.scoring.protocol import STACKED_SETS

# The seed of data that are drawn, none of which training has drawn.
HELD_OUT_SEED = 2_000_003
STACKED_IMAGES = 10_000
# Copies are sought among the first so many training images.
MOST_TRAINING_IMAGES = 100_000


class StackedSplit:
    """Pictures of three digits from a split, one in each channel.

    Args:
        name: `"stacked_mnist"` or `"stacked_digits"`.
        split: split of the digits.
        image_size: side to which digits are resized.
        num: how many pictures.

    Raises:
        ValueError: if the digits are unavailable.
    """

    batch_size = 500

    def __init__(
        self, name: str, split: str, image_size: int | None, num: int
    ) -> None:
        digits = ImageSplit(STACKED_SETS[name], split)
        self.num = num
        self._batches = data.load_stacked_mnist(
            split,
            batch_size=self.batch_size,
            image_size=image_size,
            seed=HELD_OUT_SEED,
            endless=False,
            num=num,
            source=STACKED_SETS[name],
        )
        self._description = {
            "kind": "data set",
            "name": name,
            "version": digits.version,
            "split": split,
            "num": num,
            "image_size": image_size,
            "seed": HELD_OUT_SEED,
        }

    def batches(self) -> Iterator[np.ndarray]:
        """Yields float32 arrays `(B, height, width, 3)`."""
        yield from self._batches.as_numpy_iterator()

    def describe(self) -> dict[str, object]:
        """Returns the images' entry in a protocol, a dict for JSON."""
        return dict(self._description)


def image_source(
    name: str, split: str, image_size: int | None, most: int | None = None
) -> ImageSplit | StackedSplit:
    """Returns a source of the images of a split.

    Args:
        name: name of an image data set.
        split: its split.
        image_size: side to which images are resized.
        most: take the first so many images, if there are more.

    Returns:
        An `ImageSplit` or a `StackedSplit`.

    Raises:
        ValueError: if there is no such set or split, or it is unavailable.
    """
    if name in STACKED_SETS:
        return StackedSplit(name, split, image_size, STACKED_IMAGES)
    source = ImageSplit(name, split, image_size=image_size)
    if most is not None and source.num > most:
        source = ImageSplit(name, split, most, image_size=image_size)
    return source


def held_out_samples(
    name: str,
    split: str | None,
    image_size: int | None,
    num: int,
    with_labels: bool,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Returns real samples as arrays, for the game.

    Args:
        name: name of a data set.
        split: its split; points have none.
        image_size: side to which images are resized.
        num: how many at most.
        with_labels: whether classes are needed.

    Returns:
        A tuple of a float32 array `(n, *sample_shape)` and an int32 array
        `(n,)`, or `None` without labels.

    Raises:
        ValueError: as `image_source`, or if the set has no labels.
    """
    if name in POINT_SETS:
        points = getattr(data, name)(batch_size=num, seed=HELD_OUT_SEED)
        return next(points.as_numpy_iterator()), None
    common: dict[str, Any] = dict(
        split=split,
        batch_size=num,
        image_size=image_size,
        with_labels=with_labels,
        endless=False,
    )
    if name in STACKED_SETS:
        batches = data.load_stacked_mnist(
            **common, seed=HELD_OUT_SEED, num=num, source=STACKED_SETS[name]
        )
    else:
        batches = data.load_images(name, **common)
    first = next(batches.as_numpy_iterator())
    return first if with_labels else (first, None)


def images_at(source: ImageSource, rows: np.ndarray) -> dict[int, np.ndarray]:
    """Returns a few images of a source by their numbers.

    Args:
        source: as `image_source` returns.
        rows: int array of any shape.

    Returns:
        A dict from each of the numbers to its image, of 8-bit levels.
    """
    wanted = np.unique(rows)
    found: dict[int, np.ndarray] = {}
    start = 0
    for images in image_batches(source):
        here = wanted[(wanted >= start) & (wanted < start + len(images))]
        found.update({int(row): images[row - start] for row in here})
        start += len(images)
        if len(found) == len(wanted):
            break
    return found


def centers_and_sd(name: str) -> tuple[np.ndarray, float]:
    """Returns the modes of a set of points and the spread around them.

    Args:
        name: `"ring"` or `"grid"`.

    Returns:
        A tuple of a float32 array `(modes, 2)` and a float.
    """
    if name == "ring":
        return data.ring_centers(), 0.02
    return data.grid_centers(), 0.05


def is_available_offline(name: str) -> bool:
    """Returns whether a data set can be read without downloading it.

    Args:
        name: name of a data set.

    Returns:
        A bool; also `False` if there is no such set.
    """
    name = STACKED_SETS.get(name, name)
    if name == "digits" or name in POINT_SETS:
        return True
    import tensorflow_datasets as tfds

    try:
        return tfds_builder(name).is_prepared()
    except (tfds.core.DatasetNotFoundError, AssertionError, ValueError):
        return False


def splits_overlap(name: str, one: str, other: str) -> bool:
    """Returns whether two splits of a data set share images.

    Args:
        name: name of an image data set.
        one: a split, such as `"train[:55000]"`.
        other: another.

    Returns:
        A bool.
    """
    if one == other:
        return True
    name = STACKED_SETS.get(name, name)
    if name == "digits":  # whose splits have no parts
        return False
    import tensorflow_datasets as tfds

    splits = tfds_builder(name).info.splits

    def rows(split: str) -> list[tuple[str, int, int]]:
        parts = tfds.core.ReadInstruction.from_spec(split).to_absolute(splits)
        return [
            (p.splitname, p.from_ or 0, splits[p.splitname].num_examples)
            if p.to is None
            else (p.splitname, p.from_ or 0, p.to)
            for p in parts
        ]

    return any(
        a[0] == b[0] and max(a[1], b[1]) < min(a[2], b[2])
        for a in rows(one)
        for b in rows(other)
    )
