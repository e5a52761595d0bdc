"""Maximum mean discrepancy between the mixture and the data."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import NoReturn

import keras
import tensorflow as tf

from mixgan_tf.arguments import is_real
from mixgan_tf.objectives import kernels
from mixgan_tf.objectives.objective import Objective

# For each kernel: its function and the bandwidths it has by default.
_Kernel = Callable[[tf.Tensor], tf.Tensor]
_KERNELS: dict[str, tuple[_Kernel, tuple[float, ...]]] = {
    "gaussian": (kernels.gaussian, (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)),
    "rational_quadratic": (kernels.rational_quadratic, (1.0,)),
    "energy": (kernels.energy, (1.0,)),
}


@keras.saving.register_keras_serializable("mixgan_tf")
class MMD(Objective):
    """The maximum mean discrepancy between the mixture and the data.

    Between the data and a mixture of generators with weights `w`, the squared
    discrepancy is quadratic in the weights:
    `MMD^2(w) = w^T K w - 2 w^T k + constant`, where `K_ij` is the mean kernel
    between samples of generators `i` and `j`, `k_i` that between samples of
    `i` and real ones, `constant` that between real ones. The kernel compares
    samples, or what networks make of them, and knows no logits: the functions
    `a`, `b` and `c` raise `NotImplementedError`, and there is no `weight_grad`.

    Distances are divided by `sqrt(d)`, `d` values a sample: root mean squares
    over coordinates or pixels. A bandwidth thus means the same for points in
    the plane and for images, and images in [-1, 1] are at most 2 apart.

    Args:
        kernel: one of
            - `"gaussian"`: the mean of `exp(-r^2 / 2)` over the bandwidths,
              with `r` the distance above divided by the bandwidth;
            - `"rational_quadratic"`: the mean over the bandwidths of the sum
              of `(1 + r^2 / (2 alpha))^-alpha` for `alpha` in
              `(0.2, 0.5, 1, 2, 5)`;
            - `"energy"`: minus the distance above; `MMD^2` is then the energy
              distance over `sqrt(d)`, and there is no scale to choose.
        bandwidths: positive floats, or `None` for the kernel's default: for
            `"gaussian"` `(0.125, 0.25, 0.5, 1, 2, 4)`, for
            `"rational_quadratic"` `(1,)`. `"energy"` takes none.

    Raises:
        ValueError: if the kernel is unknown or the bandwidths do not suit it.

    Example:
    ```python
    mmd = mg.objectives.MMD(kernel="energy")
    reals = tf.random.normal((64, 2))
    fakes = [tf.random.normal((32, 2)), tf.random.normal((32, 2)) + 1]
    form = mmd.quadratic_form(reals, fakes)
    mmd.squared_distance([0.9, 0.1], *form)
    ```

    Reference:
        [Gretton et al., 2012](https://jmlr.org/papers/v13/gretton12a.html),
        lemma 6; [Li et al., 2015](https://arxiv.org/abs/1502.02761).
    """

    of_logits = False

    def __init__(
        self,
        kernel: str = "gaussian",
        bandwidths: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        if kernel not in _KERNELS:
            names = ", ".join(repr(name) for name in sorted(_KERNELS))
            raise ValueError(
                f"Argument `kernel` must be one of {names}. "
                f"Received: kernel={kernel!r}"
            )
        if bandwidths is not None:
            _require_bandwidths(kernel, bandwidths)
            bandwidths = [float(b) for b in bandwidths]
        self.kernel = kernel
        self.bandwidths = bandwidths

    def quadratic_form(
        self, reals: tf.Tensor, fakes: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Estimates the coefficients of `MMD^2` as a function of the weights.

        The estimates are unbiased if all samples are independent, those of
        different generators too (not so with common latents): no sample is
        paired with itself. So `MMD^2` may come out negative, and `K` not quite
        positive semi-definite. A set of a single sample has no pair: its
        distribution is then taken to be that one point. An empty set counts as
        zero.

        Args:
            reals: float tensor `(n, ...)`: real samples.
            fakes: list of `T` float tensors `(m_i, ...)`, each generator's.

        Returns:
            A tuple `(K, k, constant)` of shapes `(T, T)`, `(T,)` and `()`;
            float64 if `reals` are, else float32. Differentiable with respect
            to the samples.
        """
        sets = [tf.convert_to_tensor(x) for x in [*fakes, reals]]
        dtype = tf.float64 if sets[-1].dtype == tf.float64 else tf.float32
        sizes = [tf.shape(x)[0] for x in sets]
        width = tf.reduce_prod(tf.shape(sets[-1])[1:])
        points = [tf.cast(tf.reshape(x, [-1, width]), dtype) for x in sets]
        squared = kernels.squared_distances(tf.concat(points, axis=0))
        values = self._kernel_values(squared / tf.cast(width, dtype))
        means = self._block_means(values, sizes)
        return means[:-1, :-1], means[:-1, -1], means[-1, -1]

    @staticmethod
    def squared_distance(
        weights: tf.Tensor, K: tf.Tensor, k: tf.Tensor, constant: tf.Tensor
    ) -> tf.Tensor:
        """Returns `w^T K w - 2 w^T k + constant`.

        Args:
            weights: float tensor `(T,)`: the mixture weights `w`.
            K: float tensor `(T, T)`.
            k: float tensor `(T,)`.
            constant: float scalar.

        Returns:
            A scalar of `K`'s dtype; its gradient is `2 (K w - k)`.
        """
        w = tf.cast(weights, K.dtype)
        return tf.tensordot(w, tf.linalg.matvec(K, w) - 2 * k, 1) + constant

    def real_payoff(self, logits: tf.Tensor) -> NoReturn:
        """Raises `NotImplementedError`: there are no logits."""
        raise _no_logits(logits)

    def fake_payoff(self, logits: tf.Tensor) -> NoReturn:
        """Raises `NotImplementedError`: there are no logits."""
        raise _no_logits(logits)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"kernel": self.kernel, "bandwidths": self.bandwidths}

    def _kernel_values(self, squared: tf.Tensor) -> tf.Tensor:
        function, default = _KERNELS[self.kernel]
        bandwidths = self.bandwidths or default
        values = [function(squared / b**2) for b in bandwidths]
        return tf.add_n(values) / len(values)

    def _block_means(
        self, values: tf.Tensor, sizes: list[tf.Tensor]
    ) -> tf.Tensor:
        # No sample with itself; its gradient is cut as well.
        pairs = tf.linalg.set_diag(values, tf.zeros_like(values[0]))
        rows = [tf.reduce_sum(part, 0) for part in tf.split(pairs, sizes)]
        columns = tf.split(tf.stack(rows), sizes, axis=1)
        sums = tf.stack([tf.reduce_sum(part, 1) for part in columns], axis=1)
        n = tf.cast(tf.stack(sizes), values.dtype)
        means = tf.math.divide_no_nan(sums, n[:, None] * n - tf.linalg.diag(n))
        with_itself = self._kernel_values(tf.zeros([], values.dtype))
        own = tf.linalg.diag_part(means)
        own = tf.where(n == 1, with_itself, own)
        return tf.linalg.set_diag(means, own)


def _require_bandwidths(kernel: str, bandwidths: object) -> None:
    if kernel == "energy":
        raise ValueError(
            "Argument `bandwidths` must be None with kernel='energy', which "
            f"has no scale. Received: bandwidths={bandwidths!r}"
        )
    if (
        not isinstance(bandwidths, (list, tuple))
        or not bandwidths
        or not all(is_real(b) and b > 0 for b in bandwidths)
    ):
        raise ValueError(
            "Argument `bandwidths` must be a non-empty list of positive "
            f"floats. Received: bandwidths={bandwidths!r}"
        )


def _no_logits(logits: tf.Tensor) -> NotImplementedError:
    return NotImplementedError(
        "`MMD` compares samples, not a discriminator's logits: call "
        "`quadratic_form(reals, fakes)`. "
        f"Received: logits of shape {getattr(logits, 'shape', None)}"
    )
