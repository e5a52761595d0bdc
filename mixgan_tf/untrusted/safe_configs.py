"""Keras configs from files, refused where building them could run code.

Keras's safe mode refuses pickled lambdas. What is refused here besides would
read other files, load other programs, or import modules by name.
"""

import inspect
import math
import re
from typing import Any

from mixgan_tf.compat.keras_modules import FILE_MODULES
from mixgan_tf.compat.keras_modules import OPERATIONS

MAX_OBJECTS = 20_000
# Layers of one network of the library.
MAX_LAYERS = 1_000
_SIZES = (
    *("width", "depth", "latent_dim", "kernel_size", "num_classes", "most"),
    *("input_dim", "output_dim"),
)
# Where the public classes of Keras, and the operations between layers, live.
_MODULES = (
    "keras",
    "keras.activations",
    "keras.constraints",
    "keras.dtype_policies",
    "keras.initializers",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.models",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.random",
    "keras.regularizers",
    *FILE_MODULES,
    "builtins",  # functions of Keras, by name
)
_REFUSED = {
    "Lambda": "runs code of its own",
    "__lambda__": "runs code of its own",
    "TorchModuleWrapper": "unpickles what it holds",
    "JaxLayer": "runs code of its own",
    "FlaxLayer": "runs code of its own",
    "TFSMLayer": "loads a program from another file",
    "TextVectorization": "reads other files",
    "StringLookup": "reads other files",
    "IntegerLookup": "reads other files",
    "__typespec__": "names a class of TensorFlow",
}
# What TensorFlow takes for the name of a scope.
_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9_.\\/>-]{0,200}\Z")
_VALUES = (
    "__keras_tensor__",
    "__tensor__",
    "__numpy__",
    "__bytes__",
    "__ellipsis__",
    "__slice__",
)


def check_config(config: Any, subject: str) -> None:
    """Raises unless a config names only what may be built from a file.

    That is: the public layers, optimizers and other classes of Keras, but for
    those that run code or read files, and classes that are registered with
    Keras already, by this library or by a program that imported its own.

    Args:
        config: what was parsed from JSON.
        subject: what begins a message: `"The preset's file config.json"`.

    Raises:
        ValueError: if it names anything else, or is absurdly large.
    """
    count, level = 0, [config]
    while level:
        value = level.pop()
        if isinstance(value, dict):
            level.extend(value.values())
            _check_name(value.get("name"), subject)
            if "class_name" in value:
                count += 1
                _check_object(value, subject)
        elif isinstance(value, list):
            level.extend(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{subject} holds numbers that are not finite.")
        if count > MAX_OBJECTS:
            raise ValueError(
                f"{subject} describes more than {MAX_OBJECTS} layers and "
                "other objects."
            )


def names_foreign_classes(config: Any) -> bool:
    """Returns whether a config names classes of neither Keras nor ours.

    Args:
        config: what `check_config` let pass.
    """
    if isinstance(config, dict):
        package = str(config.get("registered_name") or "").partition(">")
        if package[1] and package[0] not in ("mixgan_tf", "keras"):
            return True
        return any(names_foreign_classes(v) for v in config.values())
    if isinstance(config, list):
        return any(names_foreign_classes(v) for v in config)
    return False


def check_sizes(config: Any, subject: str) -> None:
    """Raises unless the sizes in one of our networks' configs are valid.

    Keras checks its own. A string times a number is a long string, and a deep
    network costs one digit to write.

    Args:
        config: dict of a class's arguments.
        subject: what begins a message.

    Raises:
        ValueError: if a size is no positive int, or a depth is absurd.
    """
    for name in _SIZES:
        value = config.get(name) if isinstance(config, dict) else None
        least = 0 if name == "depth" else 1
        if value is not None and (type(value) is not int or value < least):
            raise ValueError(
                f"{subject} must have whole numbers from {least} on for sizes. "
                f"Received: {name}={str(value)[:80]!r}"
            )
        if name in ("depth", "most") and (value or 0) > MAX_LAYERS:
            raise ValueError(
                f"{subject} asks for more than {MAX_LAYERS} layers or updates "
                f"in a row. Received: {name}={value}"
            )


def _check_name(name: Any, subject: str) -> None:
    if name is not None and not (isinstance(name, str) and _NAME.match(name)):
        raise ValueError(
            f"{subject} must name layers by letters, digits and _ . / > -"
            f" \\, the first a letter or digit. Received: {str(name)[:80]!r}"
        )


def _check_arguments(network: Any, config: Any, subject: str) -> None:
    # Keras's own models ignore what they do not know.
    from mixgan_tf.networks import Network

    if not (isinstance(network, type) and issubclass(network, Network)):
        return
    known = {"name", "trainable", *inspect.signature(network).parameters}
    whole = isinstance(config, dict)
    unknown = [key for key in config if key not in known] if whole else config
    if unknown or not whole:
        raise ValueError(
            f"{subject} has arguments that {network.__name__} does not take. "
            f"Received: {str(unknown)[:200]}"
        )


def _check_object(value: dict[str, Any], subject: str) -> None:
    import keras

    name = value["class_name"]
    module = value.get("module")
    registered = value.get("registered_name")
    for given in (name, registered, module):
        if not isinstance(given, str | None):
            raise ValueError(
                f"{subject} must name classes by strings. "
                f"Received: {str(given)[:80]!r}"
            )
    if name is None:
        raise ValueError(f"{subject} leaves a class without its name.")
    if name == "function":
        name, registered = value.get("config"), None
        if not isinstance(name, str):
            raise ValueError(f"{subject} leaves a function without its name.")
    last = str(registered or name).rpartition(">")[2]
    for known in (name, last):
        if known in _REFUSED:
            raise ValueError(
                f"{subject} is refused: what it names {_REFUSED[known]}, "
                f"and files may not bring code. Received: {known!r}"
            )
    if name in _VALUES:
        return
    ours = keras.saving.get_registered_object(registered or name)
    if ours is not None:
        if str(registered).startswith("mixgan_tf>"):
            check_sizes(value.get("config"), subject)
            _check_arguments(ours, value.get("config"), subject)
        return
    # Older configs of Keras's own classes name no module.
    home = module or "keras"
    known = home in _MODULES or home.startswith(OPERATIONS)
    if not known or ">" in str(registered or ""):
        raise ValueError(
            f"{subject} names a class that is neither one of Keras nor "
            "registered: import the module that registers it with "
            "`keras.saving.register_keras_serializable` first. Received: "
            f"{str(module)[:80]}.{str(registered or name)[:80]}"
        )
