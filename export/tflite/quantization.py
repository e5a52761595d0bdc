"""Storage of weights and activations in fewer bits, and the error allowed."""

import statistics

import numpy as np
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.verification import Verification
from numpy.typing import ArrayLike

from mixgan_tf.arguments import require_choice
from mixgan_tf.model import sampling

QUANTIZATIONS = ("float32", "float16", "dynamic", "int8")

# A file further from the Keras model, in dB, is broken.
_LEAST_PSNR = {"float32": 90.0, "float16": 50.0, "dynamic": 30.0, "int8": 25.0}

# What activations reach is measured on so many rows, of all components, and at
# least on so many of each.
_ROWS = 512
_LEAST_ROWS = 32
_LEAST_WEIGHT = 1e-6  # of a component, for a class that is measured with it


def require_quantizable(
    generator: FoldedGenerator,
    quantization: str,
    representative_latents: ArrayLike | None = None,
) -> None:
    """Raises an error unless a fold can be stored in the chosen way.

    Args:
        generator: a `FoldedGenerator`.
        quantization: the chosen one of `QUANTIZATIONS`.
        representative_latents: as for `to_tflite`.

    Raises:
        ValueError: if there is no such way, it does not suit the fold, or the
            latents do not.
    """
    require_choice("quantization", quantization, QUANTIZATIONS)
    relu = generator.selector == "relu" and len(generator.components) > 1
    if relu and quantization != "float32":
        raise ValueError(
            "Argument `quantization` must be 'float32' with selector='relu', "
            "whose ramps are steeper than fewer bits resolve; or fold with "
            f"selector='routed'. Received: quantization={quantization!r}"
        )
    if representative_latents is None:
        return
    if quantization != "int8":
        raise ValueError(
            "Argument `representative_latents` is for quantization='int8', "
            "which alone measures activations. "
            f"Received: quantization={quantization!r}"
        )
    _checked_latents(representative_latents, generator.latent_dim)


def require_close(
    found: Verification,
    quantization: str,
    signature: str,
    tolerance: float = np.inf,
    in_half: bool = False,
) -> None:
    """Raises an error unless an exported file's samples are the model's.

    Args:
        found: a `Verification`.
        quantization: one of `QUANTIZATIONS`.
        signature: name of what was run, for the message.
        tolerance: the largest error that a number may have.
        in_half: whether the model itself computes in half precision.

    Raises:
        ValueError: if a row went to a wrong component, or the error is larger
            than this quantisation explains.
    """
    least = _LEAST_PSNR[quantization]
    if in_half:
        least = min(least, _LEAST_PSNR["dynamic"])
    close = found.psnr_db >= least and found.max_abs_error <= tolerance
    if close and not found.far_rows:
        return
    raise ValueError(
        "The exported file does not do what the model does, so it was not "
        f"kept. quantization={quantization!r} asks for at least {least:g} dB, "
        f"errors of at most {tolerance:.2g} and no row far off; choose another "
        f"one. Received: {found} (signature {signature!r})"
    )


def representative_rows(
    generator: FoldedGenerator, representative_latents: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Returns inputs of each component, to measure activations on.

    Every component gets the same number of rows, with all its classes in turn:
    were rows drawn from the mixture, the activations of rare components would
    be measured on few.

    Args:
        generator: a `FoldedGenerator` of `T` components.
        representative_latents: `None` for Gaussian ones, or as for
            `to_tflite`.

    Returns:
        A tuple of float32 latents `(n, T, latent_dim + 1)`, those of component
        `i` in `[:, i]`, and int32 labels `(n, T)`; `None` without classes.
    """
    count, size = len(generator.components), generator.latent_dim
    num_classes = generator.num_classes
    if representative_latents is None:
        num = max(_LEAST_ROWS, _ROWS // count, 2 * (num_classes or 0))
        drawn = sampling.draw_latents(num * count, size, seed=0).numpy()
        latents = drawn.reshape([num, count, size + 1])
    else:
        given = _checked_latents(representative_latents, size)[:, None, :size]
        latents = np.zeros([len(given), count, size + 1], "float32")
        latents[:, :, :size] = given
    weights = generator.mixture_weights
    columns = weights.reshape([count, -1]).T  # of each class, or of all
    labels = np.zeros(latents.shape[:2], "int32")
    for i in range(count):
        classes = np.arange(num_classes or 1)
        if len(columns) > 1:
            least = min(_LEAST_WEIGHT, columns[:, i].max())
            classes = np.flatnonzero(columns[:, i] >= least)
        labels[:, i] = np.resize(classes, len(latents))
        middles = [_selector_midpoint(column, i) for column in columns]
        column_of_row = labels[:, i] if len(columns) > 1 else 0
        latents[:, i, -1] = np.array(middles)[column_of_row]
    return latents, None if num_classes is None else labels


def _selector_midpoint(weights: np.ndarray, index: int) -> float:
    """Returns the selector coordinate in the middle of a component's mass."""
    cumulative = np.cumsum(weights) / np.sum(weights)
    mass = cumulative[index] - weights[index] / np.sum(weights) / 2
    return statistics.NormalDist().inv_cdf(min(max(mass, 1e-9), 1 - 1e-9))


def _checked_latents(latents: ArrayLike, latent_dim: int) -> np.ndarray:
    """Returns representative latents as float32, after checking them."""
    try:
        values = np.asarray(latents, "float32")
    except (TypeError, ValueError):
        values = np.empty([0])
    fits = values.ndim == 2 and values.shape[1] in (latent_dim, latent_dim + 1)
    if fits and len(values) and np.isfinite(values).all():
        return values
    received = f"shape {values.shape}"
    if fits and len(values):
        received += " with values that are not finite"
    raise ValueError(
        "Argument `representative_latents` must be finite numbers of shape "
        f"(n, {latent_dim}), or (n, {latent_dim + 1}) with the selector "
        f"coordinate, n at least 1. Received: {received}"
    )
