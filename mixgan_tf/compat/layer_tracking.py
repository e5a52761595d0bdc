"""Removal of layers from what a model saves."""

import keras


def forget(model: keras.Model, layer: keras.layers.Layer | None) -> None:
    """Makes a model forget a layer, so that it is not saved with it.

    Keras goes on tracking what was once an attribute: a model that was compiled
    with averages and then without would save both, and load neither.

    Args:
        model: a Keras model that is built already.
        layer: what one of its attributes held, or `None`.
    """
    # Keras 3.15 has no public way to take a layer away from a model.
    if layer is not None:
        model._tracker.unlock()
        model._tracker.untrack(layer)
