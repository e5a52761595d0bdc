"""A preset may come from anywhere: what is checked before it is believed.

In this order: its files lie in its folder, its weights files hold plain arrays
and nothing else, its config names only layers that run no code of their own,
the networks need no more numbers than the weights files hold. Only then is
memory allocated. Then the weights fill the model exactly and are finite.
"""

from mixgan_tf.saving.training_schema import check_training
from mixgan_tf.untrusted.safe_configs import check_config
from mixgan_tf.untrusted.size_checks import Sizes
from mixgan_tf.untrusted.size_checks import require_numbers
from mixgan_tf.untrusted.weights_files import inspect_weights
from mixgan_tf.untrusted.weights_files import load_weights


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
