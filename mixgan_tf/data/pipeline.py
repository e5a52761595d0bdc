"""Input pipelines whose batches are a pure function of the step.

Which rows make up the batch of step `t` depends on the seed and on `t` alone:
training that resumes at a step starts the pipeline there, with no replay, and
sees what an uninterrupted run would have seen.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import tensorflow as tf

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.arguments import require_seed

Batch: TypeAlias = tf.Tensor | tuple[tf.Tensor, ...]


def endless_batches(
    arrays: Sequence[np.ndarray],
    batch_size: int,
    seed: int = 0,
    start_step: int = 0,
    transform: Callable[..., Batch] | None = None,
) -> tf.data.Dataset:
    """Returns endless batches of rows of in-memory arrays.

    The rows are visited in a new random order in every epoch. Batches are
    always full: one may span the end of an epoch.

    Args:
        arrays: tuple of NumPy arrays with equal first dimensions.
        batch_size: rows of a batch.
        seed: int that fixes the orders.
        start_step: the step whose batch comes first.
        transform: function from the tensors of one batch to what the dataset
            yields; by default the tensors.

    Returns:
        An infinite `tf.data.Dataset`.

    Raises:
        ValueError: if the arrays are empty, their lengths differ, or a number
            is out of range.

    Example:
    ```python
    dataset = endless_batches((images, labels), batch_size=64, seed=0)
    gan.fit(dataset, steps_per_epoch=500, epochs=10)
    ```
    """
    arrays = [np.asarray(a) for a in arrays]
    num = len(arrays[0]) if arrays and arrays[0].ndim else 0
    if num == 0 or any(len(a) != num for a in arrays if a.ndim):
        raise ValueError(
            "Argument `arrays` must hold arrays of one length, at least 1. "
            f"Received: shapes {[a.shape for a in arrays]}"
        )
    require_positive_int("batch_size", batch_size)
    tensors = [tf.constant(a) for a in arrays]

    def batch(step: tf.Tensor) -> Batch:
        row = step * batch_size + tf.range(batch_size, dtype=tf.int64)
        epoch, position = row // num, row % num
        seeds = tf.stack(
            [tf.fill([batch_size], tf.cast(seed, tf.int64)), epoch, epoch + 1],
            axis=1,
        )
        shuffled = tf.raw_ops.RandomIndexShuffle(
            index=position,
            seed=seeds,
            max_index=tf.constant(num - 1, tf.int64),
            rounds=4,
        )
        shuffled = tf.ensure_shape(shuffled, [batch_size])
        rows = [tf.gather(t, shuffled) for t in tensors]
        return transform(*rows) if transform else tuple(rows)

    return _endless_dataset(batch, seed, start_step)


def endless_draws(
    draw: Callable[[tf.Tensor], Batch], seed: int = 0, start_step: int = 0
) -> tf.data.Dataset:
    """Returns endless batches that a function draws anew for each step.

    Args:
        draw: function from a stateless random seed, an int64 tensor `(2,)`,
            to what the dataset yields.
        seed: int.
        start_step: the step whose batch comes first.

    Returns:
        An infinite `tf.data.Dataset`.

    Raises:
        ValueError: if a number is out of range.
    """
    return _endless_dataset(
        lambda step: draw(tf.stack([tf.cast(seed, tf.int64), step])),
        seed,
        start_step,
    )


def one_pass(
    arrays: Sequence[np.ndarray],
    batch_size: int,
    transform: Callable[..., Batch] | None = None,
) -> tf.data.Dataset:
    """Returns batches of all rows, once and in order; the last may be short.

    Args:
        arrays: tuple of NumPy arrays with equal first dimensions.
        batch_size: rows of a batch.
        transform: as in `endless_batches`.

    Returns:
        A finite `tf.data.Dataset`.
    """
    require_positive_int("batch_size", batch_size)
    dataset = tf.data.Dataset.from_tensor_slices(tuple(arrays))
    dataset = dataset.batch(batch_size)
    if transform:
        dataset = dataset.map(transform)
    return dataset.prefetch(tf.data.AUTOTUNE)


def scale_images(images: tf.Tensor) -> tf.Tensor:
    """Scales uint8 images to float32 in [-1, 1].

    Args:
        images: uint8 tensor.

    Returns:
        A float32 tensor of the same shape.
    """
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def _endless_dataset(
    batch: Callable[[tf.Tensor], Batch], seed: int, start_step: int
) -> tf.data.Dataset:
    require_seed("seed", seed)
    require_seed("start_step", start_step)
    options = tf.data.Options()
    options.deterministic = True
    options.experimental_distribute.auto_shard_policy = (
        tf.data.experimental.AutoShardPolicy.DATA
    )
    return (
        tf.data.Dataset.range(start_step, np.iinfo(np.int64).max)
        .map(batch, num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
        .apply(
            tf.data.experimental.assert_cardinality(
                tf.data.INFINITE_CARDINALITY
            )
        )
        .with_options(options)
    )
