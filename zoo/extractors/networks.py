"""The classifiers: plain convolutional networks of Keras's own layers."""

import keras


def conv_classifier(
    image_shape: tuple[int, ...],
    num_classes: int,
    stages: tuple[tuple[int, ...], ...],
    name: str = "classifier",
) -> keras.Model:
    """Returns a classifier with averages of its last feature map as features.

    Every convolution is 3x3, with batch normalisation and ReLU. Only layers
    that come with Keras are used, so that the saved architecture can be read
    without this package.

    Args:
        image_shape: `(height, width, channels)`.
        num_classes: int.
        stages: a tuple of tuples of channels, one for each convolution; each
            stage but the last ends in 2x2 max pooling.
        name: the model's name.

    Returns:
        A `keras.Model` from images in [-1, 1], float32 `(B, *image_shape)`,
        to logits `(B, num_classes)`.

    Example:
    ```python
    model = conv_classifier((28, 28, 1), 10, ((16,), (32,), (64,)))
    model(images)  # (B, 10)
    ```
    """
    x = inputs = keras.Input(image_shape, name="images")
    for stage, widths in enumerate(stages):
        if stage:
            x = keras.layers.MaxPooling2D(name=f"pool_{stage}")(x)
        for index, width in enumerate(widths):
            layer = f"stage_{stage}_{index}"
            x = keras.layers.Conv2D(
                width, 3, padding="same", use_bias=False, name=layer
            )(x)
            x = keras.layers.BatchNormalization(
                momentum=0.9, name=f"{layer}_norm"
            )(x)
            x = keras.layers.ReLU(name=f"{layer}_relu")(x)
    features = keras.layers.GlobalAveragePooling2D(name="features")(x)
    logits = keras.layers.Dense(num_classes, name="logits")(features)
    return keras.Model(inputs, logits, name=name)


def with_features(classifier: keras.Model) -> keras.Model:
    """Returns a classifier's layers as a model with two outputs.

    Args:
        classifier: what `conv_classifier` returned.

    Returns:
        A `keras.Model` from images to a dict of `"features"`, float32
        `(B, feature_dim)`, and `"logits"`, `(B, num_classes)`.
    """
    outputs = {
        name: classifier.get_layer(name).output
        for name in ("features", "logits")
    }
    return keras.Model(classifier.inputs[0], outputs, name=classifier.name)
