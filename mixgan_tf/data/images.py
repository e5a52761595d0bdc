"""Image data sets: any of TFDS by name, and scikit-learn's digits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from mixgan_tf.arguments import error_summary
from mixgan_tf.compat.tfds_downloads import quiet_download
from mixgan_tf.data.pipeline import endless_batches
from mixgan_tf.data.pipeline import one_pass
from mixgan_tf.data.pipeline import scale_images
from mixgan_tf.data.tfds_builder import tfds_builder
from mixgan_tf.data.tfds_builder import tfds_folder
from mixgan_tf.random_streams import SEED_STRIDE

if TYPE_CHECKING:
    import tensorflow_datasets as tfds

# Decoded images up to this size are held in memory, as uint8.
IN_MEMORY_BYTES = 2**30
# Larger sets are shuffled through a buffer of this many encoded images.
SHUFFLE_BUFFER = 10_000


def load_images(
    name: str,
    split: str = "train",
    batch_size: int = 64,
    image_size: int | None = None,
    with_labels: bool = False,
    seed: int = 0,
    start_step: int = 0,
    endless: bool = True,
    data_dir: str | os.PathLike | None = None,
) -> tf.data.Dataset:
    """Returns batches of images in [-1, 1].

    Data sets that fit in 1 GiB are held in memory, and the batch of a step is
    then a function of the seed and the step (see `endless_batches`). Larger
    ones are streamed from disk through a shuffle buffer; to start at a later
    step the images before it are read and skipped.

    Args:
        name: `"digits"` (scikit-learn's 8x8 handwriting, no download), or the
            name of a TFDS image data set, such as `"mnist"` or `"cifar10"`.
        split: TFDS split; `"train"` or `"test"` (the last fifth) for digits.
        batch_size: images of a batch.
        image_size: side to which images are resized; as they are if `None`.
        with_labels: whether to yield `(images, labels)` rather than images.
        seed: int that fixes the order.
        start_step: the step whose batch comes first.
        endless: whether to shuffle and repeat for ever, as for training, or
            to go through the data once in order, as for evaluation.
        data_dir: TFDS folder; the `TFDS_DATA_DIR` variable or TFDS's default
            if `None`.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch_size, height, width,
        channels)`, with int32 labels `(batch_size,)` if asked for. With
        `endless`, `fit` needs `steps_per_epoch`.

    Raises:
        ValueError: if there is no such data set or split, it holds no images
            or labels, or it is neither on disk nor downloadable.

    Example:
    ```python
    digits = mg.data.load_images("digits", batch_size=64)
    gan.fit(digits, steps_per_epoch=100, epochs=5)
    ```
    """
    images: np.ndarray
    labels: np.ndarray | None
    if name == "digits":
        images, labels = digits_arrays(split)
    else:
        builder = _prepared_builder(name, split, with_labels, data_dir)
        if _decoded_bytes(builder, split) > IN_MEMORY_BYTES:
            return _streamed_batches(
                builder,
                split,
                batch_size,
                image_size,
                with_labels,
                seed,
                start_step,
                endless,
            )
        images, labels = _decoded_arrays(
            builder, split, with_labels, image_size
        )
    if image_size is not None and images.shape[1:3] != (image_size,) * 2:
        images = _resize(tf.constant(images), image_size).numpy()

    def transform(
        images: tf.Tensor, labels: tf.Tensor | None = None
    ) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
        images = scale_images(images)
        return images if labels is None else (images, labels)

    arrays = [images]
    if with_labels and labels is not None:
        arrays.append(labels)
    if not endless:
        return one_pass(arrays, batch_size, transform)
    return endless_batches(arrays, batch_size, seed, start_step, transform)


def digits_arrays(split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Returns scikit-learn's digits: handwriting that needs no download.

    Args:
        split: `"train"` (the first four fifths) or `"test"` (the rest).

    Returns:
        A tuple of uint8 images `(n, 8, 8, 1)` and int32 labels `(n,)`.

    Raises:
        ValueError: if there is no such split.
    """
    from sklearn import datasets

    bunch = datasets.load_digits()
    images = np.round(bunch.images * (255 / 16)).astype("uint8")[..., None]
    labels = bunch.target.astype("int32")
    cut = len(images) * 4 // 5
    splits = {"train": slice(0, cut), "test": slice(cut, None)}
    if split not in splits:
        raise ValueError(
            "Argument `split` must be 'train' or 'test' for digits. "
            f"Received: split={split!r}"
        )
    return images[splits[split]], labels[splits[split]]


def _prepared_builder(
    name: str,
    split: str,
    with_labels: bool,
    data_dir: str | os.PathLike | None,
) -> tfds.core.DatasetBuilder:
    import tensorflow_datasets as tfds

    place = tfds_folder(data_dir) or "TFDS's own folder"
    try:
        builder = tfds_builder(name, data_dir)
    except (
        tfds.core.DatasetNotFoundError,
        AssertionError,  # an unknown version or configuration
        ValueError,
    ) as error:
        raise ValueError(
            "Argument `name`: there is no such data set; use 'digits' or a "
            "name from https://www.tensorflow.org/datasets/catalog. "
            f"Received: name={name!r}"
        ) from error
    try:
        with quiet_download():
            builder.download_and_prepare()
    except Exception as error:
        raise ValueError(
            f"Argument `name`: {name!r} is not in {place} and could not be "
            "downloaded; set TFDS_DATA_DIR to a folder that has it, or check "
            f"the network. Received: {error_summary(error)}"
        ) from error
    try:
        builder.info.splits[split]
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"Argument `split`: the data set {name!r} has the splits "
            f"{sorted(builder.info.splits)}. Received: split={split!r}"
        ) from error
    features = builder.info.features
    needed = ("image", "label") if with_labels else ("image",)
    for key in needed:
        if key not in features:
            raise ValueError(
                f"Argument `name` must be a data set with the feature {key!r}. "
                f"Received: name={name!r} with the features {sorted(features)}"
            )
    return builder


def _decoded_bytes(builder: tfds.core.DatasetBuilder, split: str) -> float:
    shape = builder.info.features["image"].shape
    if None in shape:
        return float("inf")
    return builder.info.splits[split].num_examples * int(np.prod(shape))


def _decoded_arrays(
    builder: tfds.core.DatasetBuilder,
    split: str,
    with_labels: bool,
    image_size: int | None,
) -> tuple[np.ndarray, np.ndarray | None]:
    images, labels = [], []
    dataset = builder.as_dataset(split=split, batch_size=1000)
    for batch in dataset:
        image = batch["image"]
        if image_size is not None:
            image = _resize(image, image_size)
        images.append(image.numpy())
        if with_labels:
            labels.append(batch["label"].numpy().astype("int32"))
    return np.concatenate(images), np.concatenate(labels) if labels else None


def _streamed_batches(
    builder: tfds.core.DatasetBuilder,
    split: str,
    batch_size: int,
    image_size: int | None,
    with_labels: bool,
    seed: int,
    start_step: int,
    endless: bool,
) -> tf.data.Dataset:
    import tensorflow_datasets as tfds

    decode = builder.info.features["image"].decode_example

    def prepare(
        example: dict[str, tf.Tensor],
    ) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
        image = decode(example["image"])
        if image_size is not None:
            image = _resize(image, image_size)
        image = scale_images(image)
        if with_labels:
            return image, tf.cast(example["label"], tf.int32)
        return image

    # Still encoded while they wait in the shuffle buffer and are skipped.
    dataset = builder.as_dataset(
        split=split,
        shuffle_files=False,
        decoders={"image": tfds.decode.SkipDecoding()},
    )
    if endless:
        # An order of each epoch's own, the same however often it is read.
        stored = dataset
        dataset = tf.data.Dataset.range(np.iinfo(np.int64).max).flat_map(
            lambda epoch: stored.shuffle(
                SHUFFLE_BUFFER,
                seed=seed * SEED_STRIDE + epoch,
                reshuffle_each_iteration=False,
            )
        )
        dataset = dataset.skip(start_step * batch_size)
    return (
        dataset.map(prepare, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size, drop_remainder=endless)
        .prefetch(tf.data.AUTOTUNE)
    )


def _resize(images: tf.Tensor, size: int) -> tf.Tensor:
    resized = tf.image.resize(images, (size, size), antialias=True)
    return tf.cast(tf.clip_by_value(tf.round(resized), 0, 255), tf.uint8)
