"""A preset may come from anywhere: what is checked before it is believed.

In this order: its files lie in its folder, its weights files hold plain arrays
and nothing else, its config names only layers that run no code of their own,
the networks need no more numbers than the weights files hold. Only then is
memory allocated. Then the weights fill the model exactly and are finite.
"""

import numpy as np

from mixgan_tf.safe_configs import check_config
from mixgan_tf.size_checks import Sizes
from mixgan_tf.size_checks import require_numbers
from mixgan_tf.training_configs import check_training
from mixgan_tf.weights_files import inspect_weights
from mixgan_tf.weights_files import load_weights

# The stated mixture weights may be rounded.
_ROUNDING = 1e-3


def require_inside(folder, name):
    """Raises if a file of a preset is a link to a place outside of its folder.

    The cache of the Hugging Face Hub is made of links, to its own `blobs`.

    Args:
        folder: `pathlib.Path`.
        name: the file's name.

    Raises:
        ValueError: if it is.
    """
    path = folder / name
    if not path.is_symlink():
        return
    home = folder.resolve()
    target = path.resolve()
    allowed = [home]
    if home.parent.name == "snapshots":
        allowed.append(home.parent.parent / "blobs")
    if not any(place in target.parents for place in allowed):
        raise ValueError(
            f"The preset's file {path} is a link to a place outside of its "
            "folder: copy the file there if you trust it. "
            f"Received: a link to {target}"
        )


def check_before_building(folder, config_name, config, weights):
    """Raises unless a preset's model is safe to build, and fits in memory.

    Args:
        folder: `pathlib.Path`.
        config_name: name of the config's file, for messages.
        config: what it holds, parsed.
        weights: names of the weights files: the generators', then perhaps the
            discriminators'.

    Returns:
        A dict from the names in `weights` to `WeightsFile`.

    Raises:
        ValueError: if the config or a file is unusable.
    """
    subject = f"The preset's file {folder / config_name}"
    model = config.get("model")
    if not isinstance(model, dict):
        raise ValueError(f"{subject} must describe a `model`.")
    players = ("generator", "discriminator")
    for player in players:
        networks = model.get(player)
        whole = isinstance(networks, list) and all(
            isinstance(network, dict) for network in networks
        )
        if not whole or (player == "generator" and not networks):
            raise ValueError(
                f"{subject} must list the networks of the {player}s."
            )
    if not isinstance(config.get("compile"), dict | None):
        raise ValueError(f"{subject}: `compile` must be an object.")
    check_config(config, subject)
    if config.get("compile"):
        check_training(config["compile"], subject)
    found, sizes = {}, Sizes()
    for player, name in zip(players, weights, strict=False):
        file = f"The preset's file {folder / name}"
        found[name] = inspect_weights(folder / name, file)
        networks = model[player]
        if found[name].components != len(networks):
            raise ValueError(
                f"{subject} lists {len(networks)} {player}s. Received: weights "
                f"of {found[name].components} in {name}"
            )
        needed = sizes.numbers(networks, subject)
        require_numbers(needed, found[name].numbers, subject, name)
    return found


def load_checked(mixture, folder, name, found):
    """Loads one weights file of a preset.

    Args:
        mixture: the `Mixture` to fill.
        folder: `pathlib.Path`.
        name: the file's name.
        found: what `check_before_building` returned.

    Raises:
        ValueError: if the file does not fit, or holds NaN.
    """
    subject = f"The preset's file {folder / name}"
    if not (folder / name).is_file():
        raise ValueError(f"{subject} is missing; fetch or save it again.")
    inspected = found.get(name) or inspect_weights(folder / name, subject)
    load_weights(mixture, folder / name, inspected, subject)


def check_description(gan, metadata, path, with_weights):
    """Raises if metadata and model disagree.

    Args:
        gan: the `MixGAN` that was loaded.
        metadata: dict.
        path: its file.
        with_weights: whether the weights were loaded, too.

    Raises:
        ValueError: if an entry is not what the model has.
    """
    actual = {
        "num_generators": gan.num_generators,
        "num_classes": gan.num_classes,
        "latent_dim": gan.latent_dim,
        "sample_shape": list(gan.sample_shape),
        "generator_parameters": gan.generator_mixture.count_params(),
    }
    if gan.num_discriminators:
        actual["num_discriminators"] = gan.num_discriminators
    for name, value in actual.items():
        if name in metadata and metadata[name] != value:
            raise ValueError(
                f"{path} does not describe the model beside it: `{name}` is "
                f"{value!r}. Received: {metadata[name]!r}"
            )
    stated = metadata.get("generator_weights")
    if stated is None or not with_weights:
        return
    weights = gan.generator_weights
    flat = [
        w for row in stated for w in (row if isinstance(row, list) else [row])
    ]
    agree = len(flat) == weights.size and np.allclose(
        np.array(flat, "float64"), np.ravel(weights), atol=_ROUNDING
    )
    if not agree:
        raise ValueError(
            f"{path} does not describe the model beside it: the mixture "
            f"weights are {np.round(weights, 4).tolist()}. "
            f"Received: {str(stated)[:200]}"
        )
