"""Models, data sets and compiled games, built from recipes."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf
from mixgan_tf.zoo.recipes.base import base_config
from ml_collections import ConfigDict

from mixgan_tf import data
from mixgan_tf import networks
from mixgan_tf import optimizers
from mixgan_tf import payoff as payoffs
from mixgan_tf import regularizers
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.payoff import PayoffEstimator
from mixgan_tf.regularizers import Regularizer
from mixgan_tf.training.schedules import AdaptiveSteps


def build_model(recipe: ConfigDict, placement: str | None = None) -> MixGAN:
    """Returns the compiled `MixGAN` that a recipe describes.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.
        placement: where the components lie; see `MixGAN`.

    Returns:
        A compiled `MixGAN` with fresh weights.

    Raises:
        ValueError: if an entry does not fit.
    """
    missing = [name for name in base_config() if name not in recipe]
    if missing:
        raise ValueError(
            "A recipe must have every entry of `base_config()` in "
            f"zoo/recipes/base.py. Received: one without {', '.join(missing)}"
        )
    keras.utils.set_random_seed(recipe.seed)
    shape = tuple(recipe.image_shape)
    num_classes = recipe.num_classes or None
    gan = MixGAN(
        generator=build_network(
            recipe.generator, "generator", shape, num_classes
        ),
        discriminator=build_network(
            recipe.discriminator, "discriminator", shape, num_classes
        ),
        num_generators=recipe.num_generators,
        num_discriminators=recipe.num_discriminators,
        num_classes=num_classes,
        class_dependent_weights=recipe.class_dependent_weights,
        seed=recipe.seed,
        placement=placement,
    )
    if recipe.adaptive_steps and recipe.final_learning_rate_fraction != 1.0:
        raise ValueError(
            "The recipe's learning rates cannot be planned with "
            "`adaptive_steps`, whose number of updates is not known: set "
            "`final_learning_rate_fraction` to 1. "
            f"Received: {recipe.final_learning_rate_fraction}"
        )
    payoff = _payoff(recipe)
    steps = recipe.discriminator_steps
    gan.compile(
        objective=recipe.objective,
        **_optimizers(recipe),
        entropy_weight=recipe.entropy_weight,
        payoff=payoff,
        regularizers=_regularizers(recipe),
        discriminator_steps=AdaptiveSteps() if recipe.adaptive_steps else steps,
        ema=recipe.ema_decay or None,
        aux_in_weights=recipe.aux_in_weights,
        class_loss_weight=recipe.class_loss_weight,
        reconstruction_weight=recipe.reconstruction_weight,
    )
    return gan


def set_learning_rates(gan: MixGAN, recipe: ConfigDict) -> None:
    """Sets the recipe's learning rates, where they are constant.

    A checkpoint holds the rates it was trained with; the recipe decides.

    Args:
        gan: a `MixGAN` that `build_model` made.
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.
    """
    if gan.competitive:
        gan.optimizer.learning_rate = recipe.generator_learning_rate
        return
    for optimizer in (
        gan.generator_mixture_optimizer,
        gan.discriminator_mixture_optimizer,
    ):
        optimizer.learning_rate = recipe.mixture_learning_rate
    if recipe.final_learning_rate_fraction == 1.0:
        gan.generator_optimizer.learning_rate = recipe.generator_learning_rate
        gan.discriminator_optimizer.learning_rate = (
            recipe.discriminator_learning_rate
        )


def build_dataset(recipe: ConfigDict, start_step: int = 0) -> tf.data.Dataset:
    """Returns the endless training data that a recipe describes.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.
        start_step: the step whose batch comes first.

    Returns:
        A `tf.data.Dataset` of samples, or of `(samples, labels)`.

    Raises:
        ValueError: if there is no such data set.
    """
    common: dict[str, Any] = dict(
        batch_size=recipe.batch_size, seed=recipe.seed, start_step=start_step
    )
    name = recipe.dataset.name
    if name in ("ring", "grid"):
        return getattr(data, name)(**common)
    common.update(
        split=recipe.dataset.split,
        image_size=recipe.image_shape[0],
        with_labels=bool(recipe.num_classes),
    )
    if name == "stacked_mnist":
        return data.load_stacked_mnist(**common)
    return data.load_images(name, **common)


def build_network(
    entry: Mapping[str, Any],
    role: str,
    shape: tuple[int, ...],
    num_classes: int | None,
) -> keras.Model:
    """Returns one network that a recipe describes.

    Args:
        entry: the recipe's `generator` or `discriminator`: the name of a class
            of `mixgan_tf.networks`, and its arguments.
        role: `"generator"` or `"discriminator"`.
        shape: shape of a sample.
        num_classes: number of classes; `None` without classes.

    Returns:
        A Keras model.

    Raises:
        ValueError: if there is no such network, or an argument is unknown.
    """
    arguments = dict(entry)
    name = arguments.pop("class_name")
    suffix = role.capitalize()
    known = [n for n in networks.__all__ if n.endswith(suffix)]
    if name not in known:
        raise ValueError(
            f"The recipe's `{role}.class_name` must be one of "
            f"{', '.join(known)}. Received: {name!r}"
        )
    if name.startswith("MLP"):
        key = "output_dim" if role == "generator" else "input_dim"
        arguments[key] = shape[0]
    else:
        arguments["image_shape"] = shape
    try:
        return getattr(networks, name)(num_classes=num_classes, **arguments)
    except TypeError as error:
        raise ValueError(f"The recipe's `{role}`: {error}") from error


def _payoff(recipe: ConfigDict) -> str | PayoffEstimator:
    if not recipe.common_latents:
        return recipe.payoff
    estimators = {"shared": payoffs.Shared, "full": payoffs.Full}
    if recipe.payoff not in estimators:
        raise ValueError(
            "The recipe's `common_latents` needs `payoff` 'shared' or "
            f"'full'. Received: {recipe.payoff!r}"
        )
    return estimators[recipe.payoff](common_latents=True)


def _optimizers(
    recipe: ConfigDict,
) -> dict[str, keras.optimizers.Optimizer]:
    name = recipe.network_optimizer
    makers = {
        "adam": lambda rate: keras.optimizers.Adam(
            rate, beta_1=recipe.adam_beta_1, beta_2=recipe.adam_beta_2
        ),
        "rmsprop": keras.optimizers.RMSprop,
    }
    if name == "acgd":
        rate = recipe.generator_learning_rate
        return {"optimizer": optimizers.ACGD(rate)}
    if name not in makers:
        raise ValueError(
            "The recipe's `network_optimizer` must be one of acgd, "
            f"{', '.join(makers)}. Received: {name!r}"
        )
    mixture = optimizers.get_mixture_optimizer(recipe.mixture_optimizer)
    mixture.learning_rate = recipe.mixture_learning_rate
    updates = recipe.steps * recipe.discriminator_steps
    return {
        "generator_optimizer": makers[name](
            _learning_rate(recipe, recipe.generator_learning_rate, recipe.steps)
        ),
        "discriminator_optimizer": makers[name](
            _learning_rate(recipe, recipe.discriminator_learning_rate, updates)
        ),
        "mixture_optimizer": mixture,
    }


def _learning_rate(
    recipe: ConfigDict, learning_rate: float, updates: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    fraction = recipe.final_learning_rate_fraction
    if fraction == 1.0:
        return learning_rate
    return keras.optimizers.schedules.PolynomialDecay(
        learning_rate, updates, end_learning_rate=learning_rate * fraction
    )


def _regularizers(recipe: ConfigDict) -> list[Regularizer]:
    known = regularizers.REGULARIZERS
    made = []
    for name, arguments in recipe.regularizers.items():
        if name not in known:
            raise ValueError(
                "The recipe's `regularizers` must be among "
                f"{', '.join(known)}. Received: {name!r}"
            )
        try:
            made.append(known[name](**arguments))
        except TypeError as error:
            raise ValueError(
                f"The recipe's `regularizers.{name}`: {error}"
            ) from error
    return made
