"""`.keras` files from elsewhere, looked through before Keras opens them."""

import io
import pathlib
import zipfile
from typing import Any

import keras

from mixgan_tf.model.player import PLAYERS
from mixgan_tf.untrusted.building import StoredNetworks
from mixgan_tf.untrusted.building import build
from mixgan_tf.untrusted.building import check_before_building
from mixgan_tf.untrusted.building import networks_in
from mixgan_tf.untrusted.strict_json import parse_json_object
from mixgan_tf.untrusted.weights_files import require_finite

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
_KNOWN = (CONFIG, WEIGHTS, "metadata.json", "assets/")


def check_keras_file(
    path: pathlib.Path, model_class: type[keras.Model]
) -> None:
    """Raises unless a `.keras` file is safe to load, and fits in memory.

    Keras's safe mode refuses lambdas by itself. Here the archive may hold
    nothing but what Keras writes, unpacked and once; its weights are plain
    arrays; its config names no layers that run code or read other files, and
    its networks need no more numbers than its weights hold.

    Args:
        path: the file.
        model_class: the class that the model must be of, or a subclass.

    Raises:
        ValueError: if it is unusable.
    """
    subject = f"The Keras file {path}"
    try:
        with zipfile.ZipFile(path) as archive:
            contents = _contents(archive, subject)
    except (OSError, zipfile.BadZipFile, RuntimeError, KeyError) as error:
        raise ValueError(f"{subject} is damaged: {error}") from error
    config = parse_json_object(contents[CONFIG], f"{subject}, {CONFIG},")
    _require_class(config, path, model_class)
    model = config.get("config")
    if not isinstance(model, dict):
        raise ValueError(f"{subject} holds no model.")
    networks = [
        network
        for player in PLAYERS
        if player == "generator" or player in model
        for network in networks_in(model, subject, player)
    ]
    stored = StoredNetworks(
        networks,
        io.BytesIO(contents[WEIGHTS]),
        WEIGHTS,
        f"{subject}, {WEIGHTS},",
    )
    check_before_building(config, [stored], f"{subject}, {CONFIG},")


def load_keras_file(
    path: pathlib.Path, model_class: type[keras.Model]
) -> keras.Model:
    """Loads a model from a `.keras` file that may come from anywhere.

    Args:
        path: the file.
        model_class: the class that the model must be of, or a class of its
            own: that is what is returned.

    Returns:
        The model, not compiled.

    Raises:
        ValueError: if the file is unusable, or holds NaN or another model.
    """
    check_keras_file(path, model_class)
    gan = build(
        lambda: keras.saving.load_model(path, compile=False),
        f"{path} cannot be loaded as a Keras file.",
    )
    if not isinstance(gan, model_class):
        raise ValueError(
            f"{path} holds a {type(gan).__name__}, not a "
            f"{_public_name(model_class)}"
        )
    require_finite(gan.variables, f"The Keras file {path}")
    return gan


def _require_class(
    config: dict[str, Any], path: pathlib.Path, model_class: type[keras.Model]
) -> None:
    registered = str(config.get("registered_name"))
    named = keras.saving.get_registered_object(registered)
    if not (isinstance(named, type) and issubclass(named, model_class)):
        raise ValueError(
            f"{path} holds a {str(config.get('class_name'))[:80]}, not a "
            f"{_public_name(model_class)}"
        )


def _contents(archive: zipfile.ZipFile, subject: str) -> dict[str, bytes]:
    members = archive.infolist()
    names = [member.filename for member in members]
    unknown = [name for name in names if name not in _KNOWN]
    if unknown or len(set(names)) < len(names):
        raise ValueError(
            f"{subject} holds files that Keras does not write, or one twice. "
            f"Received: {', '.join(unknown or names)[:200]}"
        )
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(
                f"{subject} must hold its files uncompressed, as Keras writes "
                f"them. Received: {member.filename} compressed"
            )
    return {name: archive.read(name) for name in (CONFIG, WEIGHTS)}


def _public_name(model_class: type) -> str:
    return f"{model_class.__module__.partition('.')[0]}.{model_class.__name__}"
