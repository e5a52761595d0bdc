"""Checking an exported file against the Keras model it was made from."""

import json
import math
import pathlib
from typing import NamedTuple

import numpy as np
from mixgan_tf.export.folding.output_gates import activation_range

from mixgan_tf import files
from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels


class Verification(NamedTuple):
    """How far an exported file's samples are from the Keras model's."""

    num_latents: int
    max_abs_error: float  # in the samples' units; images span [-1, 1]
    psnr_db: float  # peak signal to noise ratio; infinite (null) if all equal
    far_rows: int  # rows off by over a quarter of the range: misrouted ones

    def __str__(self):
        """Returns one line."""
        psnr = math.inf if self.psnr_db is None else self.psnr_db
        return (
            f"{self.num_latents} latents: largest error "
            f"{self.max_abs_error:.2g}, PSNR {psnr:.1f} dB, "
            f"{self.far_rows} rows far off"
        )


def verify(generator, run, num=1000, seed=0, batch_size=50):
    """Compares what an exported file makes of latents with the Keras model.

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
    latents, labels = (
        x if x is None else x.numpy()
        for x in sampling.draw_inputs(
            num, generator.latent_dim, generator.num_classes, seed
        )
    )
    expected, found = [], []
    for start in range(0, num, batch_size):
        rows = slice(start, start + batch_size)
        x, y = latents[rows], None if labels is None else labels[rows]
        expected.append(np.asarray(generator(with_labels(x, y))))
        found.append(np.asarray(run(x, y), "float32"))
    return _compare(
        np.concatenate(expected), np.concatenate(found), _span(generator)
    )


def write_report(path, content):
    """Writes what is known of an export as a JSON file.

    Args:
        path: the JSON file to write.
        content: dict; `Verification` and `FoldReport` values in it, at any
            depth, become dicts, and numbers that are not finite null.
    """
    text = json.dumps(_jsonable(content), indent=1, allow_nan=False)
    with files.atomic_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def _jsonable(value):
    for method in ("_asdict", "to_dict"):
        if hasattr(value, method):
            value = getattr(value, method)()
    if isinstance(value, dict):
        return {key: _jsonable(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no word for it
    return value


def _span(generator):
    ranges = [activation_range(c) for c in generator.components]
    if any(r is None or None in r for r in ranges):
        return None
    return max(high for _, high in ranges) - min(low for low, _ in ranges)


def _compare(expected, found, span):
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
    of_rows = error.reshape([len(error), -1]).max(axis=1)
    return Verification(
        num_latents=len(expected),
        max_abs_error=float(error.max()),
        psnr_db=psnr,
        far_rows=int(np.sum(~(of_rows <= span / 4))),  # NaN is far off, too
    )


def refuse_existing(path, overwrite):
    """Returns a path that may be written.

    Args:
        path: file or folder.
        overwrite: whether it may exist already.

    Returns:
        A `pathlib.Path`.

    Raises:
        ValueError: if it exists and may not.
    """
    path = pathlib.Path(path)
    if path.exists() and not overwrite:
        raise ValueError(
            "The output exists already; choose another path or pass "
            f"`overwrite=True` (--overwrite). Received: {str(path)!r}"
        )
    return path
