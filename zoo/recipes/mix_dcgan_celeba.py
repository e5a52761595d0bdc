"""MIX+DCGAN on CelebA at 64x64: three DCGANs a side, without classes.

TFDS downloads `celeb_a` where the network allows.

Reference: [Liu et al., 2015](https://arxiv.org/abs/1411.7766) for the data.
"""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.dataset.name = "celeb_a"
    config.image_shape = (64, 64, 3)
    config.num_classes = 0
    config.ema_decay = 0.999
    config.steps = 100_000
    config.checkpoint_every = 1_000
    config.sample_every = 2_000
    return config
