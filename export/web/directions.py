"""The latent directions that change samples most, for the page's sliders."""

import numpy as np
import tensorflow as tf
from mixgan_tf.export.folding import selectors
from mixgan_tf.export.folding.folded_generator import FoldedGenerator

from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels

NUM_DIRECTIONS = 8


def principal_directions(
    generator: FoldedGenerator,
    num: int = NUM_DIRECTIONS,
    draws: int = 1024,
    seed: int = 0,
) -> np.ndarray:
    """Returns the latent directions that samples depend on the most.

    With `J` the Jacobian of a sample by its latents, they are the leading
    eigenvectors of `E[J' J]` over the mixture: a small step along unit `e`
    changes a sample by `e' E[J' J] e` in mean square. It is estimated as the
    mean of `(J' v)(J' v)'` over Gaussian `v`, one backward pass each.

    Args:
        generator: a `FoldedGenerator`.
        num: number of directions; no more than `latent_dim` are returned.
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
        gradients = _jacobian_products(generator, inputs[rows], classes, noise)
        second_moment += gradients.T @ gradients
    _, vectors = np.linalg.eigh(second_moment / draws)  # ascending
    leading = vectors.T[::-1][:num]
    largest = np.abs(leading).argmax(axis=1)
    return leading * np.sign(leading[np.arange(len(leading)), largest])[:, None]


def _jacobian_products(
    generator: FoldedGenerator,
    latents: tf.Tensor,
    labels: tf.Tensor | None,
    noise: np.random.Generator,
) -> np.ndarray:
    """Returns `J' v` of each row, `(B, latent_dim)`, for a random `v`."""
    with tf.GradientTape() as tape:
        tape.watch(latents)
        # Whatever its selector, a row depends on its own component alone.
        samples = generator(
            with_labels(latents, labels), route=selectors.ROUTES["routed"]
        )
    v = noise.standard_normal(samples.shape).astype("float32")
    gradients = tape.gradient(samples, latents, output_gradients=tf.constant(v))
    return gradients.numpy()[:, :-1].astype("float64")
