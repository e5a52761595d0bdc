"""Stacked MNIST: three random digits as the channels of one image."""

import os

import numpy as np
import tensorflow as tf

from mixgan_tf.arguments import require_choice
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.arguments import require_seed
from mixgan_tf.data.images import load_images
from mixgan_tf.data.pipeline import endless_draws
from mixgan_tf.data.pipeline import one_pass
from mixgan_tf.data.pipeline import scale_images

SOURCES = ("mnist", "digits")


def load_stacked_mnist(
    split: str = "train",
    batch_size: int = 64,
    image_size: int | None = None,
    with_labels: bool = False,
    seed: int = 0,
    start_step: int = 0,
    endless: bool = True,
    num: int = 25_600,
    source: str = "mnist",
    data_dir: str | os.PathLike | None = None,
) -> tf.data.Dataset:
    """Returns batches of stacked digits in [-1, 1], a data set of 1000 modes.

    The three channels of an image are three digits of the split, drawn
    independently. What a step draws depends on the seed and the step alone.

    Args:
        split: of the source: `"train"` or `"test"`.
        batch_size: images of a batch.
        image_size: side to which digits are resized; as they are if `None`.
        with_labels: whether to yield `(images, labels)` rather than images.
        seed: int that fixes the draws.
        start_step: the step whose batch comes first.
        endless: whether to draw for ever, as for training, or to yield the
            first `num` images of the seed once, as for evaluation.
        num: positive int, how many images one pass has. The first images of a
            seed do not depend on it.
        source: `"mnist"`, from TFDS, or `"digits"`, scikit-learn's 8x8
            handwriting, which needs no download.
        data_dir: TFDS folder; see `load_images`.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch_size, height, width, 3)`,
        with int32 labels `(batch_size,)` if asked for: `100 a + 10 b + c` for
        the digits of the first, second and third channel. With `endless`,
        `fit` needs `steps_per_epoch`.

    Raises:
        ValueError: if there is no such source or split, or it is neither on
            disk nor downloadable.

    Example:
    ```python
    stacked = mg.data.load_stacked_mnist(batch_size=64)
    gan.fit(stacked, steps_per_epoch=500, epochs=20)
    ```

    Reference:
        [Metz et al., 2017](https://arxiv.org/abs/1611.02163), section 3.3.1.
    """
    require_choice("source", source, SOURCES)
    require_positive_int("batch_size", batch_size)
    require_seed("seed", seed)
    images, labels = _digits(source, split, image_size, data_dir)

    def transform(
        triples: tf.Tensor,
    ) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
        # (B, 3, height, width, 1) -> (B, height, width, 3)
        stacked = tf.transpose(tf.gather(images, triples)[..., 0], [0, 2, 3, 1])
        stacked = scale_images(stacked)
        if not with_labels:
            return stacked
        places = tf.constant([100, 10, 1], tf.int32)
        return stacked, tf.reduce_sum(tf.gather(labels, triples) * places, 1)

    def draw(count: int, key: tf.Tensor) -> tf.Tensor:
        return tf.random.stateless_uniform(
            [count, 3], key, maxval=images.shape[0], dtype=tf.int32
        )

    if endless:
        return endless_draws(
            lambda key: transform(draw(batch_size, key)), seed, start_step
        )
    require_positive_int("num", num)
    drawn = draw(num, tf.constant([seed, -1], tf.int64))
    return one_pass((drawn.numpy(),), batch_size, transform)


def _digits(
    source: str,
    split: str,
    image_size: int | None,
    data_dir: str | os.PathLike | None,
) -> tuple[tf.Tensor, tf.Tensor]:
    batches = load_images(
        source,
        split,
        batch_size=1000,
        image_size=image_size,
        with_labels=True,
        endless=False,
        data_dir=data_dir,
    )
    parts, labels = zip(*batches.as_numpy_iterator(), strict=True)
    # As bytes again: what is kept in memory is a quarter of the size.
    images = np.round((np.concatenate(parts) + 1) * 127.5).astype("uint8")
    return tf.constant(images), tf.constant(np.concatenate(labels))
