"""MIX+WGAN on MNIST: weight clipping and RMSProp, as in the WGAN paper.

Three critics on the plain difference of their outputs, clipped to 0.01, five
updates of them for one of the generators. Without classes. Critics have no
batch normalisation, so that each output is of one image alone.

Reference: [Arjovsky et al., 2017](https://arxiv.org/abs/1701.07875),
algorithm 1.
"""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.num_classes = 0
    config.generator.width = 48
    config.discriminator.width = 48
    config.objective = "wasserstein"
    config.regularizers = {"weight_clipping": {"limit": 0.01}}
    config.discriminator_steps = 5
    config.network_optimizer = "rmsprop"
    config.generator_learning_rate = 5e-5
    config.discriminator_learning_rate = 5e-5
    config.steps = 20_000
    return config
