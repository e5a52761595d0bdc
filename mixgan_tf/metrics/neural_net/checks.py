"""Checks of the arguments of a neural-net distance."""

from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt

from mixgan_tf import objectives
from mixgan_tf.compat.layers import nested_layers
from mixgan_tf.data.splitting import split_in_three
from mixgan_tf.networks.spectral_normalization import SpectralNormalization
from mixgan_tf.objectives import Objective


def get_logit_objective(objective: str | Objective) -> Objective:
    """Returns the objective made of logits that a name or instance stands for.

    Args:
        objective: what the user gave.

    Returns:
        An `Objective`.

    Raises:
        ValueError: if there is no such objective, or it is not made of
            logits.
    """
    found: Objective = objectives.get(objective)
    if not found.of_logits:
        raise ValueError(
            "Argument `objective` must be made of logits. "
            f"Received: objective={type(found).__name__}"
        )
    return found


def check_network(
    network: keras.Model, objective: Objective, weight_limit: float | None
) -> None:
    """Raises unless a discriminator has one logit and a bounded payoff.

    Args:
        network: what the user gave as `discriminator`.
        objective: an `Objective`.
        weight_limit: `None`, or the limit of its variables.

    Raises:
        ValueError: if the discriminator has other inputs or outputs, or no
            bound.
    """
    inputs = getattr(network, "inputs", None)
    outputs = getattr(network, "outputs", None)
    if (
        not inputs
        or not outputs
        or len(inputs) != 1
        or len(outputs) != 1
        or tuple(outputs[0].shape)[1:] != (1,)
    ):
        received = outputs and [tuple(x.shape) for x in outputs]
        raise ValueError(
            "Argument `discriminator` must be a functional or Sequential Keras "
            "model with one input, the samples, and one output (B, 1), the "
            f"logits. Received: {network!r} with outputs {received}"
        )
    if objective.uses_critics and weight_limit is None:
        free = _unbounded_kernels(network)
        if free:
            raise ValueError(
                "Argument `weight_limit` is needed, or spectral normalisation "
                "or a constraint of each kernel of `discriminator`: otherwise "
                f"the payoff of {type(objective).__name__} has no bound. "
                f"Received: nothing that bounds {', '.join(free)}"
            )


def _unbounded_kernels(network: keras.Model) -> list[str]:
    bounded, kernels = set(), {}
    for layer in nested_layers(network):
        wraps = SpectralNormalization, keras.layers.SpectralNormalization
        if isinstance(layer, wraps):
            bounded.add(id(layer.layer.kernel))
        kernel = getattr(layer, "kernel", None)
        if isinstance(kernel, keras.Variable) and kernel.constraint is None:
            kernels[id(kernel)] = kernel.path
    return [path for key, path in kernels.items() if key not in bounded]


def split_samples(
    argument: str,
    samples: npt.ArrayLike,
    network: keras.Model,
    shares: Sequence[float],
    seed: int | list[int],
) -> list[np.ndarray]:
    """Divides samples into parts to train, to choose and to judge with.

    Args:
        argument: the name of the user's argument, for error messages.
        samples: float array `(n, ...)`.
        network: the discriminator that takes them.
        shares: three positive floats that sum to one.
        seed: int, or list of ints, that fixes which sample goes where.

    Returns:
        A list of three float32 arrays, of two rows at least.

    Raises:
        ValueError: if the samples or the shares do not fit.
    """
    samples = np.asarray(samples, "float32")
    shape = tuple(network.inputs[0].shape)[1:]
    if samples.ndim != len(shape) + 1 or any(
        wanted not in (None, size)
        for wanted, size in zip(shape, samples.shape[1:], strict=True)
    ):
        raise ValueError(
            f"Argument `{argument}` must have shape {('n', *shape)}, as the "
            f"discriminator takes it. Received: shape {samples.shape}"
        )
    if not np.isfinite(samples).all():
        raise ValueError(
            f"Argument `{argument}` must hold finite numbers. "
            "Received: NaN or infinity"
        )
    parts = split_in_three(argument, len(samples), shares, seed)
    return [samples[rows] for rows in parts]
