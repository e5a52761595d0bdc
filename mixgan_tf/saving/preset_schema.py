"""The types of those entries of a preset's metadata.json that are relied on."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from mixgan_tf.untrusted.schema import count
from mixgan_tf.untrusted.schema import dict_of
from mixgan_tf.untrusted.schema import is_number
from mixgan_tf.untrusted.schema import list_of
from mixgan_tf.untrusted.schema import natural
from mixgan_tf.untrusted.schema import number
from mixgan_tf.untrusted.schema import optional
from mixgan_tf.untrusted.schema import require
from mixgan_tf.untrusted.schema import text


def check_model_entries(metadata: dict[str, Any], subject: str) -> None:
    """Raises unless what describes the model is of the right types.

    Args:
        metadata: dict.
        subject: what begins a message: the file.

    Raises:
        ValueError: if an entry is missing or of another type.
    """
    require(
        metadata,
        {
            "format": count,
            "mixgan_tf": optional(text),
            "num_generators": optional(count),
            "num_discriminators": optional(natural),
            "num_classes": optional(count),
            "latent_dim": optional(count),
            "sample_shape": optional(list_of(count)),
            "generator_parameters": optional(natural),
            "generator_weights": optional(list_of(_weights)),
            "train_steps": natural,
            "sha256": dict_of(_sha256),
        },
        subject,
    )
    for name in metadata["sha256"]:
        # Also what would be a path on another system.
        plain = pathlib.PurePosixPath(name).name == name
        plain = plain and pathlib.PureWindowsPath(name).name == name
        if not plain or name in ("", ".", "..") or "\0" in name:
            raise ValueError(
                f"{subject} names a file outside its folder: {name[:200]!r}"
            )


def check_entries(metadata: dict[str, Any], subject: str) -> None:
    """Raises unless cards, tables and scores can be made of the metadata.

    Args:
        metadata: dict that `check_model_entries` let pass.
        subject: what begins a message: the file.

    Raises:
        ValueError: if an entry is of another type.
    """
    require(
        metadata,
        {
            **dict.fromkeys(
                ("date", "keras", "tensorflow", "command", "commit"),
                optional(text),
            ),
            "dataset": optional(
                {"name": optional(text), "split": optional(text)}
            ),
            "recipe": optional(_RECIPE),
            "selection": optional(_SELECTION),
            "scores": optional(_SCORES),
        },
        subject,
    )


def _sha256(value: Any, place: str) -> str | None:
    good = isinstance(value, str) and len(value) == 64
    return None if good else "a SHA-256, 64 hexadecimal digits"


def _weights(value: Any, place: str) -> str | None:
    rows = value if isinstance(value, list) else [value]
    good = all(is_number(w) and -1e-6 <= w <= 1 + 1e-6 for w in rows)
    return None if good else "mixture weights, in [0, 1]"


_SCORE = dict_of({"mean": number, "sd": optional(number)})
_NETWORK = {"class_name": text}
_RECIPE = {
    "generator": optional(_NETWORK),
    "discriminator": optional(_NETWORK),
    "batch_size": count,
    "objective": text,
    "payoff": text,
    "regularizers": optional({}),
    "mixture_optimizer": text,
    "entropy_weight": number,
}
_SELECTION = {
    "name": optional(text),
    "step": optional(natural),
    "score": optional(number),
    "all": list_of({}),
    "protocol": optional({"real": optional({"num": count, "split": text})}),
}
_DIAGNOSTICS = {
    "memorization": optional({"nearer": number, "very_near": number}),
    "birthday": optional(
        {
            "support_interval": list_of(optional(number)),
            "duplicate_rate": number,
            "false_alarm": number,
            "num_batches": natural,
            "batch_size": count,
        }
    ),
    "components": optional(
        {"distances": list_of(list_of(number)), "noise": list_of(number)}
    ),
    "game": optional(
        {"exploitability": number, "margin": number, "value": number}
    ),
}
_SCORES = {
    "mixture": _SCORE,
    "components": list_of(_SCORE),
    "diagnostics": optional(_DIAGNOSTICS),
    "check": optional(
        {
            "num": count,
            "seed": natural,
            "metrics": list_of(text),
            "values": dict_of(number),
        }
    ),
    "protocol": {
        "command": text,
        "data": {
            "name": text,
            "split": optional(text),
            "num": optional(count),
        },
        "samples": {"num": count, "seeds": list_of(natural)},
        "extractor": optional({"name": text, "sha256": text}),
        "versions": dict_of(text),
    },
}


if TYPE_CHECKING:  # listing presets does not load TensorFlow
    from mixgan_tf.model.mixture_model import MixtureModel

# The stated mixture weights may be rounded.
_ROUNDING = 1e-3


def check_description(
    gan: MixtureModel,
    metadata: dict[str, Any],
    path: pathlib.Path,
    with_weights: bool,
) -> None:
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
