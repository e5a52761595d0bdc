"""Mixtures whose payoffs are known in closed form."""

import keras
import numpy as np

import mixgan_tf as mg


def linear(inputs, kernel, bias=None, activation=None):
    """A dense layer as a model, with the given weights."""
    kernel = np.asarray(kernel, "float32")
    network = keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(
                kernel.shape[1],
                use_bias=bias is not None,
                activation=activation,
            ),
        ]
    )
    network.set_weights([kernel] + ([] if bias is None else [bias]))
    return network


def rigged_gan(payoff, spread=0.0, **compiled):
    """A WGAN with a given payoff matrix on samples of mean zero.

    Generator `i` makes `e_i + spread * z`, and discriminator `j` answers
    `-payoff[:, j] x`: on reals that are zero it earns `payoff[i, j]`.
    """
    payoff = np.asarray(payoff, "float32")
    size, columns = payoff.shape
    gan = mg.MixGAN(
        generator=[
            linear(size, spread * np.eye(size), point) for point in np.eye(size)
        ],
        discriminator=[
            linear(size, -payoff[:, j : j + 1]) for j in range(columns)
        ],
        seed=3,
    )
    compiled.setdefault("objective", "wasserstein")
    gan.compile(
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        **compiled,
    )
    return gan
