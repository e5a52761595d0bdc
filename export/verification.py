"""The comparison of an exported file with the Keras model it was made from."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.output_gates import common_range

from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels


class Verification(NamedTuple):
    """The differences between an exported file's samples and the model's."""

    num_latents: int
    max_abs_error: float  # in the samples' units; images span [-1, 1]
    psnr_db: float  # peak signal to noise ratio; infinite (null) if all equal
    far_rows: int  # rows off by over a quarter of the range: misrouted ones

    def __str__(self) -> str:
        """Returns the differences as one line."""
        # It is `None` where it was infinite and comes from a JSON report.
        psnr = math.inf if self.psnr_db is None else self.psnr_db
        return (
            f"{self.num_latents} latents: largest error "
            f"{self.max_abs_error:.2g}, PSNR {psnr:.1f} dB, "
            f"{self.far_rows} rows far off"
        )


def verify(
    generator: FoldedGenerator,
    run: Callable[[np.ndarray, np.ndarray | None], np.ndarray],
    num: int = 1000,
    seed: int = 0,
    batch_size: int = 50,
) -> Verification:
    """Compares an exported file's samples with those of the Keras model.

    Args:
        generator: the `FoldedGenerator` that was exported.
        run: function from float32 latents `(B, latent_dim + 1)` and int32
            labels `(B,)` (`None` without classes) to float32 samples.
        num: number of latents.
        seed: int that fixes them.
        batch_size: the most that `run` gets at a time.

    Returns:
        A `Verification`.

    Raises:
        ValueError: if `run` returns another shape than the Keras model.
    """
    drawn, classes = sampling.draw_inputs(
        num, generator.latent_dim, generator.num_classes, seed
    )
    latents = drawn.numpy()
    labels = None if classes is None else classes.numpy()
    expected, found = [], []
    for start in range(0, num, batch_size):
        rows = slice(start, start + batch_size)
        x, y = latents[rows], None if labels is None else labels[rows]
        expected.append(np.asarray(generator(with_labels(x, y))))
        found.append(np.asarray(run(x, y), "float32"))
    return _compare(
        np.concatenate(expected), np.concatenate(found), _span(generator)
    )


def _span(generator: FoldedGenerator) -> float | None:
    low, high = common_range(generator.components)
    return None if low is None or high is None else high - low


def _compare(
    expected: np.ndarray, found: np.ndarray, span: float | None
) -> Verification:
    if found.shape != expected.shape:  # NumPy would broadcast it
        raise ValueError(
            "The exported file must return samples of the Keras model's shape "
            f"{expected.shape}. Received: shape {found.shape}"
        )
    if span is None:
        span = float(expected.max() - expected.min()) or 1.0
    error = np.abs(found.astype("float64") - expected)
    mean_square = float(np.mean(error**2))
    with np.errstate(divide="ignore"):  # NaN stays NaN: no match
        psnr = float(10 * np.log10(np.float64(span) ** 2 / mean_square))
    row_errors = error.reshape([len(error), -1]).max(axis=1)
    return Verification(
        num_latents=len(expected),
        max_abs_error=float(error.max()),
        psnr_db=psnr,
        far_rows=int(np.sum(~(row_errors <= span / 4))),  # NaN is far, too
    )
