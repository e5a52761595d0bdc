"""Comparison of a mixture's components, and their effective number."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.metrics.class_modes import require_classes
from mixgan_tf.metrics.distances import require_features
from mixgan_tf.metrics.distances import require_same_width
from mixgan_tf.metrics.distances import squared_distance_blocks
from mixgan_tf.metrics.required import required
from mixgan_tf.model.mixture_model import MixtureModel


class ComponentReport(NamedTuple):
    """The result of `component_report` for `T` components."""

    distances: np.ndarray  # float64 (T, T), between components, 0 to itself
    noise: np.ndarray  # float64 (T,), between halves of a component's samples
    class_frequencies: np.ndarray | None  # float64 (T, num_classes)
    weights: np.ndarray  # float64, as given
    effective_components: float | np.ndarray  # exp of the weights' entropy


def component_report(
    samples: Sequence[npt.ArrayLike],
    weights: npt.ArrayLike | None = None,
    classes: Sequence[npt.ArrayLike] | None = None,
    num_classes: int | None = None,
    distance: Callable[[np.ndarray, np.ndarray], float] | None = None,
) -> ComponentReport:
    """Compares the components of a mixture by samples of each.

    Components that do the same are at distance 0 but for chance, and `noise`
    is what chance does: the distance between the two halves of one component's
    own samples. Compare distances with it; it is that of half the samples.

    Args:
        samples: list of `T` finite arrays `(n_i, ...)`, `n_i >= 4`: features
            of independent samples of each component (or samples themselves,
            which are flattened).
        weights: float array `(T,)` of mixture weights, or `(T, num_classes)`
            of those of each class; uniform by default.
        classes: `None`, or list of `T` int arrays `(n_i,)`: what a classifier
            says each sample is.
        num_classes: how many classes there are; with `classes`.
        distance: function from two arrays `(n, d)` and `(m, d)` to a float;
            `energy_distance` by default. It must be symmetric.

    Returns:
        A `ComponentReport`. `effective_components` is a float in `[1, T]`: `T`
        for equal weights, near 1 if one component makes almost everything; an
        array `(num_classes,)` for weights of each class.

    Raises:
        ValueError: if an argument has the wrong shape, or holds NaN.

    Example:
    ```python
    images = mg.metrics.component_samples(gan, 2000, seed=0)
    outputs = [extractor(x) for x in images]
    report = mg.metrics.component_report(
        [o.features for o in outputs],
        gan.generator_weights,
        classes=[o.logits.argmax(-1) for o in outputs],
        num_classes=10,
    )
    report.distances, report.noise, report.effective_components
    ```
    """
    features = [
        require_features(f"samples[{i}]", x, min_rows=4)
        for i, x in enumerate(samples)
    ]
    require_same_width(**{f"samples[{i}]": x for i, x in enumerate(features)})
    num = len(features)
    if weights is None:
        weights = np.full(num, 1 / max(num, 1))
    effective = effective_components(weights)
    if len(np.asarray(weights)) != num:
        raise ValueError(
            "Argument `weights` must have one weight for each of the "
            f"components of `samples`, {num}. "
            f"Received: {len(np.asarray(weights))}"
        )
    distance = distance or energy_distance
    matrix = np.zeros((num, num))
    for i in range(num):
        for j in range(i):
            matrix[i, j] = matrix[j, i] = distance(features[i], features[j])
    return ComponentReport(
        distances=matrix,
        noise=np.array([distance(x[::2], x[1::2]) for x in features]),
        class_frequencies=_class_frequencies(features, classes, num_classes),
        weights=np.asarray(weights, "float64"),
        effective_components=effective,
    )


def component_samples(
    gan: MixtureModel,
    num: int,
    seed: int = 0,
    labels: np.ndarray | int | None = None,
) -> list[np.ndarray]:
    """Draws independent samples from each component of a mixture.

    Args:
        gan: a `MixGAN`.
        num: positive int, how many of each.
        seed: int; component `i` draws from seed `seed + i`.
        labels: as in `MixGAN.sample`.

    Returns:
        A list of float32 arrays `(num, *sample_shape)`.

    Example:
    ```python
    images = mg.metrics.component_samples(gan, 2000, seed=0)
    report = mg.metrics.component_report(images, gan.generator_weights)
    ```
    """
    return [
        gan.sample(num, seed=seed + i, labels=labels, component=i)
        for i in range(gan.num_generators)
    ]


def energy_distance(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Estimates the energy distance of two distributions from samples.

    `2 E|X - Y| - E|X - X'| - E|Y - Y'|` of Euclidean distances: at least 0,
    and 0 for equal distributions only. Unlike the Frechet distance it takes
    nothing to be Gaussian, and it needs no more samples than dimensions. The
    estimate is unbiased, so it falls below 0 at times.

    Args:
        x: finite array `(n, ...)`, `n >= 2`.
        y: finite array `(m, ...)`, `m >= 2`.

    Returns:
        A float, in units of the features. In one dimension it is the square of
        `scipy.stats.energy_distance`.

    Raises:
        ValueError: if an argument has the wrong shape or holds NaN.

    Example:
    ```python
    mg.metrics.energy_distance(np.zeros([5, 2]), np.ones([5, 2]))  # 2.83
    ```

    Reference:
        [Szekely and Rizzo, 2013](https://doi.org/10.1016/j.jspi.2013.03.018).
    """
    x = require_features("x", x, min_rows=2)
    y = require_features("y", y, min_rows=2)
    require_same_width(x=x, y=y)
    n, m = len(x), len(y)
    return float(
        2 * _sum_distances(x, y) / (n * m)
        - _sum_distances(x, x) / (n * (n - 1))
        - _sum_distances(y, y) / (m * (m - 1))
    )


def effective_components(weights: npt.ArrayLike) -> float | np.ndarray:
    """Returns how many equally weighted components the weights amount to.

    Args:
        weights: float array `(T,)` that adds up to 1, or `(T, num_classes)` of
            such columns.

    Returns:
        `exp(-sum_i w_i log w_i)`, a float in `[1, T]`; an array
        `(num_classes,)` for columns.

    Raises:
        ValueError: if the weights are negative or do not add up to 1.

    Example:
    ```python
    mg.metrics.effective_components([0.5, 0.5, 0.0])  # 2.0
    ```
    """
    weights = np.asarray(weights, "float64")
    if (
        weights.ndim not in (1, 2)
        or not weights.size
        or not (weights >= 0).all()
        or not np.allclose(weights.sum(axis=0), 1, atol=1e-5)
    ):
        raise ValueError(
            "Argument `weights` must be nonnegative and add up to 1 over the "
            f"components. Received: weights={weights!r}"
        )
    logs = np.log(np.where(weights > 0, weights, 1))
    effective = np.exp(-np.sum(weights * logs, axis=0))
    return effective if effective.ndim else float(effective)


def _sum_distances(x: np.ndarray, y: np.ndarray) -> float:
    total = 0.0
    for rows, columns, squared in squared_distance_blocks(x, y):
        if x is y and rows == columns:
            np.fill_diagonal(squared, 0)  # rounding would not leave it so
        total += np.sqrt(squared).sum()
    return total


def _class_frequencies(
    samples: list[np.ndarray],
    classes: Sequence[npt.ArrayLike] | None,
    num_classes: int | None,
) -> np.ndarray | None:
    if classes is None:
        return None
    require_positive_int("num_classes", num_classes)
    num_classes = required(num_classes, "num_classes")
    if len(classes) != len(samples):
        raise ValueError(
            "Argument `classes` must be a list of arrays, one for each of the "
            f"components of `samples`, {len(samples)}. "
            f"Received: {len(classes)}"
        )
    frequencies = []
    for i, (x, given) in enumerate(zip(samples, classes, strict=True)):
        ids = require_classes(f"classes[{i}]", given, num_classes)
        if len(ids) != len(x):
            raise ValueError(
                f"Argument `classes[{i}]` must have a class for each of the "
                f"component's {len(x)} samples. Received: {len(ids)} classes"
            )
        frequencies.append(np.bincount(ids, minlength=num_classes) / len(ids))
    return np.array(frequencies)
