"""Mixtures to export, and what an export of them must make."""

import numpy as np
from scipy import stats

from tests.models import labels
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import tiny_image_gan

WEIGHTS = np.array([0.6, 0.3, 0.1])


def image_gan(num_classes=None):
    gan = tiny_image_gan(num=3, num_classes=num_classes)
    for index, generator in enumerate(gan.generator_mixture.components):
        _as_if_trained(generator, seed=index)
    set_logits(gan, np.log(WEIGHTS))
    return gan


def _as_if_trained(network, seed):
    """Gives a network weights whose samples fill the output's range."""
    random = np.random.default_rng(seed)
    for variable in network.weights:
        shape = variable.shape
        if variable.name in ("kernel", "bias", "beta", "moving_mean"):
            scale = 1.0 / np.sqrt(np.prod(shape[:-1])) if len(shape) > 1 else 1
            variable.assign(random.normal(0.0, scale, shape))
        else:  # positive ones
            variable.assign(random.uniform(0.5, 1.5, shape))


def point_gan(num_classes=None):
    gan = tiny_gan(num_classes=num_classes)
    set_logits(gan, np.log(WEIGHTS))
    return gan


GANS = {
    "images": lambda: image_gan(),
    "labelled_images": lambda: image_gan(3),
    "points": lambda: point_gan(),
}


def gaussian_inputs(gan, num, seed=0):
    latents = np.random.default_rng(seed).normal(size=(num, gan.latent_dim + 1))
    latents = latents.astype("float32")
    if gan.num_classes is None:
        return [latents]
    return [latents, labels(num, gan.num_classes)]


def expected_outputs(gan, inputs):
    """What each row's component makes of it, one component at a time."""
    latents = inputs[0]
    thresholds = stats.norm.ppf(np.cumsum(gan.generator_weights)[:-1])
    chosen = (latents[:, -1:] > thresholds).sum(1)
    outputs = np.stack(
        [
            g([latents[:, :-1], *inputs[1:]] if inputs[1:] else latents[:, :-1])
            for g in gan.generator_mixture.components
        ]
    )
    return outputs[chosen, np.arange(len(latents))], chosen


def call(model, inputs):
    return np.asarray(model(inputs if len(inputs) > 1 else inputs[0]))
