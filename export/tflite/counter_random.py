"""Seeded random numbers, made in the graph by TFLite's builtin operators.

TFLite has no random operator that takes a seed. The generator behind
`tf.random.stateless_normal` on a CPU, though, needs nothing but products, sums,
shifts and exclusive ors of uint32: it enciphers a counter, with a key made from
the seed. So it is built here from those, and one seed gives the same latents
from `gan.sample`, a SavedModel and a TFLite file.

Reference:
    [Salmon et al., 2011](https://doi.org/10.1145/2063384.2063405), Philox
    4x32-10; [Box & Muller, 1958](https://doi.org/10.1214/aoms/1177706645).
"""

import math

import numpy as np
import tensorflow as tf

_ROUNDS = 10
_MULTIPLIERS = np.array([0xD2511F53, 0xCD9E8D57], "uint32")
_KEY_STEPS = np.array([0x9E3779B9, 0xBB67AE85], "uint32")
# The key with which TensorFlow enciphers the seed itself.
_SEED_KEY = np.array([0x3EC8F720, 0x02461E29], "uint32")
_LEAST = 1e-7  # of the uniform number whose logarithm is taken


def normal_rows(
    first: tf.Tensor, num: int | tf.Tensor, width: int, seed: tf.Tensor
) -> tf.Tensor:
    """Returns some of the rows that `sampling.draw_latents` draws for a seed.

    Args:
        first: int32 scalar tensor, the first row.
        num: int or int32 scalar tensor, the number of rows.
        width: int, the numbers in a row.
        seed: int32 scalar tensor.

    Returns:
        A float32 tensor `(num, width)`, independent standard normal numbers,
        equal to TensorFlow's up to the rounding of sines and logarithms.
    """
    begin = first * width
    words = _random_words(
        begin // 4, (begin + num * width + 3) // 4, seed, stream=0
    )
    pairs = _uniform(tf.reshape(words, [-1, 2]))
    radius = tf.sqrt(-2.0 * tf.math.log(tf.maximum(pairs[:, :1], _LEAST)))
    angle = 2.0 * math.pi * pairs[:, 1:]
    numbers = tf.concat([tf.sin(angle), tf.cos(angle)], 1) * radius
    numbers = tf.slice(tf.reshape(numbers, [-1]), [begin % 4], [num * width])
    return tf.reshape(numbers, [num, width])


def label_rows(
    first: tf.Tensor, num: int | tf.Tensor, num_classes: int, seed: tf.Tensor
) -> tf.Tensor:
    """Returns some of the labels that `sampling.draw_labels` draws for a seed.

    Args:
        first: int32 scalar tensor, the first row.
        num: int or int32 scalar tensor, the number of rows.
        num_classes: int, at most 32768.
        seed: int32 scalar tensor.

    Returns:
        An int32 tensor `(num,)`, values in `[0, num_classes)`.
    """
    words = _random_words(first // 4, (first + num + 3) // 4, seed, stream=1)
    words = tf.slice(tf.reshape(words, [-1]), [first % 4], [num])
    high = tf.bitcast(tf.bitwise.right_shift(words, _u32(16)), tf.int32)
    low = tf.bitcast(_low_half(words), tf.int32)
    # TFLite has no remainder of uint32.
    high = (high % num_classes) * (65536 % num_classes)
    return (high + low) % num_classes


def philox(
    counters: list[tf.Tensor], key: list[tf.Tensor] | np.ndarray
) -> list[tf.Tensor]:
    """Enciphers 128-bit counters, as the block function of the generator.

    Args:
        counters: list of four uint32 tensors `(n,)`: their words, the least
            significant one first.
        key: list of two uint32 scalar tensors.

    Returns:
        A list of four uint32 tensors `(n,)`.
    """

    def one_round(
        step: tf.Tensor, even: tf.Tensor, odd: tf.Tensor, key: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        high, low = _wide_product(even, _MULTIPLIERS[:, None])
        mixed = tf.stack([high[1], high[0]])
        even = _xor(_xor(mixed, odd), key)
        odd = tf.stack([low[1], low[0]])
        return step + 1, even, odd, key + _KEY_STEPS[:, None]

    state = (
        0,
        tf.stack([counters[0], counters[2]]),
        tf.stack([counters[1], counters[3]]),
        tf.stack(key)[:, None],
    )
    _, even, odd, _ = tf.while_loop(
        lambda step, *_: step < _ROUNDS, one_round, state
    )
    return [even[0], odd[0], even[1], odd[1]]


def _random_words(
    first: tf.Tensor, last: tf.Tensor, seed: tf.Tensor, stream: int
) -> tf.Tensor:
    """Returns blocks of a seed's sequence, uint32 `(last - first, 4)`."""
    sign = tf.bitwise.right_shift(seed, 31)
    seeds = [tf.bitcast(w, tf.uint32)[None] for w in (seed, sign)]
    seeds += [_u32([stream]), _u32([0])]
    sealed = [word[0] for word in philox(seeds, _SEED_KEY)]
    index = tf.bitcast(tf.range(first, last), tf.uint32)
    zeros = index * _u32(0)
    counters = [index, zeros, _xor(zeros, sealed[2]), _xor(zeros, sealed[3])]
    return tf.stack(philox(counters, sealed[:2]), 1)


def _wide_product(a: tf.Tensor, b: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the high and the low word of the 64-bit products."""
    a_high, a_low = _high_half(a), _low_half(a)
    b_high, b_low = b >> 16, b & 0xFFFF
    middle = a_high * b_low + _high_half(a_low * b_low)  # below 2^32
    carried = a_low * b_high + _low_half(middle)  # below 2^32
    high = a_high * b_high + _high_half(middle) + _high_half(carried)
    return high, a * b


def _uniform(words: tf.Tensor) -> tf.Tensor:
    """Returns float32 numbers in [0, 1) from the low 23 bits of each word."""
    fraction = tf.bitwise.right_shift(words * _u32(1 << 9), _u32(9))
    one = _u32(0x3F800000)  # the bits of 1.0
    return tf.bitcast(_xor(fraction, one), tf.float32) - 1.0


def _high_half(words: tf.Tensor) -> tf.Tensor:
    return tf.bitwise.right_shift(words, _u32(16))


def _low_half(words: tf.Tensor) -> tf.Tensor:
    return _high_half(words * _u32(1 << 16))


def _xor(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return tf.bitwise.bitwise_xor(a, b)


def _u32(value: int | list[int]) -> tf.Tensor:
    return tf.constant(value, tf.uint32)
