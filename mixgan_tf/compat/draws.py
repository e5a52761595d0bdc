"""Random numbers that are the same with and without XLA.

TensorFlow and XLA make the same random bits (by Philox, if told so) but not
the same floats of them. Here they are made as TensorFlow does, so that both
get what `tf.random.stateless_normal` and `stateless_uniform` give without XLA.
"""

import functools
import math
from collections.abc import Sequence

import tensorflow as tf

fold_in = functools.partial(
    tf.random.experimental.stateless_fold_in, alg="philox"
)
integers = functools.partial(
    tf.random.stateless_uniform, dtype=tf.int32, alg="philox"
)


def uniform(
    shape: Sequence[int | tf.Tensor] | tf.Tensor, key: tf.Tensor
) -> tf.Tensor:
    """Draws floats in [0, 1).

    Args:
        shape: int32 tensor or list.
        key: int32 tensor `(2,)`, a stateless random seed.

    Returns:
        A float32 tensor.
    """
    bits = integers(shape, key, None, None)
    # The lower 23 bits as the mantissa of a number in [1, 2).
    one = tf.constant(0x3F800000, tf.int32)
    mantissa = tf.bitwise.bitwise_and(bits, 0x7FFFFF)
    return tf.bitcast(tf.bitwise.bitwise_or(mantissa, one), tf.float32) - 1.0


def normal(
    shape: Sequence[int | tf.Tensor] | tf.Tensor, key: tf.Tensor
) -> tf.Tensor:
    """Draws standard normal floats.

    Args:
        shape: int32 tensor or list.
        key: int32 tensor `(2,)`, a stateless random seed.

    Returns:
        A float32 tensor.

    Reference:
        Box and Muller, 1958: two uniform numbers make two normal ones.
    """
    shape = tf.convert_to_tensor(shape, tf.int32)  # [] alone is of floats
    count = tf.reduce_prod(shape)
    first, second = tf.unstack(uniform([(count + 1) // 2, 2], key), axis=1)
    radius = tf.sqrt(-2.0 * tf.math.log(tf.maximum(first, 1e-7)))
    angle = 2.0 * math.pi * second
    pairs = tf.stack([tf.sin(angle) * radius, tf.cos(angle) * radius], axis=1)
    return tf.reshape(tf.reshape(pairs, [-1])[:count], shape)
