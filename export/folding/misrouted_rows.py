"""Detection of misrouted rows among rows that quantisation blurs."""

import numpy as np
from mixgan_tf.export.folding import selectors
from mixgan_tf.export.folding.folded_generator import FoldedGenerator

from mixgan_tf.model import sampling

_FAR = 1 / 8  # of the samples' range, root mean square


def count_misrouted(
    generator: FoldedGenerator,
    latents: np.ndarray,
    labels: np.ndarray | None,
    samples: np.ndarray,
) -> int:
    """Counts the rows that come from a wrong component.

    In eight bits a pixel at an edge may be off by half the range where the row
    is right. So a row counts where it is over twice as far from its own
    component's sample as from another's, or off by over an eighth of the range,
    all by root mean square over its numbers.

    Args:
        generator: a `FoldedGenerator`.
        latents: float32 array `(n, latent_dim + 1)`.
        labels: int32 array `(n,)`, or `None`.
        samples: float32 array `(n, *sample_shape)`, made of them.

    Returns:
        An int.
    """
    chosen = np.zeros(len(latents), int)
    if len(generator.components) > 1:
        chosen = sampling.select_components(
            latents[:, -1], generator.thresholds, labels
        ).numpy()
    tensors = selectors.all_outputs(
        generator.components, latents[:, :-1], labels
    )
    outputs = np.stack([np.asarray(x) for x in tensors])
    errors = outputs - samples
    errors = errors.reshape([*errors.shape[:2], -1])
    distances = np.sqrt(np.mean(errors**2, axis=-1))  # (T, n)
    own = distances[chosen, np.arange(len(chosen))]
    far = own > _FAR * np.ptp(outputs)
    return int(np.sum(far | (own > 2 * distances.min(axis=0))))
