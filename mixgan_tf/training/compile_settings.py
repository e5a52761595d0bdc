"""What `compile` makes of its arguments, and their configs."""

import copy
from collections.abc import Sequence
from typing import Any

import keras

from mixgan_tf import regularizers as all_regularizers
from mixgan_tf.compat.loss_scaling import with_loss_scaling
from mixgan_tf.regularizers import Regularizer
from mixgan_tf.training.game import Game


def own_regularizers(
    given: Sequence[str | Regularizer] | str | Regularizer | None,
) -> list[Regularizer]:
    """Returns a model's own copies of regularizers: some keep state.

    Args:
        given: names or instances, or one of either.

    Returns:
        A list of `Regularizer`s.

    Raises:
        ValueError: if there is none of a name.
    """
    if given is None or isinstance(given, str | Regularizer):
        given = [given] if given else []
    return [copy.copy(all_regularizers.get(r)) for r in given]


def network_optimizer(
    optimizer: keras.optimizers.Optimizer | str | None, argument: str
) -> keras.optimizers.Optimizer:
    """Returns the optimizer of one player's networks.

    Args:
        optimizer: a Keras optimizer or its name; `None` for Adam with DCGAN's
            settings.
        argument: the user's argument, for the message.

    Returns:
        A Keras optimizer, which scales the loss where the policy asks for it.

    Raises:
        ValueError: if it is neither.
    """
    if optimizer is None:
        optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    try:
        return with_loss_scaling(keras.optimizers.get(optimizer))
    except ValueError as error:
        raise ValueError(
            f"Argument `{argument}` must be a Keras optimizer or its name. "
            f"Received: {argument}={optimizer!r}"
        ) from error


def fresh_copy(
    optimizer: keras.optimizers.Optimizer,
) -> keras.optimizers.Optimizer:
    """Returns an optimizer with the same settings and no state."""
    return type(optimizer).from_config(optimizer.get_config())


def require_two_optimizers(
    generator: keras.optimizers.Optimizer,
    discriminator: keras.optimizers.Optimizer,
) -> None:
    """Raises if one optimizer is to serve both players.

    Args:
        generator: the generators' optimizer.
        discriminator: the discriminators'.

    Raises:
        ValueError: if they are one object.
    """
    if generator is discriminator:
        raise ValueError(
            "Arguments `generator_optimizer` and `discriminator_optimizer`"
            " must be two optimizers: one cannot keep the state of both "
            "players. Received: the same object twice"
        )


def refuse_separate_optimizers(
    generator: keras.optimizers.Optimizer | str | None,
    discriminator: keras.optimizers.Optimizer | str | None,
    mixture: keras.optimizers.Optimizer | str,
) -> None:
    """Raises if there are optimizers beside one for both players.

    Args:
        generator: `compile`'s `generator_optimizer`.
        discriminator: its `discriminator_optimizer`.
        mixture: its `mixture_optimizer`.

    Raises:
        ValueError: if any is not the default.
    """
    if generator or discriminator or mixture != "adam":
        raise ValueError(
            "Argument `optimizer` takes the place of "
            "`generator_optimizer`, `discriminator_optimizer` and "
            "`mixture_optimizer`; leave those out. Received: both"
        )


def compile_config(gan: Game) -> dict[str, Any]:
    """Returns the arguments that a model was compiled with, serialised.

    Args:
        gan: a compiled `MixGAN`.

    Returns:
        A dict for JSON; `arguments_from` reads it.
    """
    serialize = keras.saving.serialize_keras_object
    if gan.competitive:
        optimizers_used = {"optimizer": serialize(gan.optimizer)}
    else:
        generators = gan.player("generator")
        optimizers_used = {
            "generator_optimizer": serialize(generators.optimizer),
            "mixture_optimizer": serialize(generators.mixture_optimizer),
        }
        if gan.num_discriminators:
            optimizers_used["discriminator_optimizer"] = serialize(
                gan.player("discriminator").optimizer
            )
    steps = gan.discriminator_steps
    if not isinstance(steps, int):
        steps = serialize(steps)
    return {
        "objective": serialize(gan.objective),
        **optimizers_used,
        "entropy_weight": gan.entropy_weight,
        "payoff": serialize(gan.payoff),
        "regularizers": [serialize(r) for r in gan.regularizers],
        "discriminator_steps": steps,
        "ema": gan.ema and serialize(gan.ema),
        "aux_in_weights": gan.aux_in_weights,
        "class_loss_weight": gan.class_loss_weight,
        "reconstruction_weight": gan.reconstruction_weight,
        "steps_per_execution": gan.steps_per_execution,
        "jit_compile": gan.jit_compile,
    }


def arguments_from(config: dict[str, Any]) -> dict[str, Any]:
    """Returns the arguments of `compile` that `compile_config` serialised.

    Args:
        config: dict.
    """
    deserialize = keras.saving.deserialize_keras_object
    return {
        name: deserialize(value) if isinstance(value, dict | list) else value
        for name, value in config.items()
    }
