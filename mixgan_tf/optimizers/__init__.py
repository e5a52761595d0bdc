"""Optimizers for mixtures, and functions that turn names into them."""

from collections.abc import Callable

import keras

from mixgan_tf.arguments import resolve
from mixgan_tf.optimizers.competitive import ACGD
from mixgan_tf.optimizers.competitive import CGD
from mixgan_tf.optimizers.competitive_optimizer import CompetitiveOptimizer
from mixgan_tf.optimizers.exponentiated_gradient import ExponentiatedGradient

MIXTURE_OPTIMIZERS: dict[str, Callable[[], keras.optimizers.Optimizer]] = {
    "adam": lambda: keras.optimizers.Adam(1e-3, beta_1=0.5),
    "exponentiated_gradient": ExponentiatedGradient,
}
COMPETITIVE_OPTIMIZERS: dict[str, Callable[[], CompetitiveOptimizer]] = {
    "acgd": ACGD,
    "cgd": CGD,
}


def get_mixture_optimizer(
    identifier: str | keras.optimizers.Optimizer,
) -> keras.optimizers.Optimizer:
    """Returns an optimizer of mixture logits from its name, or as it is.

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


def get_competitive_optimizer(
    identifier: str | CompetitiveOptimizer,
) -> CompetitiveOptimizer:
    """Returns a competitive optimizer from its name, or as it is.

    Args:
        identifier: a key of `COMPETITIVE_OPTIMIZERS`, or a
            `CompetitiveOptimizer`.

    Returns:
        A `CompetitiveOptimizer`.

    Raises:
        ValueError: if there is no such optimizer.
    """
    return resolve(
        identifier, COMPETITIVE_OPTIMIZERS, CompetitiveOptimizer, "optimizer"
    )


__all__ = [
    "ACGD",
    "CGD",
    "COMPETITIVE_OPTIMIZERS",
    "MIXTURE_OPTIMIZERS",
    "CompetitiveOptimizer",
    "ExponentiatedGradient",
    "get_competitive_optimizer",
    "get_mixture_optimizer",
]
