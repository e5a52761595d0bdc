"""MIX+DCGAN on MNIST: three class-conditional DCGANs a side.

As in section 5 of Arora et al., 2017 the networks see the class; the authors'
networks for MNIST are not published, so these are ordinary DCGANs. The last
5000 training images are kept for choosing among the weights of the training.
"""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.dataset.split = "train[:55000]"
    config.generator.width = 48
    config.discriminator.width = 48
    config.discriminator.dropout = 0.25
    config.validation.every = 1_000
    config.steps = 14_000
    config.final_learning_rate_fraction = 0.05
    return config
