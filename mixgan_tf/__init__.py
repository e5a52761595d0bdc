"""MIX+GAN for TensorFlow and Keras 3. See `MixGAN` to begin with.

The `mixgan` command imports this package too, and must answer `--help`
without loading TensorFlow: for it alone all public names load on first use.
Everyone else gets the package's Keras classes at once, so that they are
registered and `keras.saving.load_model` finds them; the rest loads on first
use, too.
"""

import importlib
import pathlib
import sys
from typing import Any

from mixgan_tf.version import __version__

# Those with classes that Keras must know to load a model, and the others.
_REGISTERING = (
    "export",
    "networks",
    "objectives",
    "optimizers",
    "payoff",
    "regularizers",
)
_SUBMODULES = (
    *_REGISTERING,
    "callbacks",
    "data",
    "games",
    "metrics",
    "report",
    "theory",
    "zoo",
)
_CLASSES = {
    "EMA": "mixgan_tf.training.ema",
    "AdaptiveSteps": "mixgan_tf.training.schedules",
    "MixGAN": "mixgan_tf.mixgan",
}


# Where modules are that stood here once, and are named in code of users.
_MOVED = {
    "placement": "mixgan_tf.distribution.placement",
    "threads": "mixgan_tf.distribution.threads",
}


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"mixgan_tf.{name}")
    if name in _MOVED:
        return importlib.import_module(_MOVED[name])
    if name in _CLASSES:
        importlib.import_module("mixgan_tf.zoo")  # its presets load by name
        return getattr(importlib.import_module(_CLASSES[name]), name)
    raise AttributeError(f"module 'mixgan_tf' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


__all__ = ["__version__", *_CLASSES, *_SUBMODULES]

if pathlib.Path(sys.argv[0] if sys.argv else "").name != "mixgan":
    for _name in (*_CLASSES, *_REGISTERING):
        globals()[_name] = __getattr__(_name)
