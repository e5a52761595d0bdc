"""What recipes may hold: types and ranges, before anything is built."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING
from typing import Any

from mixgan_tf.arguments import error_summary
from mixgan_tf.untrusted.safe_configs import check_sizes
from mixgan_tf.untrusted.schema import flag
from mixgan_tf.untrusted.schema import number_in
from mixgan_tf.untrusted.schema import require
from mixgan_tf.untrusted.schema import short_text
from mixgan_tf.untrusted.schema import whole_in

if TYPE_CHECKING:
    from ml_collections import ConfigDict

# Numbers in all weights of a recipe's networks: 1 GiB of float32, and twice
# that again for Adam. MIXGAN_MAX_PARAMETERS in the environment replaces it.
MAX_PARAMETERS = 2**28
# Checkpoints have the step in eight digits.
MAX_STEPS = 99_999_999


def check_recipe(recipe: ConfigDict) -> None:
    """Raises unless every entry of a recipe is of its type and in its range.

    Names of objectives, payoffs and the like are checked where they are
    resolved.

    Args:
        recipe: `ml_collections.ConfigDict`; see `zoo/recipes/base.py`.

    Raises:
        ValueError: if one is not, or is missing.
    """
    # A file's `get_config` may return a plain dict.
    entries = recipe if isinstance(recipe, dict) else recipe.to_dict()
    _require_whole(entries, _ENTRIES)
    require(entries, _ENTRIES, "The recipe", _in_recipe)


def check_recipe_size(
    recipe: ConfigDict, max_parameters: int | None = None
) -> None:
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
                f"The recipe's `{role}` cannot be built. {error_summary(error)}"
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


def _most_parameters() -> int:
    text = os.environ.get("MIXGAN_MAX_PARAMETERS")
    if text is None:
        return MAX_PARAMETERS
    if not text.isdecimal() or not int(text):
        raise ValueError(
            f"MIXGAN_MAX_PARAMETERS must be a positive int. Received: {text!r}"
        )
    return int(text)


def _require_whole(
    recipe: dict[str, Any], entries: dict[str, Any], place: str = ""
) -> None:
    for key, inner in entries.items():
        if not isinstance(recipe, dict):
            return  # which its type's check says more of
        if key not in recipe:
            raise ValueError(
                "A recipe must have every entry of `base_config()` in "
                f"zoo/recipes/base.py. Received: one without {place}{key}"
            )
        if isinstance(inner, dict):
            _require_whole(recipe[key], inner, f"{place}{key}.")


def _in_recipe(place: str, key: str) -> str:
    return (
        f"{place[:-1]}.{key}`" if place.endswith("`") else f"{place}'s `{key}`"
    )


def _shape(value: Any, place: str) -> str | None:
    good = isinstance(value, tuple | list) and len(value) in (1, 3)
    if good and not any(_SIDE(side, place) for side in value):
        return None
    return "(height, width, channels) or (coordinates,), each in [1, 16384]"


def _arguments_by_name(value: Any, place: str) -> str | None:
    good = isinstance(value, dict) and all(
        isinstance(inner, dict) for inner in value.values()
    )
    return None if good else "a dict from names to dicts of arguments"


_SIDE = whole_in(1, 2**14)
_NONNEGATIVE = number_in(0, 1e9)
_EVERY = whole_in(1, MAX_STEPS)
_NETWORK = {"class_name": short_text}
_ENTRIES: dict[str, Any] = {
    "dataset": {"name": short_text, "split": short_text},
    "image_shape": _shape,
    "num_classes": whole_in(0, 10**6),
    "batch_size": whole_in(1, 2**20),
    "generator": _NETWORK,
    "discriminator": _NETWORK,
    "num_generators": whole_in(1, 1000),
    "num_discriminators": whole_in(1, 1000),
    "class_dependent_weights": flag,
    "objective": short_text,
    "payoff": short_text,
    "common_latents": flag,
    "entropy_weight": _NONNEGATIVE,
    "discriminator_steps": whole_in(1, 1000),
    "adaptive_steps": flag,
    "regularizers": _arguments_by_name,
    "class_loss_weight": _NONNEGATIVE,
    "reconstruction_weight": _NONNEGATIVE,
    "aux_in_weights": flag,
    "ema_decay": number_in(0, 1, below=True),
    "network_optimizer": short_text,
    "mixture_optimizer": short_text,
    "mixture_learning_rate": _NONNEGATIVE,
    "generator_learning_rate": _NONNEGATIVE,
    "discriminator_learning_rate": _NONNEGATIVE,
    "final_learning_rate_fraction": number_in(0, 1),
    "adam_beta_1": number_in(0, 1, below=True),
    "adam_beta_2": number_in(0, 1, below=True),
    "validation": {
        "every": whole_in(0, MAX_STEPS),
        "extractor": short_text,
        "split": short_text,
        "num": whole_in(1, 10**7),
    },
    "steps": _EVERY,
    "checkpoint_every": _EVERY,
    "sample_every": _EVERY,
    "log_every": _EVERY,
    "seed": whole_in(0, 2**31 - 1),
}
