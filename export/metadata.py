"""What an exported file says of the generator in it."""

import hashlib
import importlib.metadata

import numpy as np
from mixgan_tf.export.folding.output_gates import activation_range

from mixgan_tf.version import __version__

FORMAT = 1


def describe(generator, quantization="float32", preset=None):
    """Returns what is known of an exported generator.

    Args:
        generator: the `FoldedGenerator`.
        quantization: how its weights are stored.
        preset: name of the preset it comes from, if any.

    Returns:
        A dict for JSON.
    """
    return {
        "format": FORMAT,
        "preset": preset,
        "latent_dim": generator.latent_dim,
        "input": "latents (batch, latent_dim + 1), standard normal",
        "sample_shape": list(generator.sample_shape),
        # Samples in [low, high] become pixels by 255 (x - low) / (high - low).
        "output_range": _output_range(generator),
        "num_classes": generator.num_classes,
        "num_components": len(generator.components),
        "mixture_weights": generator.mixture_weights.tolist(),
        "selector": generator.selector,
        "quantization": quantization,
        "weights_sha256": weights_sha256(generator),
        "versions": versions(),
    }


def versions():
    """Returns a dict from package to version, of those that made a file."""
    names = ("tensorflow", "keras")
    others = {name: importlib.metadata.version(name) for name in names}
    return {"mixgan_tf": __version__, **others}


def weights_sha256(generator):
    """Returns the SHA-256 of the float weights that a file was made from.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for array in [*generator.get_weights(), generator.mixture_weights]:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _output_range(generator):
    """Returns the lowest and highest value; `None` where none is known."""
    ranges = [activation_range(c) for c in generator.components]
    if None in ranges:
        return [None, None]
    lows, highs = zip(*ranges, strict=True)
    return [
        None if None in lows else min(lows),
        None if None in highs else max(highs),
    ]
