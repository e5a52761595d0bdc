"""Pretrained models and the recipes that made them."""

import importlib
import pathlib
from typing import Any

_HERE = pathlib.Path(__file__).parent


def list_presets() -> list[str]:
    """Returns the names of the presets that come with the package."""
    from mixgan_tf.saving import preset_folders

    return sorted(preset_folders.named())


def list_recipes() -> list[str]:
    """Returns the names of the recipes that come with the package."""
    files = (_HERE / "recipes").glob("[!_]*.py")
    return sorted(f.stem for f in files if f.stem != "base")


def recipe_path(recipe: str) -> pathlib.Path:
    """Returns the file of a recipe.

    Args:
        recipe: a name that `list_recipes` lists, or a Python file that
            defines `get_config()`.

    Returns:
        A `pathlib.Path`.

    Raises:
        ValueError: if there is no such recipe.
    """
    if recipe in list_recipes():
        return _HERE / "recipes" / f"{recipe}.py"
    path = pathlib.Path(recipe)
    if path.suffix == ".py" and path.is_file():
        return path
    raise ValueError(
        f"Argument `recipe` must be one of {', '.join(list_recipes())}, or a "
        f"Python file with `get_config()`. Received: {recipe!r}"
    )


def __getattr__(name: str) -> Any:
    # Building a model imports TensorFlow; looking up a recipe does not.
    if name in ("build_model", "build_dataset"):
        module = importlib.import_module("mixgan_tf.zoo.building")
        return getattr(module, name)
    raise AttributeError(f"module 'mixgan_tf.zoo' has no attribute {name!r}")
