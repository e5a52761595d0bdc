"""What networks a mixture can be made of."""

import keras

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.mixture import fresh_copies


def components_of(networks, count, argument):
    """Returns the networks of one player.

    Args:
        networks: a template, a list of networks, or `None`.
        count: how many copies of a template; `None`: one.
        argument: `"generator"` or `"discriminator"`, for error messages.

    Returns:
        A list of Keras models.

    Raises:
        ValueError: if the count or a list does not fit.
    """
    if networks is None:
        return []
    several = isinstance(networks, list | tuple)
    for network in networks if several else [networks]:
        if not getattr(network, "inputs", None):
            raise ValueError(
                f"Argument `{argument}` must be a functional or Sequential "
                "Keras model with known inputs: make it from `keras.Input`. "
                f"Received: {network!r}"
            )
    if several:
        if count not in (None, len(networks)):
            raise ValueError(
                f"Argument `num_{argument}s` is given by the length of a list "
                f"of networks, {len(networks)}. Received: {count}"
            )
        if len({id(n) for n in networks}) != len(networks):
            raise ValueError(
                f"Argument `{argument}`: each component must be a network of "
                "its own. Received: a list that holds one network twice"
            )
        return list(networks)
    count = 1 if count is None else count
    require_positive_int(f"num_{argument}s", count)
    return fresh_copies(networks, count)


def check_networks(gan):
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


def outputs_of(network):
    """Returns a discriminator's outputs.

    Args:
        network: a functional or Sequential Keras model.

    Returns:
        A dict from `"logit"`, `"class_logits"`, `"latents"`, or `"features"`
        where the output is one tensor, to shapes, the batch's size first.
    """
    outputs = _output(network)
    if not isinstance(outputs, dict):
        outputs = {"features": outputs}
    return {name: tuple(x.shape) for name, x in outputs.items()}


def require_exact_derivatives(network, what):
    """Refuses layers whose second derivatives are wrong.

    Some of Keras's layers take their moments from `tf.nn.moments`, whose
    second derivative leaves out the mean.

    Args:
        network: a Keras model.
        what: what needs second derivatives, for the message.

    Raises:
        ValueError: if the network has such a layer.
    """
    for layer in network._flatten_layers():
        batch = isinstance(layer, keras.layers.BatchNormalization)
        if (batch and not layer.synchronized) or isinstance(
            layer,
            keras.layers.LayerNormalization | keras.layers.GroupNormalization,
        ):
            raise ValueError(
                f"{what} needs second derivatives, and those of this layer are"
                " wrong in TensorFlow: use `mg.networks.SampleNormalization`, "
                "or batch normalisation with `synchronized=True`. Received: "
                f"a network with {type(layer).__name__} '{layer.name}'"
            )


def _check_discriminator(gan, discriminator):
    if not isinstance(_output(discriminator), dict | keras.KerasTensor):
        raise ValueError(
            "Argument `discriminator` must return one tensor, or a dict of "
            "'logit', 'class_logits' and 'latents'. "
            f"Received: {_output(discriminator)}"
        )
    outputs = outputs_of(discriminator)
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
    sizes = {
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


def input_shapes(network):
    """Returns the shapes of a network's inputs, the batch's size first."""
    return [tuple(i.shape) for i in network.inputs]


def _require_inputs(network, count, argument, first):
    if len(network.inputs) != count:
        expected = first if count == 1 else f"[{first}, labels]"
        raise ValueError(
            f"Argument `{argument}` must take {expected}: `num_classes` of "
            "the model and of its networks must agree. "
            f"Received: a network with {len(network.inputs)} inputs"
        )


def _output(network):
    if isinstance(network, keras.Sequential):
        return network.outputs[0]  # it has no `output` before its first call
    return network.output
