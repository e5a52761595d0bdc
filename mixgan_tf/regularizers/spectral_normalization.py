"""Spectral normalisation of discriminators that are built without it."""

from typing import Any

import keras
import tensorflow as tf

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.networks.spectral_normalization import normalized_kernel
from mixgan_tf.regularizers.regularizer import Regularizer


@keras.saving.register_keras_serializable("mixgan_tf")
class SpectralNormalization(Regularizer):
    """Division of the discriminators' kernels by their largest singular value.

    The networks need no change: while a discriminator runs within training or
    evaluation, its dense and convolutional kernels read as normalised; the
    variables themselves keep the values that the optimizer gave them. For a
    network that is normalised wherever it is called, build it with
    `spectral_normalization=True` instead.

    Args:
        iterations: power iterations before each update.

    Example:
    ```python
    gan.compile(
        objective="hinge",
        regularizers=[mg.regularizers.SpectralNormalization()],
    )
    ```

    Reference:
        [Miyato et al., 2018](https://arxiv.org/abs/1802.05957), algorithm 1.
    """

    def __init__(self, iterations: int = 1) -> None:
        require_positive_int("iterations", iterations)
        self.iterations = iterations

    def build(self, gan: MixtureModel) -> None:
        """Creates a singular vector of each kernel. See `Regularizer.build`."""
        self.state = keras.layers.Layer(name="spectral_normalization")
        self._kernels: list[list[tuple[keras.Variable, keras.Variable]]] = []
        for discriminator in gan.player("discriminator").components:
            kernels = _kernels(discriminator)
            self._kernels.append(
                [
                    (
                        kernel,
                        self.state.add_weight(
                            shape=(kernel.shape[-1],),
                            initializer=keras.initializers.RandomNormal(
                                seed=len(kernels)
                            ),
                            trainable=False,
                            dtype="float32",
                        ),
                    )
                    for kernel in kernels
                ]
            )
        self.state.built = True
        for kernel, vector in sum(self._kernels, []):
            vector.assign(normalized_kernel(kernel.value, vector.value, 20)[1])

    def before_update(self) -> None:
        """Improves the singular vectors. See `Regularizer.before_update`."""
        for kernel, vector in sum(self._kernels, []):
            _, new = normalized_kernel(
                kernel.value, vector.value, self.iterations
            )
            vector.assign(new)

    def substitutes(
        self, discriminator: keras.Model, j: int
    ) -> list[tuple[keras.Variable, tf.Tensor]]:
        """Returns normalised kernels. See `Regularizer.substitutes`."""
        pairs = []
        # The network may be an average of the trained one.
        for (_, vector), kernel in zip(
            self._kernels[j],
            _kernels(discriminator),
            strict=True,
        ):
            value, _ = normalized_kernel(kernel.value, vector.value, 0)
            pairs.append((kernel, value))
        return pairs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"iterations": self.iterations}


def _kernels(network: keras.Model) -> list[keras.Variable]:
    return [variable for variable in network.weights if len(variable.shape) > 1]
