"""Mixtures to fold and export in tests, and what that must make."""

import functools

import keras
import numpy as np
from scipy import stats

import mixgan_tf as mg
from tests.models import labels
from tests.models import set_logits

WEIGHTS = np.array([0.6, 0.3, 0.1])
CLASS_WEIGHTS = np.array([[0.6, 0.1], [0.3, 0.1], [0.1, 0.8]])


def mixture(components, weights, num_classes=None):
    """A MixGAN without discriminators, of given networks and weights."""
    gan = mg.MixGAN(
        generator=components,
        num_classes=num_classes,
        class_dependent_weights=np.ndim(weights) == 2,
        seed=3,
    )
    with np.errstate(divide="ignore"):
        logits = np.log(np.asarray(weights, "float64"))
    set_logits(gan, np.maximum(logits, -1e4))  # a weight of exactly 0
    return gan


def as_if_trained(networks):
    """Returns networks, given weights that make samples of all sizes."""
    random = np.random.default_rng(0)
    for variable in [v for network in networks for v in network.weights]:
        shape = variable.shape
        if variable.name in ("kernel", "bias", "beta", "moving_mean"):
            scale = 1.0 / np.sqrt(np.prod(shape[:-1])) if len(shape) > 1 else 1
            variable.assign(random.normal(0.0, scale, shape))
        else:  # scales and variances
            variable.assign(random.uniform(0.5, 1.5, shape))
    return networks


def point_mixture(weights=WEIGHTS, num_classes=None):
    """Dense networks that make points of the plane."""
    components = [
        mg.networks.MLPGenerator(
            2, latent_dim=3, width=8, depth=1, num_classes=num_classes
        )
        for _ in weights
    ]
    return mixture(as_if_trained(components), weights, num_classes)


def image_mixture(weights=WEIGHTS, num_classes=None):
    """Narrow DCGANs that make grey images."""
    components = [
        mg.networks.DCGANGenerator(
            (8, 8, 1), latent_dim=4, width=4, num_classes=num_classes
        )
        for _ in weights
    ]
    return mixture(as_if_trained(components), weights, num_classes)


MIXTURES = {
    "images": image_mixture,
    "labelled images": lambda: image_mixture(num_classes=3),
    "points": point_mixture,
}


@functools.cache
def shared(kind):
    """One of `MIXTURES`, the same for all tests: they leave it as it is."""
    return MIXTURES[kind]()


def constant_network(values, activation=None):
    """A network whose output is `activation(values)`, whatever its latents."""
    layer = keras.layers.Dense(
        len(values), activation, kernel_initializer="zeros"
    )
    network = keras.Sequential([keras.Input((1,)), layer])
    layer.bias.assign(np.asarray(values, "float32"))
    return network


def inputs_of(generator, num, seed=0):
    """Latents of a fold or mixture as NumPy arrays, labels behind if any."""
    random = np.random.default_rng(seed)
    latents = random.normal(size=(num, generator.latent_dim + 1))
    latents = latents.astype("float32")
    if generator.num_classes is None:
        return [latents]
    return [latents, labels(num, generator.num_classes)]


def call(model, inputs):
    """What a Keras model makes of them, as a NumPy array."""
    return np.asarray(model(inputs if len(inputs) > 1 else inputs[0]))


def chosen_components(weights, h, classes=None):
    """The component whose quantiles `h` lies between, by SciPy's normal."""
    thresholds = stats.norm.ppf(np.cumsum(np.asarray(weights, "float64"), 0))
    if thresholds.ndim == 2:
        return (h[:, None] > thresholds[:-1].T[classes]).sum(axis=1)
    return (h[:, None] > thresholds[:-1]).sum(axis=1)


def expected_samples(gan, inputs):
    """What each row's own component makes of it, without any fold."""
    latents, *classes = inputs
    chosen = chosen_components(gan.generator_weights, latents[:, -1], *classes)
    outputs = np.stack(
        [
            call(c, [latents[:, :-1], *classes])
            for c in gan.generator_mixture.components
        ]
    )
    # Else a row of the wrong component would look right.
    several = len(outputs) > 1 and len(latents)
    assert not several or outputs.std(axis=0).mean() > 0.05
    return outputs[chosen, np.arange(len(latents))]
