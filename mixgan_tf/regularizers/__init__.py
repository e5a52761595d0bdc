"""Regularizers of discriminators, and a function that makes one by name."""

from mixgan_tf.arguments import resolve
from mixgan_tf.regularizers.gradient_penalty import R1
from mixgan_tf.regularizers.gradient_penalty import GradientPenalty
from mixgan_tf.regularizers.instance_noise import Dropout
from mixgan_tf.regularizers.instance_noise import InstanceNoise
from mixgan_tf.regularizers.regularizer import PenaltyInputs
from mixgan_tf.regularizers.regularizer import Regularizer
from mixgan_tf.regularizers.spectral_normalization import SpectralNormalization
from mixgan_tf.regularizers.weight_clipping import WeightClipping

REGULARIZERS: dict[str, type[Regularizer]] = {
    "dropout": Dropout,
    "gradient_penalty": GradientPenalty,
    "instance_noise": InstanceNoise,
    "r1": R1,
    "spectral_normalization": SpectralNormalization,
    "weight_clipping": WeightClipping,
}


def get(identifier: str | Regularizer) -> Regularizer:
    """Returns a regularizer from its name, or an instance as it is.

    Args:
        identifier: a key of `REGULARIZERS`, or a `Regularizer`.

    Returns:
        A `Regularizer`.

    Raises:
        ValueError: if there is no such regularizer.
    """
    return resolve(identifier, REGULARIZERS, Regularizer, "regularizers")


__all__ = [
    "R1",
    "REGULARIZERS",
    "Dropout",
    "GradientPenalty",
    "InstanceNoise",
    "PenaltyInputs",
    "Regularizer",
    "SpectralNormalization",
    "WeightClipping",
    "get",
]
