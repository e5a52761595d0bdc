"""Kernels as functions of the squared distance between two samples.

Each takes squared distances `s`, any shape, and returns a tensor of that shape.
"""

import tensorflow as tf

ALPHAS = (0.2, 0.5, 1.0, 2.0, 5.0)


def squared_distances(points: tf.Tensor) -> tf.Tensor:
    """Returns the squared Euclidean distance of every pair of points.

    Args:
        points: float tensor `(n, d)`.

    Returns:
        A tensor `(n, n)` of the same dtype, nowhere negative.
    """
    # In float64: near points are a small difference of large numbers, and on
    # GPUs TensorFlow rounds float32 factors of a matrix product to 10 bits.
    x = tf.cast(points, tf.float64)
    norms = tf.reduce_sum(tf.square(x), axis=1)
    products = tf.matmul(x, x, transpose_b=True)
    squared = norms[:, None] + norms[None, :] - 2 * products
    return tf.cast(tf.maximum(squared, 0), points.dtype)


def gaussian(s: tf.Tensor) -> tf.Tensor:
    """Returns `exp(-s / 2)`.

    Args:
        s: float tensor, any shape: squared distances.

    Returns:
        A tensor of the same shape, in `[0, 1]`.
    """
    return tf.exp(-s / 2)


def rational_quadratic(s: tf.Tensor) -> tf.Tensor:
    """Returns the sum of `(1 + s / (2 alpha))^-alpha` over `ALPHAS`.

    Its tails are heavier than the Gaussian's, so that far samples still pull.

    Args:
        s: float tensor, any shape: squared distances.

    Returns:
        A tensor of the same shape, in `[0, 5]`.

    Reference:
        [Binkowski et al., 2018](https://arxiv.org/abs/1801.01401), section 4.
    """
    return tf.add_n([tf.pow(1 + s / (2 * a), -a) for a in ALPHAS])


def energy(s: tf.Tensor) -> tf.Tensor:
    """Returns minus the distance; its gradient at distance 0 is taken as 0.

    Args:
        s: float tensor, any shape: squared distances.

    Returns:
        A tensor of the same shape, never positive.
    """
    apart = s > 0
    # The root of 1, not of 0, whose infinite slope XLA turns into NaN.
    return tf.where(apart, -tf.sqrt(tf.where(apart, s, 1)), 0)
