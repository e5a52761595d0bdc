"""Spectral normalisation that leaves a layer's kernel variable alone."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops


def spectral_norm(
    kernel: tf.Tensor, u: tf.Tensor, iterations: int = 1
) -> tuple[tf.Tensor, tf.Tensor]:
    """Estimates the largest singular value of a kernel by power iteration.

    The kernel `W` is read as a matrix `(inputs, outputs)`; a convolution's
    `(height, width, in, out)` as `(height * width * in, out)`. An iteration is
    `u <- normalised W' W u`. Gradients flow to the kernel alone, the singular
    vectors being held fixed: `d sigma / dW = v u'`.

    Args:
        kernel: float tensor `(..., outputs)`.
        u: float tensor `(outputs,)` of the same dtype: the estimate, of
            length 1, of the first right singular vector.
        iterations: nonnegative int. With 0 the norm is that of `W u`.

    Returns:
        A tuple `(sigma, new_u)`: the scalar `v' W new_u` with
        `v = W new_u / |W new_u|`, at most the true norm; and the new estimate
        `(outputs,)`.

    Example:
    ```python
    sigma, u = spectral_norm(np.diag([3.0, 1.0]), np.array([0.6, 0.8]), 20)
    # sigma = 3, u = [1, 0]
    ```

    Reference:
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957), section 2.1
        and algorithm 1.
    """
    matrix = ops.reshape(kernel, (-1, ops.shape(kernel)[-1]))
    constant = ops.stop_gradient(matrix)
    u = _normalized(ops.stop_gradient(u))  # averages of it are shorter
    for _ in range(iterations):
        v = _normalized(ops.matmul(constant, u))
        u = _normalized(ops.matmul(v, constant))
    v = _normalized(ops.matmul(constant, u))
    return ops.sum(v * ops.matmul(matrix, u)), u


def normalized_kernel(
    kernel: tf.Tensor, u: tf.Tensor, iterations: int = 1
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns a kernel divided by its spectral norm, unless that is zero.

    Args:
        kernel: see `spectral_norm`, like the others.
        u: float tensor `(outputs,)`.
        iterations: nonnegative int.

    Returns:
        A tuple of the kernel and the new estimate of `u`, which stays as it is
        where the kernel is zero.
    """
    sigma, new_u = spectral_norm(kernel, u, iterations)
    divisor = ops.where(sigma > 0, sigma, ops.ones_like(sigma))
    return kernel / divisor, ops.where(sigma > 0, new_u, u)


# The regulariser of the same name has the short name in saved configs.
@keras.saving.register_keras_serializable(
    "mixgan_tf", name="SpectralNormalizationLayer"
)
class SpectralNormalization(keras.layers.Wrapper):
    """A layer that runs another with its kernel divided by the spectral norm.

    A training call makes one step of power iteration on the stored vector
    `u`; an inference call uses `u` as it is. The kernel variable itself never
    changes, so the optimizer sees the gradient of the loss with respect to
    the raw kernel. (`keras.layers.SpectralNormalization` writes the normalised
    kernel into the variable at each training call: forward passes then move
    the parameters, and gradients miss the norm's own part.) A kernel of zeros
    stays as it is.

    Args:
        layer: a `keras.layers.Dense`, `Conv2D` or other Keras layer with a
            `kernel` whose last axis is its outputs.

    Example:
    ```python
    layer = mg.networks.SpectralNormalization(keras.layers.Conv2D(64, 4))
    features = layer(images, training=True)
    ```

    Reference:
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957).
    """

    def __init__(self, layer: keras.layers.Layer, **kwargs: Any) -> None:
        # Sigma is computed in the kernel's own precision; the layer casts its
        # inputs itself.
        fixed = {"autocast": False, "dtype": layer.variable_dtype}
        super().__init__(layer, **{"name": layer.name, **kwargs, **fixed})

    def build(self, input_shape: tuple[int | None, ...] | None = None) -> None:
        """Builds the layer and the vector `u`, of length 1."""
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", None)
        if not isinstance(kernel, keras.Variable):
            raise ValueError(
                "Argument `layer` must be a Keras layer with a kernel, such "
                f"as `Dense` or `Conv2D`. Received: layer={self.layer!r}"
            )
        # Every replica computes the same numbers, so each keeps its own copy:
        # nothing is communicated, also inside conditional branches.
        self.u = keras.Variable(
            _random_direction,
            shape=kernel.shape[-1:],
            dtype=self.variable_dtype,
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            synchronization="on_read",
            name="u",
        )

    def call(
        self, inputs: tf.Tensor, training: bool | None = None
    ) -> tf.Tensor:
        """Runs the layer; shapes are the layer's."""
        kernel = self.layer.kernel
        raw = ops.convert_to_tensor(kernel)
        normalized, u = normalized_kernel(raw, self.u, int(bool(training)))
        if training:
            self.u.assign(u)
        # A nested scope hides an outer one: name every variable's value.
        values = [(v, v.value) for v in self.layer.variables if v is not kernel]
        with keras.StatelessScope(
            [(kernel, normalized), *values], initialize_variables=False
        ):
            return self.layer(inputs)

    def compute_output_spec(
        self, inputs: keras.KerasTensor, training: bool | None = None
    ) -> keras.KerasTensor:
        """Returns the symbolic output of the layer itself."""
        return self.layer.compute_output_spec(inputs)


def spectrally_normalized(
    layer: keras.layers.Layer, wanted: bool = True
) -> keras.layers.Layer:
    """Returns a layer, inside `SpectralNormalization` if that is wanted."""
    return SpectralNormalization(layer) if wanted else layer


def _random_direction(
    shape: Sequence[int], dtype: str | None = None
) -> tf.Tensor:
    return _normalized(keras.initializers.RandomNormal()(shape, dtype))


def _normalized(vector: tf.Tensor) -> tf.Tensor:
    # The floor, for a vector of zeros, is a normal float32.
    return vector * ops.rsqrt(ops.maximum(ops.sum(vector * vector), 1e-36))
