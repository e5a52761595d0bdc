"""Checks of the training data before any step runs."""

from numbers import Number
from typing import Any

import numpy as np
import tensorflow as tf

from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.model.sampling import check_labels

# Rows of an array that are looked at together.
_BLOCK = 4096


def check_training_data(
    gan: MixtureModel, x: Any, y: np.ndarray | None
) -> None:
    """Raises one clear error for data the model cannot learn from.

    Arrays are looked through as a whole. Of a `tf.data.Dataset` one batch is
    read: more would cost training time. Where a later batch holds NaN, so do
    the metrics, and `mg.callbacks.StopOnNaN` stops; a later label out of range
    is not found. Other sources are checked by shape when the step is traced.

    Args:
        gan: a `MixGAN`.
        x: what `fit` was given: a dataset, an array, or anything else.
        y: labels given beside an array.

    Raises:
        ValueError: if shapes, value range or labels do not fit the model.
    """
    if x is None or isinstance(x, str | bytes | Number | np.generic):
        raise ValueError(
            "Argument `x` must be a dataset or an array of samples. "
            f"Received: {type(x).__name__}"
        )
    if isinstance(x, tf.data.Dataset):
        batch = next(iter(x.take(1)), None)
        if batch is None:
            raise ValueError("The training data are empty: no batch.")
        check_batch(gan, *split_batch(batch))
    elif isinstance(x, np.ndarray | tf.Tensor):
        _check_arrays(gan, np.asarray(x), y)


def split_batch(batch: Any) -> tuple[Any, Any]:
    """Splits what a dataset yields into samples and labels.

    Args:
        batch: samples, `(samples,)` or `(samples, labels)`.

    Returns:
        A tuple `(samples, labels)`; labels are `None` if there are none.
    """
    if isinstance(batch, dict):
        raise ValueError(
            "The dataset must yield `images` or `(images, labels)`; map its "
            "dicts to tuples first (TFDS: `as_supervised=True`). "
            f"Received: a dict with keys {sorted(batch)}"
        )
    if not isinstance(batch, tuple | list):
        return batch, None
    if not 1 <= len(batch) <= 3:
        raise ValueError(
            "The dataset must yield samples, or (samples, labels). "
            f"Received: batches of {len(batch)} parts"
        )
    samples, labels, weights = (*batch, None, None)[:3]
    if weights is not None:
        raise ValueError(
            "MixGAN takes no sample or class weights; resample the data "
            "instead. Received: batches of (samples, labels, weights)"
        )
    return samples, labels


def check_batch(gan: MixtureModel, samples: Any, labels: Any) -> None:
    """Checks one eager batch: static shapes, then values.

    Args:
        gan: a `MixGAN`.
        samples: array or tensor `(n, *sample_shape)`.
        labels: array or tensor `(n,)`, or `None`.

    Raises:
        ValueError: if they do not fit the model.
    """
    check_shapes(gan, samples, labels)
    samples = np.asarray(samples)
    if not len(samples):
        raise ValueError("The training data's first batch is empty: 0 samples.")
    if not np.isfinite(samples).all():
        raise ValueError(
            "The training data hold NaN or infinite values; remove those "
            f"samples. Received: {np.sum(~np.isfinite(samples))} such values "
            f"in one batch of {len(samples)}"
        )
    output_range = getattr(
        gan.generator_mixture.components[0], "output_range", None
    )
    if output_range and samples.size:
        low, high = output_range
        if samples.min() < low - 1e-3 or samples.max() > high + 1e-3:
            raise ValueError(
                f"The generator makes values in [{low}, {high}]; scale the "
                "images to that range (`x / 127.5 - 1` for 0 to 255). "
                f"Received: values from {samples.min():.6g} to "
                f"{samples.max():.6g}"
            )
    if gan.num_classes is not None:
        check_labels(np.asarray(labels), len(samples), gan.num_classes)


def check_shapes(gan: MixtureModel, samples: Any, labels: Any) -> None:
    """Checks static shapes and types, also of symbolic tensors.

    Args:
        gan: a `MixGAN`.
        samples: array or tensor `(n, *sample_shape)`.
        labels: array or tensor `(n,)`, or `None`.

    Raises:
        ValueError: if they do not fit the model.
    """
    for what, part in (("Samples", samples), ("Labels", labels)):
        known = hasattr(part, "shape") and hasattr(part, "dtype")
        if not known and (part is not None or what == "Samples"):
            raise ValueError(
                f"{what} must be arrays or tensors, not nested or sparse. "
                f"Received: {type(part).__name__}"
            )
    if isinstance(samples, tf.SparseTensor | tf.RaggedTensor):
        raise ValueError(
            "Samples must be dense tensors of one shape. "
            f"Received: {type(samples).__name__}"
        )
    shape = tuple(samples.shape)
    if shape[1:] != gan.sample_shape:
        raise ValueError(
            f"The model is made for samples of shape {gan.sample_shape}; "
            "resize the data or build the networks for them. "
            f"Received: a batch of shape {shape}"
        )
    if not _dtype(samples).is_floating:
        raise ValueError(
            "Samples must be floating point, scaled to the generator's range "
            "(`x / 127.5 - 1` for 0 to 255). "
            f"Received: dtype {_dtype(samples).name}"
        )
    if gan.num_classes is None:
        return
    if labels is None:
        raise ValueError(
            "A conditional model (num_classes="
            f"{gan.num_classes}) needs labels: pass `(images, labels)` "
            "batches, or `y=labels`. Received: no labels"
        )
    if len(labels.shape) != 1 or not _dtype(labels).is_integer:
        raise ValueError(
            "Labels must be integers of shape `(batch,)`; use `argmax` on "
            f"one-hot rows. Received: shape {tuple(labels.shape)}, dtype "
            f"{_dtype(labels).name}"
        )


def _check_arrays(
    gan: MixtureModel, x: np.ndarray, y: np.ndarray | None
) -> None:
    if x.ndim == 0 or len(x) == 0:
        raise ValueError("The training data are empty: 0 samples.")
    labels = None if y is None else np.asarray(y)
    if labels is not None and (labels.ndim == 0 or len(labels) != len(x)):
        raise ValueError(
            "Argument `y` must hold a label for each sample of `x`, "
            f"{len(x)}. Received: shape {labels.shape}"
        )
    for start in range(0, len(x), _BLOCK):
        rows = slice(start, start + _BLOCK)
        check_batch(gan, x[rows], None if labels is None else labels[rows])


def _dtype(part: np.ndarray | tf.Tensor) -> tf.DType:
    try:
        return tf.as_dtype(part.dtype)
    except TypeError as error:  # NumPy's dates, records
        raise ValueError(
            f"The training data must hold numbers. Received: dtype {part.dtype}"
        ) from error
