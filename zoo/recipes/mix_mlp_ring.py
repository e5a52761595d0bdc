"""Five small dense networks a side on a ring of eight Gaussians."""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.dataset.name = "ring"
    config.image_shape = (2,)
    config.num_classes = 0
    config.batch_size = 128
    config.generator = {"class_name": "MLPGenerator", "width": 16}
    config.discriminator = {"class_name": "MLPDiscriminator", "width": 16}
    config.num_generators = 5
    config.num_discriminators = 5
    config.generator_learning_rate = 1e-3
    config.discriminator_learning_rate = 1e-3
    config.steps = 10_000
    config.checkpoint_every = 1_000
    config.sample_every = 1_000
    return config
