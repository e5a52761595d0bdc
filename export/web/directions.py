"""Latent directions worth a slider: those that change samples the most."""

import numpy as np
import tensorflow as tf
from mixgan_tf.export.folding import selectors

from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels

NUM_DIRECTIONS = 8


def principal_directions(generator, num=NUM_DIRECTIONS, draws=1024, seed=0):
    """Returns the latent directions that samples depend on the most.

    With `J` the Jacobian of a sample by its latents, they are the leading
    eigenvectors of `E[J' J]` over the mixture: a small step along unit `e`
    changes a sample by `e' E[J' J] e` in mean square. It is estimated as the
    mean of `(J' v)(J' v)'` over Gaussian `v`, one backward pass each.

    Args:
        generator: a `FoldedGenerator`.
        num: how many; no more than `latent_dim` are returned.
        draws: number of samples that the mean is taken over.
        seed: int that fixes them.

    Returns:
        A float64 array `(num, latent_dim)`, orthonormal rows, the most
        important first. The largest entry of each is positive.

    Reference:
        [Constantine, Dow & Wang, 2014](https://doi.org/10.1137/130916138),
        active subspaces.
    """
    size = generator.latent_dim
    inputs, labels = sampling.draw_inputs(
        draws, size, generator.num_classes, seed
    )
    noise = np.random.default_rng(seed)
    second_moment = np.zeros([size, size])
    for start in range(0, draws, 128):
        rows = slice(start, start + 128)
        classes = None if labels is None else labels[rows]
        gradients = _pulled_back(generator, inputs[rows], classes, noise)
        second_moment += gradients.T @ gradients
    _, vectors = np.linalg.eigh(second_moment / draws)  # ascending
    leading = vectors.T[::-1][:num]
    largest = np.abs(leading).argmax(axis=1)
    return leading * np.sign(leading[np.arange(len(leading)), largest])[:, None]


def _pulled_back(generator, latents, labels, noise):
    """Returns `J' v` for each row, `(B, latent_dim)`."""
    with tf.GradientTape() as tape:
        tape.watch(latents)
        # Whatever its selector, a row depends on its own component alone.
        samples = generator(
            with_labels(latents, labels), route=selectors.ROUTES["routed"]
        )
    v = noise.standard_normal(samples.shape).astype("float32")
    gradients = tape.gradient(samples, latents, output_gradients=tf.constant(v))
    return gradients.numpy()[:, :-1].astype("float64")
