"""What `--model` may name."""

import pathlib

from absl import flags

from mixgan_tf.arguments import summary_of
from mixgan_tf.untrusted.strict_json import read_json_object
from mixgan_tf.zoo.recipe_checks import check_recipe
from mixgan_tf.zoo.recipe_checks import check_recipe_size

RECIPE_FILE = "recipe.json"
CHECKPOINTS = "checkpoints"
BEST = "best"


def define_model_flag(values):
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


def load_model(model):
    """Loads a model for sampling or export.

    Args:
        model: name of a preset, preset folder, training work folder, or
            `.keras` file.

    Returns:
        A `MixGAN`.

    Raises:
        ValueError: if it is none of these, or cannot be loaded.
    """
    path = pathlib.Path(model)
    if path.suffix == ".keras":
        return _load_keras_file(path)
    if (path / RECIPE_FILE).is_file():
        return _load_workdir(path)
    from mixgan_tf.saving import presets

    return presets.load(model, load_discriminators=False)


def read_recipe(path):
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


def _load_keras_file(path):
    import keras

    from mixgan_tf.mixgan import MixGAN
    from mixgan_tf.saving.keras_files import check_keras_file
    from mixgan_tf.untrusted.weights_files import require_finite

    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    check_keras_file(path)
    try:
        gan = keras.saving.load_model(path, compile=False)
    except Exception as error:  # whatever a config makes Keras raise
        raise ValueError(
            f"{path} cannot be loaded as a Keras file. {summary_of(error)}"
        ) from error
    if not isinstance(gan, MixGAN):
        raise ValueError(
            f"{path} holds a {type(gan).__name__}, not a mixgan_tf.MixGAN"
        )
    require_finite(gan.variables, f"The Keras file {path}")
    return gan


def _load_workdir(path):
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


def _require_plain(file):
    from mixgan_tf.untrusted.weights_files import RefusedWeights
    from mixgan_tf.untrusted.weights_files import inspect_weights

    try:
        inspect_weights(file, f"The checkpoint {file}")
    except RefusedWeights:
        raise
    except ValueError:
        pass  # damaged: an older one may do
