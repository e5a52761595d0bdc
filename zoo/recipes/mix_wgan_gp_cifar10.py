"""MIX+WGAN-GP on CIFAR-10: residual networks and a gradient penalty.

Three unconditional pairs of 128 channels. Averages of the generators' weights
are sampled, which the paper does not do.

Reference: [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028),
section 5.2 and appendix: Adam with rate 2e-4 falling to zero, beta_1 0, beta_2
0.9, five critic updates, penalty 10.
"""

from mixgan_tf.zoo.recipes.base import base_config


def get_config():
    """Returns the recipe."""
    config = base_config()
    config.dataset.name = "cifar10"
    config.image_shape = (32, 32, 3)
    config.num_classes = 0
    config.generator = {"class_name": "ResNetGenerator", "width": 128}
    config.discriminator = {"class_name": "ResNetDiscriminator", "width": 128}
    config.objective = "wasserstein"
    config.regularizers = {"gradient_penalty": {"weight": 10.0}}
    config.discriminator_steps = 5
    config.adam_beta_1 = 0.0
    config.adam_beta_2 = 0.9
    config.final_learning_rate_fraction = 0.0
    config.ema_decay = 0.999
    config.steps = 100_000
    return config
