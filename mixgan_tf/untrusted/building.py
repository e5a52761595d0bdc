"""The order in which models from files are checked, sized and built.

In this order: the config names only what runs no code of its own, the weights
files hold plain arrays and nothing else, the networks need no more numbers than
those hold. Only then is memory allocated. Then the weights fill the model
exactly and are finite.
"""

import os
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import BinaryIO
from typing import NamedTuple
from typing import TypeVar

from mixgan_tf.arguments import error_summary
from mixgan_tf.untrusted.safe_configs import check_config
from mixgan_tf.untrusted.size_checks import Sizes
from mixgan_tf.untrusted.size_checks import require_numbers
from mixgan_tf.untrusted.weights_files import WeightsFile
from mixgan_tf.untrusted.weights_files import inspect_weights

Built = TypeVar("Built")


class StoredNetworks(NamedTuple):
    """Configs of networks, and the file that holds their weights."""

    configs: list[dict[str, Any]]
    weights: str | os.PathLike | BinaryIO
    name: str  # of the weights file, for messages
    subject: str  # what begins a message: "The preset's file a.weights.h5"
    # What the networks are called where the file must hold as many: "generator"
    kind: str | None = None


def check_before_building(
    config: Any, stored: Sequence[StoredNetworks], subject: str
) -> list[WeightsFile]:
    """Raises unless networks are safe to build, and fit in memory.

    Args:
        config: what was parsed of the file that describes them, all of it.
        stored: its networks.
        subject: what begins a message: `"The preset's file config.json"`.

    Returns:
        A list with what was found in each weights file.

    Raises:
        ValueError: if the config or a weights file is unusable, or there are
            fewer numbers than the networks need.
    """
    check_config(config, subject)
    sizes, found = Sizes(), []
    for networks in stored:
        file = inspect_weights(networks.weights, networks.subject)
        number = len(networks.configs)
        if networks.kind is not None and file.components != number:
            raise ValueError(
                f"{subject} lists {number} {networks.kind}s. Received: weights "
                f"of {file.components} in {networks.name}"
            )
        needed = sizes.numbers(networks.configs, subject)
        require_numbers(needed, file.numbers, subject, networks.name)
        found.append(file)
    return found


def networks_in(model: Any, subject: str, player: str) -> list[dict[str, Any]]:
    """Returns the configs of one player's networks, from a model's config.

    Args:
        model: what a `MixGAN`'s `get_config` returned, as JSON gave it back.
        subject: what begins a message.
        player: `"generator"` or `"discriminator"`.

    Returns:
        A list of dicts.

    Raises:
        ValueError: if the config does not list them.
    """
    networks = model.get(player) if isinstance(model, dict) else None
    whole = isinstance(networks, list) and all(
        isinstance(network, dict) for network in networks
    )
    if networks is None or not whole:
        raise ValueError(f"{subject} must list the networks of the {player}s.")
    return networks


def build(make: Callable[[], Built], failure: str) -> Built:
    """Builds what a checked config describes.

    Args:
        make: function that builds it.
        failure: what begins the message where that fails: a sentence.

    Returns:
        What `make` returned.

    Raises:
        ValueError: if it raised anything.
    """
    try:
        return make()
    except Exception as error:  # whatever a config makes Keras raise
        raise ValueError(f"{failure} {error_summary(error)}") from error
