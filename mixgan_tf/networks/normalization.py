"""The normalisations a network may have between its convolutions."""

import keras

NORMALIZATIONS = ("batch", "instance", "layer", None)


def normalize(x, normalization, name):
    """Returns a feature map, normalised as the network's argument says.

    Args:
        x: symbolic tensor `(B, H, W, C)`.
        normalization: `"batch"`; `"instance"`, which normalises each channel
            of each sample; `"layer"`, which normalises each sample; or `None`.
        name: name of the layer.

    Returns:
        A symbolic tensor of the same shape.
    """
    if normalization == "batch":
        # Synchronised: statistics of the global batch, also of unevenly many
        # rows.
        return keras.layers.BatchNormalization(
            momentum=0.9, synchronized=True, name=name
        )(x)
    if normalization is None:
        return x
    groups = -1 if normalization == "instance" else 1
    return keras.layers.GroupNormalization(groups=groups, name=name)(x)


def cancels_biases(normalization):
    """Returns whether a bias on each channel just before it has no effect.

    Such a bias is left out: its gradient is rounding noise, which Adam
    magnifies. Layer normalisation subtracts one mean from all channels, so
    there a bias does have an effect.

    Args:
        normalization: one of `NORMALIZATIONS`.

    Returns:
        A bool.
    """
    return normalization in ("batch", "instance")
