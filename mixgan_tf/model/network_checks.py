"""Checks that networks can form a mixture."""

import keras

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.networks.inspection import declared_output
from mixgan_tf.networks.inspection import input_shapes
from mixgan_tf.networks.inspection import output_shapes


def check_networks(gan: MixtureModel) -> None:
    """Checks that a model's networks fit each other.

    Args:
        gan: a `MixGAN`.

    Raises:
        ValueError: if they do not.
    """
    if gan.num_classes is not None:
        require_positive_int("num_classes", gan.num_classes)
    inputs = 1 if gan.num_classes is None else 2
    first = gan.generator_mixture.components[0]
    for generator in gan.generator_mixture.components:
        _require_inputs(generator, inputs, "generator", "latents")
        if generator.output_shape != first.output_shape or (
            input_shapes(generator) != input_shapes(first)
        ):
            raise ValueError(
                "Argument `generator`: all generators must take latents "
                "of one size and make samples of one shape. Received: "
                f"{input_shapes(first)} -> {first.output_shape} and "
                f"{input_shapes(generator)} -> {generator.output_shape}"
            )
    if gan.discriminator_mixture is None:
        return
    for discriminator in gan.discriminator_mixture.components:
        _check_discriminator(gan, discriminator)


def _check_discriminator(gan: MixtureModel, discriminator: keras.Model) -> None:
    if not isinstance(declared_output(discriminator), dict | keras.KerasTensor):
        raise ValueError(
            "Argument `discriminator` must return one tensor, or a dict of "
            "'logit', 'class_logits' and 'latents'. "
            f"Received: {declared_output(discriminator)}"
        )
    outputs = output_shapes(discriminator)
    by_class = "class_logits" in outputs
    inputs = 1 if gan.num_classes is None else 2
    if not (by_class and len(discriminator.inputs) == 1):
        _require_inputs(discriminator, inputs, "discriminator", "samples")
    shape = input_shapes(discriminator)[0][1:]
    if shape != gan.sample_shape:
        raise ValueError(
            "Argument `discriminator` must take what the generator "
            f"makes, samples of shape {gan.sample_shape}. "
            f"Received: a network for shape {shape}"
        )
    sizes: dict[str, tuple[tuple[int | None, ...], ...]] = {
        "logit": ((1,), ()),
        "class_logits": ((gan.num_classes,),),
        "latents": ((gan.latent_dim,),),
    }
    if set(outputs) == {"features"}:
        if len(outputs["features"]) > 2:
            raise ValueError(
                "Argument `discriminator` must return one logit for each "
                "sample, shape (batch, 1). "
                f"Received: output shape {outputs['features']}"
            )
        return
    if not {"logit", "class_logits"} & set(outputs) or set(outputs) - set(
        sizes
    ):
        raise ValueError(
            "Argument `discriminator` may return a dict with a 'logit' or "
            "'class_logits' or both, and 'latents'. "
            f"Received: outputs {sorted(outputs)}"
        )
    if by_class and gan.num_classes is None:
        raise ValueError(
            "Argument `discriminator` tells classes apart, so the model needs "
            f"`num_classes`. Received: outputs {sorted(outputs)}"
        )
    for name, shape in outputs.items():
        if shape[1:] not in sizes[name]:
            raise ValueError(
                f"Argument `discriminator`: its output '{name}' must have "
                f"shape (batch, {sizes[name][0][0]}) in this model. "
                f"Received: {shape}"
            )


def _require_inputs(
    network: keras.Model, count: int, argument: str, first: str
) -> None:
    if len(network.inputs) != count:
        expected = first if count == 1 else f"[{first}, labels]"
        raise ValueError(
            f"Argument `{argument}` must take {expected}: `num_classes` of "
            "the model and of its networks must agree. "
            f"Received: a network with {len(network.inputs)} inputs"
        )
