"""Coverage of classes: which ones samples fall into, and how evenly."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_positive_int


class ClassCoverage(NamedTuple):
    """The result of `class_coverage`."""

    modes: int  # classes that hold enough of the samples
    kl: float  # of the classes' frequencies to the reference, in nats
    frequencies: np.ndarray  # float64 (num_classes,), which add up to 1
    num_samples: int


def class_coverage(
    classes: npt.ArrayLike,
    num_classes: int,
    reference: npt.ArrayLike | None = None,
    min_count: int = 1,
) -> ClassCoverage:
    """Counts the classes that samples cover, and how unevenly.

    Even a perfect generator has a KL above 0: with `n` samples about
    `(num_classes - 1) / (2 n)` nats. Compare values of equal `n` only.

    Args:
        classes: int array `(n,)`: the class that a classifier gives each
            sample.
        num_classes: positive int.
        reference: float array `(num_classes,)`, the frequencies to compare
            with, such as the training data's; uniform by default.
        min_count: positive int: the fewest samples for a class to count.

    Returns:
        A `ClassCoverage`: `modes` covered, an int; `kl`, the divergence
        `sum_c p_c log(p_c / reference_c)` of the samples' frequencies `p`
        (infinite if a sample's class has no reference); `frequencies` and
        `num_samples`.

    Raises:
        ValueError: if the classes are not ints in `[0, num_classes)`, or
            `reference` is no distribution over them.

    Example:
    ```python
    _, logits = extractor(gan.sample(10_000, seed=0))
    found = mg.metrics.class_coverage(logits.argmax(-1), num_classes=10)
    found.modes, found.kl
    ```

    Reference:
        Modes and KL as reported since
        [Metz et al., 2017](https://arxiv.org/abs/1611.02163), section 3.3.1.
    """
    require_positive_int("num_classes", num_classes)
    require_positive_int("min_count", min_count)
    classes = require_classes("classes", classes, num_classes)
    counts = np.bincount(classes, minlength=num_classes)
    frequencies = counts / len(classes)
    expected = _reference_frequencies(reference, num_classes)
    found = counts > 0
    with np.errstate(divide="ignore"):
        ratios = np.log(frequencies[found]) - np.log(expected[found])
    return ClassCoverage(
        modes=int(np.sum(counts >= min_count)),
        kl=float(np.sum(frequencies[found] * ratios)),
        frequencies=frequencies,
        num_samples=len(classes),
    )


def stacked_classes(
    images: npt.ArrayLike,
    classify: Callable[[np.ndarray], npt.ArrayLike],
    batch_size: int = 256,
) -> np.ndarray:
    """Returns the classes of images that stack three digits as channels.

    Each channel goes to the digit classifier by itself. `class_coverage` of
    the result counts modes out of 1000.

    Args:
        images: float array `(n, height, width, 3)`.
        classify: function from float32 images `(B, height, width, 1)` to
            logits or probabilities `(B, 10)`.
        batch_size: positive int, the most images that one call gets.

    Returns:
        An int64 array `(n,)` of `100 a + 10 b + c`, the digits of the first,
        second and third channel; as `mg.data.load_stacked_mnist` labels them.

    Raises:
        ValueError: if the images are not of three channels, or the classifier
            does not return ten numbers for each image.

    Example:
    ```python
    images = gan.sample(26_000, seed=0)  # (26000, 28, 28, 3)
    classes = mg.metrics.stacked_classes(images, lambda x: digits(x).logits)
    found = mg.metrics.class_coverage(classes, num_classes=1000)
    ```

    Reference:
        [Metz et al., 2017](https://arxiv.org/abs/1611.02163), section 3.3.1.
    """
    require_positive_int("batch_size", batch_size)
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] != 3 or not images.size:
        raise ValueError(
            "Argument `images` must have shape (n, height, width, 3). "
            f"Received: shape {images.shape}"
        )
    digits = np.empty((len(images), 3), "int64")
    for start in range(0, len(images), batch_size):
        rows = slice(start, start + batch_size)
        for channel in range(3):
            batch = images[rows, ..., channel, None].astype("float32")
            scores = np.asarray(classify(batch))
            if scores.shape != (len(batch), 10):
                raise ValueError(
                    "Argument `classify` must return logits or probabilities "
                    f"of ten digits, ({len(batch)}, 10), for that many images. "
                    f"Received: shape {scores.shape}"
                )
            if not np.isfinite(scores).all():
                raise ValueError(
                    "Argument `classify` must return finite numbers. "
                    "Received: NaN or infinity"
                )
            digits[rows, channel] = scores.argmax(axis=-1)
    return digits @ [100, 10, 1]


def require_classes(
    argument: str, classes: npt.ArrayLike, num_classes: int
) -> np.ndarray:
    """Returns class ids as an array, or raises if they are not valid.

    Args:
        argument: the name of the user's argument, for error messages.
        classes: int array `(n,)`, `n >= 1`.
        num_classes: how many classes there are.

    Returns:
        An int64 array `(n,)`.

    Raises:
        ValueError: if `classes` is no such array, or an id is out of range.
    """
    array = np.asarray(classes)
    if array.ndim != 1 or array.dtype.kind not in "iu" or not array.size:
        raise ValueError(
            f"Argument `{argument}` must be a non-empty array (n,) of ints, "
            "the classes: take the argmax of logits. Received: shape "
            f"{array.shape}, dtype {array.dtype}"
        )
    if array.min() < 0 or array.max() >= num_classes:
        raise ValueError(
            f"Argument `{argument}` must hold classes in [0, {num_classes}). "
            f"Received: values from {array.min()} to {array.max()}"
        )
    return array.astype("int64")


def _reference_frequencies(
    reference: npt.ArrayLike | None, num_classes: int
) -> np.ndarray:
    if reference is None:
        return np.full(num_classes, 1 / num_classes)
    reference = np.asarray(reference, "float64")
    if (
        reference.shape != (num_classes,)
        or not (reference >= 0).all()
        or not abs(reference.sum() - 1) < 1e-6
    ):
        raise ValueError(
            f"Argument `reference` must hold {num_classes} probabilities that "
            f"add up to 1. Received: reference={reference!r}"
        )
    return reference
