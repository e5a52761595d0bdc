"""Samples of a model, drawn with its mixture weights."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf.model import sampling
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.model.player import Player


def component_runners(
    player: Player, latent_dim: int, conditional: bool
) -> list[Callable[[Any], tf.Tensor]]:
    """Returns a function from inputs to samples for each generator.

    Args:
        player: the generators; their averages run, where there are any.
        latent_dim: size of the latent vector.
        conditional: whether they take labels, too.
    """
    latents = tf.TensorSpec([None, latent_dim], tf.float32)
    labels = tf.TensorSpec([None], tf.int32)

    def runner(generator: keras.Model) -> Callable[[Any], tf.Tensor]:
        return tf.function(
            lambda inputs: generator(inputs, training=False)
        ).get_concrete_function([latents, labels] if conditional else latents)

    runners = []
    for index, generator in enumerate(player.averaged.components):
        with player.on_device(index):
            runners.append(runner(generator))
    return runners


def chosen_components(
    gan: MixtureModel,
    h: np.ndarray,
    labels: np.ndarray | None,
    component: int | None,
) -> np.ndarray:
    """Returns the component that makes each sample.

    Args:
        gan: a `MixGAN`.
        h: float32 array `(n,)`, the selector coordinates.
        labels: int array `(n,)`, or `None`.
        component: index of the one to use, or `None` to go by `h`.

    Returns:
        An int array `(n,)`.
    """
    if component is not None:
        return np.full(len(h), component)
    thresholds = sampling.selector_thresholds(gan.generator_weights)
    return np.asarray(
        sampling.select_components(tf.constant(h), thresholds, labels)
    )


def labels_of_samples(
    num_classes: int | None, num: int, seed: int, labels: Any
) -> np.ndarray | None:
    """Returns the class of each sample.

    Args:
        num_classes: number of classes, or `None`.
        num: number of samples.
        seed: int that fixes the labels where none are given.
        labels: int array `(num,)`, one int for all, or `None`.

    Returns:
        An int32 array `(num,)`, or `None` without classes.

    Raises:
        ValueError: if the labels do not fit.
    """
    if num_classes is None:
        if labels is not None:
            raise ValueError(
                "Argument `labels` needs a conditional model, made with "
                f"`num_classes`. Received: labels={labels!r}"
            )
        return None
    if labels is None:
        return np.asarray(sampling.draw_labels(num, num_classes, seed))
    labels = np.asarray(labels)
    if labels.ndim == 0:
        labels = np.full(num, labels)
    sampling.check_labels(labels, num, num_classes)
    return labels.astype("int32")
