"""The entries that every recipe has, with their defaults."""

from ml_collections import ConfigDict


def base_config() -> ConfigDict:
    """Returns a recipe for a mixture of three DCGANs on 28x28 images.

    A recipe replaces what differs. Every entry can be overridden on the
    command line: `mixgan train --recipe=NAME --recipe.steps=1000`.
    """
    return ConfigDict(
        {
            # Data. `name`: a TFDS data set, "digits", "stacked_mnist", "ring"
            # or "grid".
            "dataset": {"name": "mnist", "split": "train"},
            "image_shape": (28, 28, 1),
            "num_classes": 10,  # 0: unconditional
            "batch_size": 64,
            # Networks: a class of `mixgan_tf.networks` and its arguments.
            "generator": {"class_name": "DCGANGenerator", "width": 64},
            "discriminator": {"class_name": "DCGANDiscriminator", "width": 64},
            "num_generators": 3,
            "num_discriminators": 3,
            "class_dependent_weights": False,
            # The game: arguments of `MixGAN.compile`.
            "objective": "non_saturating",
            "payoff": "stratified",
            "common_latents": False,  # for the payoffs "shared" and "full"
            "entropy_weight": 0.1,
            "discriminator_steps": 1,
            "adaptive_steps": False,  # `AdaptiveSteps` instead of a number
            # Names of `mixgan_tf.regularizers` and their arguments.
            "regularizers": {},
            "class_loss_weight": 1.0,
            "reconstruction_weight": 1.0,
            "aux_in_weights": False,
            "ema_decay": 0.0,  # of the generators' weights; 0: no averages
            # "adam", "rmsprop", or "acgd": both players and their weights at
            # once, with `generator_learning_rate` for all.
            "network_optimizer": "adam",
            "mixture_optimizer": "adam",
            "mixture_learning_rate": 1e-3,
            "generator_learning_rate": 2e-4,
            "discriminator_learning_rate": 2e-4,
            # The networks' learning rates fall linearly to this fraction of
            # their start over `steps`; 1 keeps them constant.
            "final_learning_rate_fraction": 1.0,
            "adam_beta_1": 0.5,
            "adam_beta_2": 0.999,
            # By which weights are chosen, every so many steps (0: the last
            # ones are kept): the Frechet distance of `num` samples to `num`
            # images of a split that is not trained on. For stacked MNIST, the
            # divergence of the samples' 1000 classes from uniform; for points
            # of the plane, the modes that are missed.
            "validation": {
                "every": 0,
                "extractor": "mnist",
                "split": "train[55000:]",
                "num": 5_000,
            },
            # The schedule, in training steps.
            "steps": 10_000,
            "checkpoint_every": 500,
            "sample_every": 500,
            "log_every": 50,
            "seed": 0,
        }
    )
