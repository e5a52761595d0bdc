"""The kernel distance between two sets of features: an unbiased MMD."""

import contextlib
import logging
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.metrics import tfgan
from mixgan_tf.metrics.distances import require_numbers
from mixgan_tf.metrics.score_with_spread import Score


def kernel_distance(
    real_features: npt.ArrayLike,
    fake_features: npt.ArrayLike,
    max_block_size: int = 1000,
) -> Score:
    """Returns the squared MMD of the kernel `(x.y / dimensions + 1)^3`.

    Features are compared in blocks; each block's estimate is unbiased, so that
    it may be below 0, and distances of different numbers of samples compare.
    Only with Inception's features is it the KID. The computation is TF-GAN's,
    in float64.

    Args:
        real_features: float array `(n, dimensions)`, in random order.
        fake_features: float array `(m, dimensions)`, likewise.
        max_block_size: the most samples of a block.

    Returns:
        A `Score`: the mean and the standard deviation over the blocks. The
        standard error of the mean is `sd / sqrt(parts)`.

    Raises:
        ValueError: if the arrays do not fit each other, are not finite, or
            leave fewer than two samples for a block.

    Example:
    ```python
    distance = kernel_distance(real_features, fake_features)
    distance.mean, distance.sd
    ```

    Reference:
        [Binkowski et al., 2018](https://arxiv.org/abs/1801.01401), section 4;
        the block estimator of
        [Zaremba et al., 2013](https://arxiv.org/abs/1307.1954).
    """
    require_positive_int("max_block_size", max_block_size)
    real = require_numbers("real_features", real_features).astype("float64")
    fake = require_numbers("fake_features", fake_features).astype("float64")
    if real.ndim != 2 or real.shape[1:] != fake.shape[1:]:
        raise ValueError(
            "Arguments `real_features` and `fake_features` must be arrays "
            "(n, dimensions) of equal dimensions. "
            f"Received: shapes {real.shape} and {fake.shape}"
        )
    if not (np.isfinite(real).all() and np.isfinite(fake).all()):
        raise ValueError(
            "Arguments `real_features` and `fake_features` must be finite. "
            "Received: NaN or infinity"
        )
    blocks = -(-max(len(real), len(fake)) // max_block_size)
    if min(len(real), len(fake)) < 2 * max(blocks, 1):
        raise ValueError(
            f"The kernel distance needs two samples of each kind in each of "
            f"{blocks} blocks of at most {max_block_size}. "
            f"Received: {len(real)} real and {len(fake)} fake samples"
        )
    with _quiet_tensorflow():
        estimate = tfgan.load(
            "eval.classifier_metrics"
        ).kernel_classifier_distance_and_std_from_activations
        mean, standard_error = estimate(
            tf.constant(real), tf.constant(fake), max_block_size
        )
    sd = float(standard_error) * blocks**0.5 if blocks > 1 else None
    return Score(float(mean), sd, blocks)


@contextlib.contextmanager
def _quiet_tensorflow() -> Iterator[None]:
    # TF-GAN uses an argument of which TensorFlow warns on standard error.
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
