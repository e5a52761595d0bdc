"""MIX+DCGAN on scikit-learn's 8x8 digits: trains in a minute on a laptop.

The data come with scikit-learn, so nothing is downloaded: `make demo`.
"""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.dataset.name = "digits"
    config.image_shape = (8, 8, 1)
    config.generator.width = 64
    config.generator.latent_dim = 32
    config.discriminator.width = 64
    config.discriminator.dropout = 0.25
    config.steps = 3_000
    config.sample_every = 1_000
    return config
