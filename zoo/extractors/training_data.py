"""Batches for training a classifier, each a pure function of its step."""

import numpy as np
import tensorflow as tf
from mixgan_tf.zoo.extractors.recipes import Recipe

from mixgan_tf.data import endless_batches
from mixgan_tf.data import load_images
from mixgan_tf.data.pipeline import one_pass
from mixgan_tf.data.pipeline import scale_images


def labelled_arrays(dataset: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns a split of a data set as arrays.

    Args:
        dataset: name that `mixgan_tf.data.load_images` knows.
        split: its split.

    Returns:
        A tuple of uint8 images `(n, height, width, channels)` and int32
        labels `(n,)`, in the stored order.
    """
    images, labels = [], []
    for batch, classes in load_images(
        dataset, split, batch_size=1000, with_labels=True, endless=False
    ):
        images.append(np.rint((batch.numpy() + 1) * 127.5).astype("uint8"))
        labels.append(classes.numpy())
    return np.concatenate(images), np.concatenate(labels)


def training_batches(
    images: np.ndarray, labels: np.ndarray, recipe: Recipe, start_step: int = 0
) -> tf.data.Dataset:
    """Returns endless batches of shifted and mirrored images with labels.

    Args:
        images: uint8 array `(n, height, width, channels)`.
        labels: int array `(n,)`.
        recipe: a `Recipe`.
        start_step: the step whose batch comes first.

    Returns:
        A `tf.data.Dataset` of float32 images in [-1, 1] and labels.
    """
    batches = endless_batches(
        (images, labels), recipe.batch_size, recipe.seed, start_step
    )
    steps = tf.data.Dataset.range(start_step, np.iinfo(np.int64).max)

    def prepare(
        step: tf.Tensor, batch: tuple[tf.Tensor, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels = batch
        key = tf.stack([tf.constant(recipe.seed, tf.int64), step])
        if recipe.shift:
            images = shifted(images, recipe.shift, key)
        if recipe.flip:
            images = mirrored(images, key + [1, 0])
        return scale_images(images), labels

    options = tf.data.Options()
    options.deterministic = True
    return (
        tf.data.Dataset.zip(steps, batches)
        .map(prepare, num_parallel_calls=2)
        .prefetch(2)
        .with_options(options)
    )


def ordered_batches(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """Returns batches of all images, once and in order.

    Args:
        images: uint8 array `(n, height, width, channels)`.
        labels: int array `(n,)`.

    Returns:
        A finite `tf.data.Dataset`, with elements like `training_batches`.
    """
    return one_pass(
        (images, labels),
        500,
        lambda images, labels: (scale_images(images), labels),
    )


def shifted(images: tf.Tensor, most: int, key: tf.Tensor) -> tf.Tensor:
    """Moves each image by its own random offset; edges are repeated.

    Args:
        images: tensor `(B, height, width, channels)`.
        most: the most pixels along either axis.
        key: int64 tensor `(2,)`, a stateless random seed.

    Returns:
        A tensor like `images`.
    """
    batch, height, width = images.shape[:3]
    offsets = tf.random.stateless_uniform(
        [batch, 2], key, minval=-most, maxval=most + 1, dtype=tf.int32
    )
    rows = offsets[:, :1] + tf.range(height)
    columns = offsets[:, 1:] + tf.range(width)
    rows = tf.clip_by_value(rows, 0, height - 1)
    columns = tf.clip_by_value(columns, 0, width - 1)
    images = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(images, columns, axis=2, batch_dims=1)


def mirrored(images: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """Mirrors each image with probability one half.

    Args:
        images: tensor `(B, height, width, channels)`.
        key: int64 tensor `(2,)`, a stateless random seed.

    Returns:
        A tensor like `images`.
    """
    coin = tf.random.stateless_uniform([images.shape[0], 1, 1, 1], key) < 0.5
    return tf.where(coin, images[:, :, ::-1], images)
