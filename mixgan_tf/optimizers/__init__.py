"""Optimizers for mixtures. `get_mixture_optimizer` turns a name into one."""

import keras

from mixgan_tf.arguments import resolve
from mixgan_tf.optimizers.exponentiated_gradient import ExponentiatedGradient

MIXTURE_OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(1e-3, beta_1=0.5),
    "exponentiated_gradient": ExponentiatedGradient,
}


def get_mixture_optimizer(identifier):
    """Returns the optimizer of mixture logits that a name stands for.

    Args:
        identifier: a key of `MIXTURE_OPTIMIZERS`, or a Keras optimizer.

    Returns:
        A Keras optimizer.

    Raises:
        ValueError: if there is no such optimizer.
    """
    return resolve(
        identifier,
        MIXTURE_OPTIMIZERS,
        keras.optimizers.Optimizer,
        "mixture_optimizer",
    )


__all__ = [
    "MIXTURE_OPTIMIZERS",
    "ExponentiatedGradient",
    "get_mixture_optimizer",
]
