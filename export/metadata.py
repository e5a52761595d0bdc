"""The metadata that an exported file holds of its generator."""

import hashlib
import importlib.metadata
from typing import Any

import numpy as np
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.output_gates import common_range

from mixgan_tf.version import __version__

FORMAT = 1


def describe(
    generator: FoldedGenerator,
    quantization: str = "float32",
    preset: str | None = None,
) -> dict[str, Any]:
    """Returns the metadata of an exported generator.

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
        "output_range": list(common_range(generator.components)),
        "num_classes": generator.num_classes,
        "num_components": len(generator.components),
        "mixture_weights": generator.mixture_weights.tolist(),
        "selector": generator.selector,
        "quantization": quantization,
        "weights_sha256": weights_sha256(generator),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Returns the versions of the packages that make a file, by name."""
    names = ("tensorflow", "keras")
    others = {name: importlib.metadata.version(name) for name in names}
    return {"mixgan_tf": __version__, **others}


def weights_sha256(generator: FoldedGenerator) -> str:
    """Returns the SHA-256 of the float weights that a file is made from.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for array in [*generator.get_weights(), generator.mixture_weights]:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
