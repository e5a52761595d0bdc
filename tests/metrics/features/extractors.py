"""A small extractor for tests."""

import keras

import mixgan_tf as mg


def tiny_model(side=8, channels=1, feature_dim=6, num_classes=3, seed=0):
    """An untrained classifier with features."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((side, side, channels))
    x = keras.layers.Conv2D(4, 3, strides=2, activation="relu")(inputs)
    x = keras.layers.Flatten()(x)
    features = keras.layers.Dense(feature_dim, name="features")(x)
    logits = keras.layers.Dense(num_classes, name="logits")(features)
    return keras.Model(inputs, {"features": features, "logits": logits})


def tiny_extractor(folder, name="tiny", **kwargs):
    """The same, saved and loaded."""
    mg.metrics.save_extractor(tiny_model(**kwargs), folder, name)
    return mg.metrics.get_extractor(folder)
