"""Optimizers that update each variable where it lies."""

import keras
import tensorflow as tf


def update_in_place(optimizer: keras.optimizers.Optimizer) -> None:
    """Makes an optimizer update each variable on the device that holds it.

    Keras 3.15 puts the state beside the variable, but the work on one device:
    all of it would travel there and back. The optimizer is changed, once.

    Args:
        optimizer: a Keras optimizer.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if hasattr(optimizer, "_update_step_anywhere"):
        return
    optimizer._update_step_anywhere = optimizer.update_step

    def update_step(
        gradient: tf.Tensor, variable: keras.Variable, learning_rate: tf.Tensor
    ) -> None:
        with tf.device(variable.device):
            optimizer._update_step_anywhere(gradient, variable, learning_rate)

    optimizer.update_step = update_step
