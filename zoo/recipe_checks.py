"""What recipes may hold: types and ranges, before anything is built."""

import math
import numbers
import os

from mixgan_tf.arguments import summary_of
from mixgan_tf.untrusted.safe_configs import check_sizes

# Numbers in all weights of a recipe's networks: 1 GiB of float32, and twice
# that again for Adam. MIXGAN_MAX_PARAMETERS in the environment replaces it.
MAX_PARAMETERS = 2**28
# Checkpoints have the step in eight digits.
MAX_STEPS = 99_999_999


def check_recipe(recipe):
    """Raises unless every entry of a recipe is of its type and in its range.

    Names of objectives, payoffs and the like are checked where they are
    resolved.

    Args:
        recipe: `ml_collections.ConfigDict`; see `zoo/recipes/base.py`.

    Raises:
        ValueError: if one is not, or is missing.
    """
    _check(recipe, _ENTRIES, "")


def check_recipe_size(recipe, max_parameters=None):
    """Raises if a recipe's networks are absurdly large. Allocates nothing.

    Args:
        recipe: what `check_recipe` let pass.
        max_parameters: the most numbers in all their weights;
            `MIXGAN_MAX_PARAMETERS` of the environment or 2**28 if `None`.

    Raises:
        ValueError: if they are, or a network cannot be built.
    """
    import keras
    from mixgan_tf.zoo.building import build_network

    from mixgan_tf.untrusted.size_checks import check_outputs

    most = max_parameters or _most_parameters()
    total = 0
    for role in ("generator", "discriminator"):
        entry = recipe[role].to_dict()  # which a ConfigDict is not
        check_sizes(entry, f"The recipe's `{role}`")
        try:
            with keras.StatelessScope(initialize_variables=False):
                network = build_network(
                    entry,
                    role,
                    tuple(recipe.image_shape),
                    recipe.num_classes or None,
                )
            check_outputs(network)
        except Exception as error:  # whatever an entry makes Keras raise
            raise ValueError(
                f"The recipe's `{role}` cannot be built. {summary_of(error)}"
            ) from error
        total += recipe[f"num_{role}s"] * sum(
            math.prod(v.shape) for v in network.variables
        )
    if total > most:
        raise ValueError(
            f"The recipe asks for networks of {total} parameters in all, more "
            f"than {most}: nothing was built. If you mean it, set "
            "MIXGAN_MAX_PARAMETERS in the environment. "
            f"Received: generator={dict(recipe.generator)}, "
            f"num_generators={recipe.num_generators}"
        )


def _most_parameters():
    text = os.environ.get("MIXGAN_MAX_PARAMETERS")
    if text is None:
        return MAX_PARAMETERS
    if not text.isdecimal() or not int(text):
        raise ValueError(
            f"MIXGAN_MAX_PARAMETERS must be a positive int. Received: {text!r}"
        )
    return int(text)


def _check(value, spec, place):
    if isinstance(spec, dict):
        if not hasattr(value, "items"):
            raise ValueError(
                f"The recipe's `{place[:-1]}` must be a dict. "
                f"Received: {str(value)[:80]!r}"
            )
        for key, inner in spec.items():
            if key not in value:
                raise ValueError(
                    "A recipe must have every entry of `base_config()` in "
                    "zoo/recipes/base.py. Received: one without "
                    f"{place}{key}"
                )
            _check(value[key], inner, f"{place}{key}.")
        return
    wanted = spec(value)
    if wanted:
        raise ValueError(
            f"The recipe's `{place[:-1]}` must be {wanted}. "
            f"Received: {str(value)[:80]!r}"
        )


def _whole(low, high):
    def check(value):
        good = isinstance(value, numbers.Integral)
        good = good and not isinstance(value, bool) and low <= value <= high
        return None if good else f"a whole number in [{low}, {high}]"

    return check


def _real(low, high, below=False):
    def check(value):
        good = isinstance(value, numbers.Real) and not isinstance(value, bool)
        # NaN compares with nothing.
        good = good and (low <= value < high or (not below and value == high))
        return (
            None
            if good
            else (f"a number in [{low:g}, {high:g}{')' if below else ']'}")
        )

    return check


def _text(value):
    good = isinstance(value, str) and 0 < len(value) <= 200
    return None if good else "a string of 1 to 200 characters"


def _bool(value):
    return None if isinstance(value, bool) else "True or False"


def _shape(value):
    good = isinstance(value, tuple | list) and len(value) in (1, 3)
    good = good and not any(_whole(1, 2**14)(side) for side in value)
    return (
        None
        if good
        else ("(height, width, channels) or (coordinates,), each in [1, 16384]")
    )


def _arguments_by_name(value):
    good = hasattr(value, "items") and all(
        hasattr(inner, "items") for inner in value.values()
    )
    return None if good else "a dict from names to dicts of arguments"


_NONNEGATIVE = _real(0, 1e9)
_EVERY = _whole(1, MAX_STEPS)
_NETWORK = {"class_name": _text}
_ENTRIES = {
    "dataset": {"name": _text, "split": _text},
    "image_shape": _shape,
    "num_classes": _whole(0, 10**6),
    "batch_size": _whole(1, 2**20),
    "generator": _NETWORK,
    "discriminator": _NETWORK,
    "num_generators": _whole(1, 1000),
    "num_discriminators": _whole(1, 1000),
    "class_dependent_weights": _bool,
    "objective": _text,
    "payoff": _text,
    "common_latents": _bool,
    "entropy_weight": _NONNEGATIVE,
    "discriminator_steps": _whole(1, 1000),
    "adaptive_steps": _bool,
    "regularizers": _arguments_by_name,
    "class_loss_weight": _NONNEGATIVE,
    "reconstruction_weight": _NONNEGATIVE,
    "aux_in_weights": _bool,
    "ema_decay": _real(0, 1, below=True),
    "network_optimizer": _text,
    "mixture_optimizer": _text,
    "mixture_learning_rate": _NONNEGATIVE,
    "generator_learning_rate": _NONNEGATIVE,
    "discriminator_learning_rate": _NONNEGATIVE,
    "final_learning_rate_fraction": _real(0, 1),
    "adam_beta_1": _real(0, 1, below=True),
    "adam_beta_2": _real(0, 1, below=True),
    "validation": {
        "every": _whole(0, MAX_STEPS),
        "extractor": _text,
        "split": _text,
        "num": _whole(1, 10**7),
    },
    "steps": _EVERY,
    "checkpoint_every": _EVERY,
    "sample_every": _EVERY,
    "log_every": _EVERY,
    "seed": _whole(0, 2**31 - 1),
}
