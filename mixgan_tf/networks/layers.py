"""Layers that the networks share."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("mixgan_tf")
class OneHot(keras.layers.Layer):
    """Turns integer class labels into one-hot rows.

    Args:
        num_classes: number of classes.

    Example:
    ```python
    OneHot(3)(np.array([2, 0]))  # [[0, 0, 1], [1, 0, 0]]
    ```
    """

    def __init__(self, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes

    def call(self, labels):
        """Maps `(B,)` integers in `[0, num_classes)` to `(B, num_classes)`."""
        return ops.one_hot(labels, self.num_classes, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """Returns the input's shape with the classes appended."""
        return (*input_shape, self.num_classes)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "num_classes": self.num_classes}


def latent_inputs(latent_dim, num_classes):
    """Returns a generator's inputs and the vector its first layer reads.

    Args:
        latent_dim: size of the latent vector.
        num_classes: number of classes, or `None` for an unconditional network.

    Returns:
        A tuple `(inputs, features)`: what the functional model takes, and the
        latents with the one-hot label appended when there are classes.
    """
    latents = keras.Input((latent_dim,), name="latents")
    if num_classes is None:
        return latents, latents
    labels = keras.Input((), dtype="int32", name="labels")
    one_hot = OneHot(num_classes, name="label_one_hot")(labels)
    features = keras.layers.Concatenate(name="latents_and_label")(
        [latents, one_hot]
    )
    return [latents, labels], features


def logit_output(features, labels, num_classes):
    """Returns a discriminator's logit, with a projection term for classes.

    `logit = v . h + u_y . h`, for features `h` and class `y`.

    Args:
        features: symbolic tensor of shape `(B, F)`.
        labels: symbolic int tensor `(B,)`, or `None`.
        num_classes: number of classes, or `None`.

    Returns:
        A symbolic float32 tensor of shape `(B, 1)`.

    Reference:
        [Miyato & Koyama, 2018](https://arxiv.org/abs/1802.05637), eq. 3.
    """
    if num_classes is None:
        return keras.layers.Dense(1, dtype="float32", name="logit")(features)
    one_hot = OneHot(num_classes, name="label_one_hot")(labels)
    class_vectors = keras.layers.Dense(
        features.shape[-1],
        use_bias=False,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
        name="class_vectors",
    )(one_hot)
    projection = keras.layers.Dot(axes=1, dtype="float32", name="projection")(
        [class_vectors, features]
    )
    unconditional = keras.layers.Dense(
        1, dtype="float32", name="unconditional_logit"
    )(features)
    return keras.layers.Add(dtype="float32", name="logit")(
        [unconditional, projection]
    )
