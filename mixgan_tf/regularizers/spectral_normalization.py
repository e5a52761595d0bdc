"""Spectral normalisation of discriminators of any make."""

import keras

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.networks.spectral_normalization import normalized_kernel
from mixgan_tf.regularizers.regularizer import Regularizer


@keras.saving.register_keras_serializable("mixgan_tf")
class SpectralNormalization(Regularizer):
    """Divides each kernel of the discriminators by its largest singular value.

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

    def __init__(self, iterations=1):
        require_positive_int("iterations", iterations)
        self.iterations = iterations
        self.state = None

    def build(self, gan):
        """Makes a singular vector for each kernel. See `Regularizer.build`."""
        self.state = keras.layers.Layer(name="spectral_normalization")
        self._kernels = []
        for discriminator in gan.discriminator_mixture.components:
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

    def before_update(self):
        """Improves the singular vectors. See `Regularizer.before_update`."""
        for kernel, vector in sum(self._kernels, []):
            _, new = normalized_kernel(
                kernel.value, vector.value, self.iterations
            )
            vector.assign(new)

    def substitutes(self, discriminator, j):
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

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"iterations": self.iterations}


def _kernels(network):
    return [variable for variable in network.weights if len(variable.shape) > 1]
