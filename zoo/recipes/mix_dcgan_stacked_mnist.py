"""MIX+DCGAN on stacked MNIST: 1000 modes, three digits in the channels.

Small networks without classes, which have to find the modes by themselves.

Reference: [Metz et al., 2017](https://arxiv.org/abs/1611.02163), section 3.3.1,
for the data.
"""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.dataset.name = "stacked_mnist"
    config.dataset.split = "train[:55000]"
    config.image_shape = (28, 28, 3)
    config.num_classes = 0
    config.generator.width = 32
    config.discriminator.width = 32
    config.validation.every = 1_000
    config.validation.num = 10_000
    config.steps = 10_000
    config.final_learning_rate_fraction = 0.05
    return config
