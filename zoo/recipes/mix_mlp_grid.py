"""Five small dense networks a side on a grid of 25 Gaussians."""

from mixgan_tf.zoo.recipes import mix_mlp_ring
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = mix_mlp_ring.get_config()
    config.dataset.name = "grid"
    config.generator.width = 64
    config.discriminator.width = 64
    config.validation.every = 1_000
    config.validation.num = 10_000
    config.steps = 30_000
    config.sample_every = 5_000
    return config
