"""The Frechet distance between Gaussians fitted to two sets of features."""

import numpy as np
import numpy.typing as npt

from mixgan_tf.metrics.moments import Moments


def frechet_distance(
    real: npt.ArrayLike | Moments, fake: npt.ArrayLike | Moments
) -> float:
    """Returns the squared Frechet distance between two sets of features.

    Only with Inception's features is it the FID. It is biased: fewer samples
    give larger distances, so that only those of equally many samples compare.
    Fewer samples than features would leave directions without any variance;
    they are refused.

    Args:
        real: float array `(n, dimensions)`, or `Moments` of such.
        fake: the same, of samples.

    Returns:
        A float, at least 0.

    Raises:
        ValueError: if there are no more samples than features, the features
            are not finite, or their numbers differ.

    Example:
    ```python
    frechet_distance(real_features, fake_features)
    ```

    Reference:
        [Heusel et al., 2017](https://arxiv.org/abs/1706.08500), equation 6.
    """
    a, b = (
        each if isinstance(each, Moments) else Moments.from_features(each)
        for each in (real, fake)
    )
    require_more_samples(len(a.mean), a.count, b.count)
    return gaussian_frechet_distance(a.mean, a.covariance, b.mean, b.covariance)


def require_more_samples(dimensions: int, num_real: int, num_fake: int) -> None:
    """Raises unless there are more samples of each kind than features.

    Args:
        dimensions: number of features.
        num_real: number of real samples.
        num_fake: number of fake samples.

    Raises:
        ValueError: if there are too few samples.
    """
    if min(num_real, num_fake) <= dimensions:
        raise ValueError(
            f"The Frechet distance of {dimensions} features needs more than "
            f"{dimensions} samples of each kind: take more, or the kernel "
            "distance, which is unbiased. "
            f"Received: {num_real} real and {num_fake} fake samples"
        )


def gaussian_frechet_distance(
    mean_a: npt.ArrayLike,
    covariance_a: npt.ArrayLike,
    mean_b: npt.ArrayLike,
    covariance_b: npt.ArrayLike,
) -> float:
    """Returns the squared Frechet distance between two Gaussians.

    It is `|m_a - m_b|^2 + tr(A + B - 2 (A B)^(1/2))`. The trace of the root is
    the sum of the singular values of `A^(1/2) B^(1/2)`. The roots
    come from the eigenvalues of the symmetric covariances, in float64, with
    rounding errors below zero set to zero: nothing can become imaginary, and
    singular covariances cause no difficulty.

    Args:
        mean_a: float array `(dimensions,)`.
        covariance_a: symmetric float array `(dimensions, dimensions)`.
        mean_b: as `mean_a`.
        covariance_b: as `covariance_a`.

    Returns:
        A float, at least 0.

    Raises:
        ValueError: if shapes differ or numbers are not finite.

    Example:
    ```python
    identity = np.eye(6)
    gaussian_frechet_distance(  # 6 * 0.25 + 6 * (1 + 4 - 2 * 2) = 7.5
        np.zeros(6), identity, np.full(6, 0.5), 4 * identity
    )
    ```
    """
    means = [np.asarray(m, "float64") for m in (mean_a, mean_b)]
    covariances = [
        np.asarray(c, "float64") for c in (covariance_a, covariance_b)
    ]
    square = (len(means[0]),) * 2
    shapes = [array.shape for array in (*means, *covariances)]
    if shapes != [square[:1], square[:1], square, square]:
        raise ValueError(
            "The two Gaussians must have the same dimensions: both sets of "
            f"features come from one extractor. Received: shapes {shapes}"
        )
    if not all(np.isfinite(array).all() for array in (*means, *covariances)):
        raise ValueError(
            "The features' means and covariances must be finite. "
            "Received: NaN or infinity"
        )
    (values_a, vectors_a), (values_b, vectors_b) = map(
        np.linalg.eigh, covariances
    )
    # A^(1/2) B^(1/2) up to rotations, which leave singular values alone.
    product = (
        np.sqrt(np.maximum(values_a, 0))[:, None]
        * (vectors_a.T @ vectors_b)
        * np.sqrt(np.maximum(values_b, 0))
    )
    root_trace = np.linalg.svd(product, compute_uv=False).sum()
    traces = sum(np.trace(covariance) for covariance in covariances)
    difference = means[0] - means[1]
    return max(float(difference @ difference + traces - 2 * root_trace), 0.0)
