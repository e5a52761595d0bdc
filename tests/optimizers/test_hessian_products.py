import keras
import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.optimizers.hessian_products import mixed_product
from mixgan_tf.optimizers.hessian_products import player_gradients


def game(dtype):
    """A payoff of two small convolutional networks, and the networks."""

    def layer(name, *args, **kwargs):
        return getattr(keras.layers, name)(*args, dtype=dtype, **kwargs)

    generator = keras.Sequential(
        [
            keras.Input((3,), dtype=dtype),
            layer("Dense", 2 * 2 * 4, use_bias=False),
            layer("Reshape", (2, 2, 4)),
            layer("BatchNormalization", synchronized=True),
            layer("LeakyReLU", 0.2),
            layer("UpSampling2D", 2),
            layer("Conv2DTranspose", 1, 4, 2, "same", activation="tanh"),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((8, 8, 1), dtype=dtype),
            layer("Conv2D", 3, 4, 2, "same"),
            # Others differentiate `tf.nn.moments`, wrong from the second order.
            layer("BatchNormalization", synchronized=True),
            layer("LeakyReLU", 0.2),
            layer("Dropout", 0.3, seed=1),
            layer("Flatten"),
            layer("Dense", 1),
        ]
    )
    random = np.random.default_rng(0)
    latents = tf.constant(random.normal(size=(6, 3)), dtype)
    reals = tf.constant(random.uniform(-1, 1, (6, 8, 8, 1)), dtype)

    def payoff():
        real = discriminator(reals, training=True)
        fake = discriminator(generator(latents, training=True), training=True)
        return -tf.reduce_mean(tf.nn.softplus(-real) + tf.nn.softplus(fake))

    return payoff, generator, discriminator


def directions(variables, seed):
    random = np.random.default_rng(seed)
    return [
        tf.constant(random.normal(size=v.shape), v.dtype) for v in variables
    ]


def inner(first, second):
    return sum(
        float(tf.reduce_sum(a * b)) for a, b in zip(first, second, strict=True)
    )


def test_product_is_symmetric_through_convolutions_and_batch_norm():
    payoff, generator, discriminator = game("float32")
    x, y = generator.trainable_variables, discriminator.trainable_variables
    a, b = directions(x, 1), directions(y, 2)
    product, transposed = tf.function(
        lambda: (mixed_product(payoff, x, y, b), mixed_product(payoff, y, x, a))
    )()
    assert abs(inner(a, product)) > 1e-3
    np.testing.assert_allclose(
        inner(a, product), inner(transposed, b), rtol=1e-3
    )


def test_product_matches_finite_differences():
    payoff, generator, discriminator = game("float64")
    x, y = generator.trainable_variables, discriminator.trainable_variables
    b, step = directions(y, 2), 1e-6
    product = mixed_product(payoff, x, y, b)
    start = [v.numpy() for v in y]

    def gradients_at(distance):
        for v, at, direction in zip(y, start, b, strict=True):
            v.assign(at + distance * direction)
        return player_gradients(payoff, x, y)[0]

    pairs = zip(gradients_at(step), gradients_at(-step), strict=True)
    for numeric, exact in zip(pairs, product, strict=True):
        numeric = (numeric[0] - numeric[1]) / (2 * step)
        np.testing.assert_allclose(numeric, exact, rtol=1e-4, atol=1e-7)


def test_closed_forms_and_absent_variables():
    x, y, z = (keras.Variable(v) for v in (2.0, 3.0, 5.0))
    one = [tf.constant(1.0)]

    def payoff():
        return x**2 * y**3

    (gx, gz), (gy,) = player_gradients(payoff, [x, z], [y])
    assert [float(g) for g in (gx, gz, gy)] == [108, 0, 108]
    assert float(mixed_product(payoff, [x], [y], one)[0]) == 108  # 6 x y^2
    pair = mixed_product(payoff, [x, z], [y], one)
    assert [float(p) for p in pair] == [108, 0]
    assert float(mixed_product(payoff, [x], [z], one)[0]) == 0
    assert float(mixed_product(lambda: x**2 - y, [x], [y], one)[0]) == 0


def test_rows_looked_up_in_a_table():
    table = keras.Variable(np.arange(6.0, dtype="float32").reshape(3, 2))
    y = keras.Variable([1.0, 2.0])
    product = mixed_product(
        lambda: tf.reduce_sum(tf.gather(table.value, [2, 2]) * y),
        [y],
        [table],
        [tf.ones([3, 2])],
    )
    np.testing.assert_allclose(product[0], [2.0, 2.0])


def test_evaluations_change_no_variable():
    payoff, generator, discriminator = game("float32")
    x, y = generator.trainable_variables, discriminator.trainable_variables
    everything = generator.variables + discriminator.variables
    before = [v.numpy() for v in everything]
    first = player_gradients(payoff, x, y)
    mixed_product(payoff, x, y, directions(y, 2))
    again = player_gradients(payoff, x, y)  # the same dropout mask
    for v, value in zip(everything, before, strict=True):
        np.testing.assert_array_equal(v.numpy(), value)
    for g, h in zip(first[1], again[1], strict=True):
        np.testing.assert_allclose(g, h, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("payoff", "message"),
    [
        (lambda x: x * tf.ones([2]), r"one float scalar.*shape=\(2,\)"),
        (lambda x: tf.constant(3), "one float scalar.*int32"),
        (lambda x: tf.constant(3.0), "must depend on the variables"),
    ],
)
def test_unfit_payoffs_are_refused(payoff, message):
    x, y = keras.Variable(1.0), keras.Variable(1.0)
    with pytest.raises(ValueError, match=message):
        player_gradients(lambda: payoff(x), [x], [y])
