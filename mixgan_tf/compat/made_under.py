"""The distribution strategy that a model or an optimizer was made under."""

import keras
import tensorflow as tf


def strategy_of_model(model: keras.Model) -> tf.distribute.Strategy:
    """Returns the strategy that a model was made under, or `None`.

    Args:
        model: a Keras model.
    """
    # `Model.distribute_strategy` is public, and gives the current strategy for
    # a model that was made under none.
    return getattr(model, "_distribute_strategy", None)


def strategy_of_optimizer(
    optimizer: keras.optimizers.Optimizer,
) -> tf.distribute.Strategy:
    """Returns the strategy that an optimizer was made under.

    Args:
        optimizer: a Keras optimizer.
    """
    # Keras 3.15 sums gradients over replicas by this attribute alone.
    return getattr(
        optimizer, "_distribution_strategy", tf.distribute.get_strategy()
    )
