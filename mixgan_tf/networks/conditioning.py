"""Inputs and outputs of networks: latents, labels, discriminators' heads."""

from collections.abc import Callable

import keras

from mixgan_tf.arguments import require_choice
from mixgan_tf.networks.layers import GaussianToUniform
from mixgan_tf.networks.layers import OneHot
from mixgan_tf.networks.spectral_normalization import spectrally_normalized

CONDITIONINGS = ("projection", "concatenation", "auxiliary", "class_logits")
LATENT_DISTRIBUTIONS = ("normal", "uniform")


def latent_inputs(
    latent_dim: int,
    num_classes: int | None,
    latent_distribution: str = "normal",
) -> tuple[keras.KerasTensor | list[keras.KerasTensor], keras.KerasTensor]:
    """Returns a generator's inputs and the vector its first layer reads.

    Args:
        latent_dim: size of the latent vector.
        num_classes: number of classes, or `None` for an unconditional network.
        latent_distribution: `"normal"`, or `"uniform"` for a network that
            turns its standard normal latents into uniform ones in [0, 1].

    Returns:
        A tuple `(inputs, features)`: what the functional model takes, and the
        latents with the one-hot label appended when there are classes.

    Raises:
        ValueError: if the distribution is unknown.
    """
    require_choice(
        "latent_distribution", latent_distribution, LATENT_DISTRIBUTIONS
    )
    latents = features = keras.Input((latent_dim,), name="latents")
    if latent_distribution == "uniform":
        features = GaussianToUniform(dtype="float32", name="uniform")(latents)
    if num_classes is None:
        return latents, features
    labels = keras.Input((), dtype="int32", name="labels")
    one_hot = OneHot(num_classes, name="label_one_hot")(labels)
    features = keras.layers.Concatenate(name="latents_and_label")(
        [features, one_hot]
    )
    return [latents, labels], features


def sample_inputs(
    shape: tuple[int, ...],
    name: str,
    num_classes: int | None,
    conditioning: str,
) -> tuple[
    keras.KerasTensor | list[keras.KerasTensor],
    keras.KerasTensor,
    keras.KerasTensor | None,
]:
    """Returns a discriminator's inputs and the tensor its first layer reads.

    Args:
        shape: tuple, the shape of one sample: `(height, width, channels)`
            or `(coordinates,)`.
        name: name of the samples' input.
        num_classes: number of classes, or `None`.
        conditioning: one of `CONDITIONINGS`.

    Returns:
        A tuple `(inputs, features, one_hot)`: what the functional model takes,
        the samples (with the one-hot label appended to the channels or
        coordinates if concatenated), and the one-hot label `(B, K)`, or `None`
        for a network that takes no labels.

    Raises:
        ValueError: if the conditioning is unknown.
    """
    require_choice("conditioning", conditioning, CONDITIONINGS)
    samples = keras.Input(shape, name=name)
    takes_labels = conditioning in ("projection", "concatenation")
    if num_classes is None or not takes_labels:
        return samples, samples, None
    labels = keras.Input((), dtype="int32", name="labels")
    one_hot = OneHot(num_classes, name="label_one_hot")(labels)
    if conditioning == "projection":
        return [samples, labels], samples, one_hot
    maps = one_hot
    if len(shape) == 3:
        maps = keras.layers.Reshape((1, 1, num_classes))(maps)
        maps = keras.layers.UpSampling2D(shape[:2], name="label_maps")(maps)
    features = keras.layers.Concatenate(name=f"{name}_and_label")(
        [samples, maps]
    )
    return [samples, labels], features, one_hot


def discriminator_heads(
    features: keras.KerasTensor,
    one_hot: keras.KerasTensor | None,
    num_classes: int | None,
    conditioning: str,
    latent_dim: int | None = None,
    spectral_normalization: bool = False,
) -> keras.KerasTensor | dict[str, keras.KerasTensor]:
    """Returns the outputs of a discriminator, from its last features.

    With features `h` and class `y`, the logit is `v . h + b`; conditioned by
    projection, `v . h + b + u_y . h`.

    Args:
        features: symbolic tensor of shape `(B, F)`.
        one_hot: symbolic one-hot label `(B, K)`, or `None`.
        num_classes: number of classes `K`, or `None`.
        conditioning: one of `CONDITIONINGS`.
        latent_dim: size of the latents to reconstruct, or `None` for no such
            head.
        spectral_normalization: whether to normalise the weights of the logit,
            or of the class logits that stand for it.

    Returns:
        The symbolic logit, float32 of shape `(B, 1)`; or, where there are
        other heads, a dict of float32 tensors: `"logit"` `(B, 1)`,
        `"class_logits"` `(B, K)`, `"latents"` `(B, latent_dim)`.

    Reference:
        [Miyato & Koyama, 2018](https://arxiv.org/abs/1802.05637), eq. 3;
        [Odena et al., 2017](https://arxiv.org/abs/1610.09585), section 3;
        [Salimans et al., 2016](https://arxiv.org/abs/1606.03498), section 5.
    """

    def head(
        units: int, name: str, normalized: bool = False
    ) -> keras.KerasTensor:
        layer = keras.layers.Dense(units, dtype="float32", name=name)
        return spectrally_normalized(layer, normalized)(features)

    heads = {}
    if num_classes is None:
        heads["logit"] = head(1, "logit", spectral_normalization)
    elif conditioning == "projection":
        heads["logit"] = _projection_logit(
            features, one_hot, head, spectral_normalization
        )
    elif conditioning == "class_logits":
        heads["class_logits"] = head(
            num_classes, "class_logits", spectral_normalization
        )
    else:
        heads["logit"] = head(1, "logit", spectral_normalization)
        if conditioning == "auxiliary":
            heads["class_logits"] = head(num_classes, "class_logits")
    if latent_dim is not None:
        heads["latents"] = head(latent_dim, "latents")
    return heads["logit"] if list(heads) == ["logit"] else heads


def _projection_logit(
    features: keras.KerasTensor,
    one_hot: keras.KerasTensor,
    head: Callable[[int, str, bool], keras.KerasTensor],
    spectral_normalization: bool,
) -> keras.KerasTensor:
    class_vectors = keras.layers.Dense(
        features.shape[-1],
        use_bias=False,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
        name="class_vectors",
    )
    class_vectors = spectrally_normalized(
        class_vectors, spectral_normalization
    )(one_hot)
    projection = keras.layers.Dot(axes=1, dtype="float32", name="projection")(
        [class_vectors, features]
    )
    unconditional = head(1, "unconditional_logit", spectral_normalization)
    return keras.layers.Add(dtype="float32", name="logit")(
        [unconditional, projection]
    )
