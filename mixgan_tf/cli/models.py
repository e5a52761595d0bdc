"""Models by what `--model` may name."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

from absl import flags

from mixgan_tf.untrusted.strict_json import read_json_object
from mixgan_tf.zoo.recipe_checks import check_recipe
from mixgan_tf.zoo.recipe_checks import check_recipe_size

if TYPE_CHECKING:
    from ml_collections import ConfigDict

    from mixgan_tf.mixgan import MixGAN

RECIPE_FILE = "recipe.json"
CHECKPOINTS = "checkpoints"
BEST = "best"


def define_model_flag(values: flags.FlagValues) -> None:
    """Adds `--model` to a subcommand's flags.

    Args:
        values: `absl.flags.FlagValues`.
    """
    flags.DEFINE_string(
        "model",
        None,
        "Preset (name or folder), training work folder, or .keras file.",
        required=True,
        flag_values=values,
    )


def load_model(model: str) -> MixGAN:
    """Loads a model for sampling or export.

    Args:
        model: name of a preset, preset folder, training work folder, or
            `.keras` file.

    Returns:
        A `MixGAN`.

    Raises:
        ValueError: if it is none of these, or cannot be loaded.
    """
    from mixgan_tf.mixgan import MixGAN
    from mixgan_tf.saving.keras_files import load_keras_file

    path = pathlib.Path(model)
    if path.suffix == ".keras":
        if not path.is_file():
            raise ValueError(f"there is no file {path}")
        return load_keras_file(path, MixGAN)
    if (path / RECIPE_FILE).is_file():
        return _load_workdir(path)
    return MixGAN.from_preset(model, load_discriminators=False)


def read_recipe(path: pathlib.Path) -> ConfigDict:
    """Returns the recipe that a work folder was trained with.

    Entries that recipes did not have yet when it was recorded get their
    defaults, with which training is as it was then.

    Args:
        path: its `recipe.json`.

    Returns:
        An `ml_collections.ConfigDict`.

    Raises:
        ValueError: if the file is damaged, or an entry is out of range.
    """
    from ml_collections import ConfigDict

    from mixgan_tf.zoo.recipes.base import base_config

    content = read_json_object(path, "work folder's recipe")
    try:
        recorded = ConfigDict(content)
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    for name, default in base_config().items():
        if name not in recorded:
            recorded[name] = default
    check_recipe(recorded)
    return recorded


def _load_workdir(path: pathlib.Path) -> MixGAN:
    from mixgan_tf.callbacks import checkpoints
    from mixgan_tf.callbacks import restore_best
    from mixgan_tf.callbacks import restore_latest
    from mixgan_tf.untrusted.weights_files import require_finite
    from mixgan_tf.zoo.building import build_model

    recipe = read_recipe(path / RECIPE_FILE)
    check_recipe_size(recipe)
    files = [*(path / BEST).glob("*.h5"), *checkpoints(path / CHECKPOINTS)]
    for file in files:
        _require_plain(file)
    gan = build_model(recipe)
    if not restore_best(gan, path / BEST) and not restore_latest(
        gan, path / CHECKPOINTS
    ):
        raise ValueError(f"{path} holds no checkpoint yet: train it first")
    require_finite(gan.variables, f"The checkpoint of {path}")
    return gan


def _require_plain(file: pathlib.Path) -> None:
    from mixgan_tf.untrusted.weights_files import RefusedWeights
    from mixgan_tf.untrusted.weights_files import inspect_weights

    try:
        inspect_weights(file, f"The checkpoint {file}")
    except RefusedWeights:
        raise
    except ValueError:
        pass  # damaged: an older one may do
