"""TF-GAN's losses and metrics, imported past its broken `__init__`.

TF-GAN 2.1 is no longer maintained: `import tensorflow_gan` needs modules that
TensorFlow and Python have dropped. Its parts for losses and metrics do work.
Here empty parent packages take the place of the real ones, so that a part
imports without what is broken.
"""

import importlib
import importlib.util
import pathlib
import sys
import types

_PACKAGES = (
    "tensorflow_gan",
    "tensorflow_gan.python",
    "tensorflow_gan.python.losses",
    "tensorflow_gan.python.eval",
)


def load(part: str) -> types.ModuleType:
    """Imports one part of TF-GAN.

    Args:
        part: module name below `tensorflow_gan.python`, such as
            `"losses.losses_impl"` or `"eval.classifier_metrics"`.

    Returns:
        The module.

    Raises:
        ImportError: if TF-GAN is not installed.

    Example:
    ```python
    losses = tfgan.load("losses.losses_impl")
    ```
    """
    _register_parents()
    return importlib.import_module(f"tensorflow_gan.python.{part}")


def _register_parents() -> None:
    if "tensorflow_gan" in sys.modules:
        return
    spec = importlib.util.find_spec("tensorflow_gan")
    if spec is None or spec.origin is None:
        raise ImportError("TF-GAN is missing: pip install tensorflow-gan")
    folder = pathlib.Path(spec.origin).parent
    for name in _PACKAGES:
        package = types.ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
