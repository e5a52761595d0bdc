"""One DCGAN on CIFAR-10: a component of `mix_dcgan_cifar10`, trained alike."""

from mixgan_tf.zoo.recipes import mix_dcgan_cifar10
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = mix_dcgan_cifar10.get_config()
    config.num_generators = 1
    config.num_discriminators = 1
    return config
