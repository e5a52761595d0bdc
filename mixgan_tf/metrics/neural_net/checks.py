"""What a neural-net distance can be made of."""

import keras
import numpy as np

from mixgan_tf import objectives
from mixgan_tf.data.splitting import split_in_three
from mixgan_tf.networks.spectral_normalization import SpectralNormalization


def objective_of_logits(objective):
    """Returns the objective that a name or an instance stands for.

    Args:
        objective: what the user gave.

    Returns:
        An `Objective`.

    Raises:
        ValueError: if there is none, or it compares samples by other means.
    """
    objective = objectives.get(objective)
    if not objective.of_logits:
        raise ValueError(
            "Argument `objective` must be made of logits. "
            f"Received: objective={type(objective).__name__}"
        )
    return objective


def check_network(network, objective, weight_limit):
    """Raises unless a discriminator gives one logit and its payoff a bound.

    Args:
        network: what the user gave as `discriminator`.
        objective: an `Objective`.
        weight_limit: `None`, or the limit of its variables.

    Raises:
        ValueError: if it does not.
    """
    outputs = getattr(network, "outputs", None)
    if (
        not getattr(network, "inputs", None)
        or len(network.inputs) != 1
        or len(outputs) != 1
        or tuple(outputs[0].shape)[1:] != (1,)
    ):
        received = outputs and [tuple(x.shape) for x in network.outputs]
        raise ValueError(
            "Argument `discriminator` must be a functional or Sequential Keras "
            "model with one input, the samples, and one output (B, 1), the "
            f"logits. Received: {network!r} with outputs {received}"
        )
    if objective.uses_critics and weight_limit is None:
        free = _unheld_kernels(network)
        if free:
            raise ValueError(
                "Argument `weight_limit` is needed, or spectral normalisation "
                "or a constraint of each kernel of `discriminator`: the payoff "
                f"of {type(objective).__name__} has no bound without. "
                f"Received: nothing that holds {', '.join(free)}"
            )


def _unheld_kernels(network):
    held, kernels = set(), {}
    for layer in network._flatten_layers():
        wraps = SpectralNormalization, keras.layers.SpectralNormalization
        if isinstance(layer, wraps):
            held.add(id(layer.layer.kernel))
        kernel = getattr(layer, "kernel", None)
        if isinstance(kernel, keras.Variable) and kernel.constraint is None:
            kernels[id(kernel)] = kernel.path
    return [path for key, path in kernels.items() if key not in held]


def parts_of(argument, samples, network, shares, seed):
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
