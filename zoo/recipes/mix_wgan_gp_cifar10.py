"""MIX+WGAN-GP on CIFAR-10: DCGAN networks and a gradient penalty.

Three unconditional pairs, narrow enough for two cores. One critic update for
one of the generators, at three times their rate, costs a third of the five
updates of the WGAN-GP paper. Averages of the generators' weights are sampled,
which neither paper does.

References:
    - [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028), algorithm 1:
      penalty 10, Adam with beta_1 0 and beta_2 0.9.
    - [Heusel et al., 2017](https://arxiv.org/abs/1706.08500): two time-scale
      updates, 3e-4 for the critics and 1e-4 for the generators.
"""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.dataset.name = "cifar10"
    config.dataset.split = "train[:45000]"
    config.image_shape = (32, 32, 3)
    config.num_classes = 0
    config.generator.width = 32
    config.discriminator = {
        "class_name": "DCGANDiscriminator",
        "width": 32,
        "normalization": None,
    }
    config.objective = "wasserstein"
    config.regularizers = {"gradient_penalty": {"weight": 10.0}}
    config.adam_beta_1 = 0.0
    config.adam_beta_2 = 0.9
    config.generator_learning_rate = 1e-4
    config.discriminator_learning_rate = 3e-4
    config.final_learning_rate_fraction = 0.05
    config.ema_decay = 0.999
    config.validation.every = 1_500
    config.validation.extractor = "cifar10"
    config.validation.split = "train[45000:]"
    config.steps = 12_000
    return config
