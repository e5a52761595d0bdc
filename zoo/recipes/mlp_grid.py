"""One dense network on the grid: a component of the mixture, trained alike."""

from mixgan_tf.zoo.recipes import mix_mlp_grid
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = mix_mlp_grid.get_config()
    config.num_generators = 1
    config.num_discriminators = 1
    return config
