"""The types and ranges of a preset's training settings.

Keras's optimizers believe whatever numbers they are made with.
"""

from typing import Any

from mixgan_tf.untrusted.schema import count
from mixgan_tf.untrusted.schema import flag
from mixgan_tf.untrusted.schema import number_in
from mixgan_tf.untrusted.schema import optional
from mixgan_tf.untrusted.schema import require

OPTIMIZERS = (
    "optimizer",
    "generator_optimizer",
    "discriminator_optimizer",
    "mixture_optimizer",
)
# Updates in a row are written out one by one in the graph of a step.
MAX_UPDATES = 1000


def check_training(config: dict[str, Any], subject: str) -> None:
    """Raises unless a compile config's numbers and switches are valid.

    Names and classes are resolved, and refused, where they are built.

    Args:
        config: dict, what `MixGAN.get_compile_config` returned.
        subject: what begins a message: the file.

    Raises:
        ValueError: if one is of another type or out of range.
    """
    given = {key: spec for key, spec in _SWITCHES.items() if key in config}
    require(config, given, subject)
    steps = config.get("discriminator_steps", 1)
    if not isinstance(steps, dict):
        _require_updates(steps, subject)
    for name in OPTIMIZERS:
        optimizer = config.get(name)
        if isinstance(optimizer, dict):
            _check_optimizer(optimizer, f"{subject}, `{name}`")


def _require_updates(steps: Any, subject: str) -> None:
    whole = isinstance(steps, int) and not isinstance(steps, bool)
    if not whole or not 1 <= steps <= MAX_UPDATES:
        raise ValueError(
            f"{subject}: `discriminator_steps` must be a whole number in "
            f"[1, {MAX_UPDATES}]. Received: {str(steps)[:80]!r}"
        )


def _check_optimizer(optimizer: dict[str, Any], subject: str) -> None:
    require(optimizer, {"config": {}}, subject)
    config = optimizer["config"]
    given = {key: spec for key, spec in _OPTIMIZER.items() if key in config}
    require(config, given, subject)
    rate = config.get("learning_rate", 0.0)
    if isinstance(rate, dict):
        require(rate.get("config"), _SCHEDULE, f"{subject}, `learning_rate`,")
    else:
        require(rate, _POSITIVE, f"{subject}, `learning_rate`,")


_POSITIVE = number_in(0, 1e9)
_FRACTION = number_in(0, 1)
_SWITCHES = {
    "aux_in_weights": flag,
    "steps_per_execution": count,
    "entropy_weight": _POSITIVE,
    "class_loss_weight": _POSITIVE,
    "reconstruction_weight": _POSITIVE,
}
_SCHEDULE = {
    "initial_learning_rate": optional(_POSITIVE),
    "end_learning_rate": optional(_POSITIVE),
    "decay_steps": optional(count),
    "decay_rate": optional(_POSITIVE),
    "alpha": optional(_POSITIVE),
    "power": optional(_POSITIVE),
}
_OPTIMIZER = {
    **dict.fromkeys(
        ("beta_1", "beta_2", "rho", "momentum", "ema_momentum"), _FRACTION
    ),
    **dict.fromkeys(("use_ema", "amsgrad", "nesterov", "centered"), flag),
    **dict.fromkeys(
        (
            *("weight_decay", "clipnorm", "global_clipnorm", "clipvalue"),
            "loss_scale_factor",
        ),
        optional(_POSITIVE),
    ),
    **dict.fromkeys(
        ("ema_overwrite_frequency", "gradient_accumulation_steps"),
        optional(count),
    ),
    "epsilon": _FRACTION,
}
