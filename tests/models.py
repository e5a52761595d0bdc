"""Small models and data for tests."""

import numpy as np
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.compat import draws
from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.distribution.rows import Rows


def tiny_gan(
    num_generators=3, num_discriminators=3, num_classes=None, **kwargs
):
    """A mixture of dense networks on points of the plane."""
    sizes = dict(width=8, depth=1, num_classes=num_classes)
    dropout = kwargs.pop("dropout", None)
    discriminator = mg.networks.MLPDiscriminator(2, **sizes)
    if dropout:
        discriminator = with_dropout(discriminator, dropout)
    return mg.MixGAN(
        generator=mg.networks.MLPGenerator(2, latent_dim=3, **sizes),
        discriminator=discriminator,
        num_generators=num_generators,
        num_discriminators=num_discriminators,
        num_classes=num_classes,
        seed=kwargs.pop("seed", 5),
        **kwargs,
    )


def kernel_gan(num_generators=3, features=None):
    """Dense generators for MMD on points, or on what two networks see."""
    import keras

    discriminator = None
    if features:
        inputs = keras.Input((2,))
        outputs = keras.layers.Dense(features, activation="tanh")(inputs)
        discriminator = keras.Model(inputs, outputs)
    return mg.MixGAN(
        mg.networks.MLPGenerator(2, latent_dim=3, width=16),
        discriminator,
        num_generators=num_generators,
        num_discriminators=2 if features else None,
        seed=5,
    )


def row_draws(*sets):
    """Random numbers for samples, as `run_discriminator` takes them."""
    key = tf.constant([3, 4])
    sizes = [len(samples) for samples in sets]
    return [
        RowDraws.for_batch(draws.fold_in(key, k), Rows(n, n, 0))
        for k, n in enumerate(sizes)
    ]


def with_dropout(discriminator, rate):
    """The discriminator, with dropout on what it is given."""
    import keras

    inputs = keras.Input((2,))
    x = keras.layers.Dropout(rate)(inputs)
    return keras.Model(inputs, discriminator(x))


def tiny_image_gan(num=2, num_classes=None, side=8, **kwargs):
    """A mixture of narrow DCGANs on small grey images."""
    shape = (side, side, 1)
    return mg.MixGAN(
        generator=mg.networks.DCGANGenerator(
            shape, latent_dim=4, width=4, num_classes=num_classes
        ),
        discriminator=mg.networks.DCGANDiscriminator(
            shape, width=4, num_classes=num_classes, **kwargs
        ),
        num_generators=num,
        num_classes=num_classes,
        seed=5,
    )


def points(num=24, seed=0):
    """Points of the plane, away from the origin."""
    random = np.random.default_rng(seed)
    return random.normal(1.0, 0.5, (num, 2)).astype("float32")


def images(num=12, side=8, seed=0):
    """Random grey images in [-1, 1]."""
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (num, side, side, 1)).astype("float32")


def labels(num, num_classes=3):
    """Labels 0, 1, 2, 0, 1, 2, ..."""
    return (np.arange(num) % num_classes).astype("int32")


def set_logits(gan, generator=None, discriminator=None):
    """Sets the mixture logits of either player."""
    if generator is not None:
        gan.generator_mixture.mixture_logits.assign(generator)
    if discriminator is not None:
        gan.discriminator_mixture.mixture_logits.assign(discriminator)


def weights_of(model):
    """Copies of all of a model's weights."""
    return [np.array(w) for w in model.get_weights()]


def differ(before, after):
    """Whether any array changed."""
    return any(
        not np.array_equal(a, b) for a, b in zip(before, after, strict=True)
    )
