"""MIX+DCGAN on CIFAR-10 as the authors trained it, piece by piece.

Five generators and five discriminators. In the words of their code:

- one `z`, uniform in [0, 1]^50, and the labels of the real batch, shared by
  all generators: `common_latents`, `latent_distribution`;
- every generator against every discriminator: the payoff `shared`;
- the saturating loss, so that networks and mixture weights share one payoff:
  `objective = "minimax"`;
- ten class logits, the logit being their logsumexp, and the class loss on real
  images with weight 1: `conditioning = "class_logits"`;
- reconstruction of `z` by the discriminators, which both players want, with
  weight 10: `discriminator.latent_dim`, `reconstruction_weight`;
- `mincost` 0.3, below which the discriminators are skipped, and 1, 3, 5 or 7
  generator updates: `adaptive_steps`;
- mixture entropy with weight 0.1, and all the losses above multiplied by the
  mixture weights: `entropy_weight`, `aux_in_weights`;
- Adam with rate 1e-4 for networks and mixture weights alike, beta_1 0.5;
- noise of standard deviation 0.2 on what discriminators see, dropout 0.5,
  batch normalisation in both networks; batches of 49, 200 epochs.

Deviations:

- the networks are this library's DCGANs, of about the same size;
- generators learn classes from the discriminators' class heads, for lack of
  the authors' pretrained classifier;
- the discriminators' adversarial loss is twice theirs, who halve it; the class
  loss, the reconstruction and the entropy are therefore doubled here. That
  keeps the discriminators' ratios; for the generators, whose adversarial loss
  the authors do not halve, those three weigh twice as much as in their code;
- `z` is reconstructed as the Gaussian that its uniform value is made from;
- reals are judged once in an update for all generators, not once for each;
- Adam's epsilon is outside its root, and mixture weights have no 1e-6 added;
- batch normalisation keeps moving averages, and samples are made with them,
  one component drawn for each sample (`gan.sample(per_batch=True)` draws one
  for each batch, as the authors did).

Reference: [Arora et al., 2017](https://arxiv.org/abs/1703.00573), section 6,
and the code published with it.
"""

from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict


def get_config() -> ConfigDict:
    """Returns the recipe."""
    config = base_config()
    config.dataset.name = "cifar10"
    config.image_shape = (32, 32, 3)
    config.batch_size = 49
    config.num_generators = 5
    config.num_discriminators = 5
    config.generator = {
        "class_name": "DCGANGenerator",
        "width": 128,
        "latent_dim": 50,
        "latent_distribution": "uniform",
    }
    config.discriminator = {
        "class_name": "DCGANDiscriminator",
        "width": 96,
        "normalization": "batch",
        "dropout": 0.5,
        "conditioning": "class_logits",
        "latent_dim": 50,
    }
    config.objective = "minimax"
    config.payoff = "shared"
    config.common_latents = True
    config.adaptive_steps = True
    config.regularizers = {"instance_noise": {"stddev": 0.2}}
    config.class_loss_weight = 2.0
    config.reconstruction_weight = 20.0
    config.entropy_weight = 0.2
    config.aux_in_weights = True
    config.generator_learning_rate = 1e-4
    config.discriminator_learning_rate = 1e-4
    config.mixture_learning_rate = 1e-4
    config.steps = 200 * (50_000 // 49)
    return config
