"""MIX+DCGAN on CIFAR-10: three class-conditional DCGANs a side.

Narrow enough for an hour on two cores; a GPU takes twice the width in less.
Averages of the generators' weights are sampled.
"""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.dataset.name = "cifar10"
    config.dataset.split = "train[:45000]"
    config.image_shape = (32, 32, 3)
    config.generator.width = 32
    config.discriminator.width = 32
    config.discriminator.dropout = 0.2
    config.ema_decay = 0.999
    config.validation.every = 2_000
    config.validation.extractor = "cifar10"
    config.validation.split = "train[45000:]"
    config.steps = 20_000
    config.final_learning_rate_fraction = 0.05
    return config
