"""`.keras` files from elsewhere: looked through before Keras opens them."""

import io
import zipfile

from mixgan_tf.untrusted.safe_configs import check_config
from mixgan_tf.untrusted.size_checks import Sizes
from mixgan_tf.untrusted.size_checks import require_numbers
from mixgan_tf.untrusted.strict_json import parse_json_object
from mixgan_tf.untrusted.weights_files import inspect_weights

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
_KNOWN = (CONFIG, WEIGHTS, "metadata.json", "assets/")


def check_keras_file(path):
    """Raises unless a `.keras` file is safe to load, and fits in memory.

    Keras's safe mode refuses lambdas by itself. Here the archive may hold
    nothing but what Keras writes, unpacked and once; its weights are plain
    arrays; its config names no layers that run code or read other files, and
    its networks need no more numbers than its weights hold.

    Args:
        path: a `pathlib.Path`.

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
    check_config(config, f"{subject}, {CONFIG},")
    weights = io.BytesIO(contents[WEIGHTS])
    found = inspect_weights(weights, f"{subject}, {WEIGHTS},")
    _require_gan(config, path)
    model = config.get("config")
    if not isinstance(model, dict):
        raise ValueError(f"{subject} holds no model.")
    sizes, needed = Sizes(), 0
    for player in ("generator", "discriminator"):
        networks = model.get(player, [])
        if not isinstance(networks, list):
            raise ValueError(
                f"{subject} must list the networks of the {player}s."
            )
        needed += sizes.numbers(networks, subject)
    require_numbers(needed, found.numbers, subject, WEIGHTS)


def _require_gan(config, path):
    import keras

    from mixgan_tf.mixgan import MixGAN

    registered = str(config.get("registered_name"))
    named = keras.saving.get_registered_object(registered)
    if not (isinstance(named, type) and issubclass(named, MixGAN)):
        raise ValueError(
            f"{path} holds a {str(config.get('class_name'))[:80]}, not a "
            "mixgan_tf.MixGAN"
        )


def _contents(archive, subject):
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
