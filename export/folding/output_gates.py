"""Switching a network's output off without a product: gates of ReLUs.

A gate `B` of 1 lets a component's output through and one of 0 silences it;
the sum over components is then the chosen one's output, exactly. Which formula
does that depends on what values the output layer can take.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels

# Draws that an unbounded output layer is measured on, and the margin left.
DRAWS = 4096
MARGIN = 1.5

_RANGES = {
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "relu6": (0.0, 6.0),
    "relu": (0.0, None),
    "softplus": (0.0, None),
    "linear": (None, None),
}
_PASSED = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping2D,
    keras.layers.UpSampling2D,
)


class OutputGate(NamedTuple):
    """What a gate must know of the components' output layers."""

    kind: str  # "bounded", "nonnegative" or "real"
    low: float  # no output is less
    high: float  # no output is more
    source: str  # where `low` and `high` come from


def output_gate(components, num_classes=None, output_range=None):
    """Returns the gate that fits the components' output layers.

    Args:
        components: list of built Keras generators.
        num_classes: their number of classes, or `None`.
        output_range: `(low, high)`, what every output lies between; `None`:
            what the output layers' activations say, and where those are not
            bounded, one and a half times the largest of 4096 draws.

    Returns:
        An `OutputGate`.

    Raises:
        ValueError: if no gate is known to fit, or one of 4096 draws lies
            outside `output_range`.
    """
    ranges = [activation_range(c) for c in components]
    if output_range is not None:
        low, high = _checked(output_range)
        _require_inside(components, num_classes, low, high)
        return OutputGate("bounded", low, high, "argument `output_range`")
    for component, found in zip(components, ranges, strict=True):
        if found is None:
            raise ValueError(
                "No exact gate is known for the output layer of "
                f"'{component.name}': give its range as `output_range=(low, "
                "high)`, or fold with selector='routed'. Received: "
                f"{_describe(component)}"
            )
    lows, highs = zip(*ranges, strict=True)
    if None not in lows and None not in highs:
        return OutputGate("bounded", min(lows), max(highs), "activation")
    extremes = [_extremes(c, num_classes) for c in components]
    bound = MARGIN * float(np.abs(extremes).max())
    source = f"{MARGIN} times the largest of {DRAWS} draws"
    if None not in lows and min(lows) >= 0:
        return OutputGate("nonnegative", 0.0, bound, source)
    return OutputGate("real", -bound, bound, source)


def gated(outputs, gates, gate):
    """Returns the sum of the outputs that their gates let through.

    - bounded in `[lo, hi]`:
      `lo + sum_i relu(G_i - lo - (hi - lo) (1 - B_i))`, which stays in
      `[lo, hi]` on the ramps too;
    - nonnegative, at most `C`: `sum_i relu(G_i - C (1 - B_i))`. Behind a ReLU
      layer this is one with it: `relu(relu(a) - c) = relu(a - c)`, `c >= 0`;
    - real, `|G_i| <= C`:
      `sum_i relu(G_i - C (1 - B_i)) - relu(-G_i - C (1 - B_i))`.

    Args:
        outputs: list of `T` float32 tensors `(B, ...)`.
        gates: float32 tensor `(B, T)`.
        gate: the `OutputGate` that fits them.

    Returns:
        A float32 tensor `(B, ...)`.
    """
    places = [-1, *[1] * (outputs[0].shape.rank - 1)]
    total = 0.0
    for i, output in enumerate(outputs):
        closed = 1.0 - tf.reshape(gates[:, i], places)
        if gate.kind == "bounded":
            reach = gate.high - gate.low
            total += tf.nn.relu(output - gate.low - reach * closed)
        elif gate.kind == "nonnegative":
            total += tf.nn.relu(output - gate.high * closed)
        else:
            total += tf.nn.relu(output - gate.high * closed)
            total -= tf.nn.relu(-output - gate.high * closed)
    return total + gate.low if gate.kind == "bounded" else total


def activation_range(network):
    """Returns what a network's last activation lets its outputs be.

    Args:
        network: a functional or Sequential Keras model.

    Returns:
        A tuple `(low, high)` of floats, `None` for an open end; `None` if the
        output layer is not one whose range is known.
    """
    tensor = network.outputs[0]
    while True:
        layer, node_index, _ = tensor._keras_history
        if isinstance(layer, keras.Model):
            inner = getattr(layer, "outputs", None)
            return activation_range(layer) if inner else None
        if not isinstance(layer, _PASSED) or _overshoots(layer):
            break
        tensor = layer._inbound_nodes[node_index].input_tensors[0]
    if isinstance(layer, keras.layers.ReLU):
        if layer.negative_slope or layer.threshold:
            return None
        return 0.0, layer.max_value and float(layer.max_value)
    activation = getattr(layer, "activation", None)
    if activation is None:
        return None
    return _RANGES.get(getattr(activation, "__name__", ""))


def _overshoots(layer):
    """Whether interpolated values may lie outside the pixels' range."""
    kind = getattr(layer, "interpolation", "nearest")
    return kind not in ("nearest", "bilinear")


def _describe(network):
    layer = network.outputs[0]._keras_history.operation
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", None)
    return f"{type(layer).__name__} '{layer.name}'" + (
        f" with activation {name!r}" if name else ""
    )


def _checked(output_range):
    values = np.asarray(output_range, "float64")
    if values.shape == (2,) and np.isfinite(values).all():
        low, high = (float(v) for v in values)
        if low < high:
            return low, high
    raise ValueError(
        "Argument `output_range` must be two finite numbers, the lower one "
        f"first. Received: output_range={output_range!r}"
    )


def _require_inside(components, num_classes, low, high):
    slack = 1e-6 * (high - low)
    for component in components:
        least, most = _extremes(component, num_classes)
        if not low - slack <= least <= most <= high + slack:
            raise ValueError(
                "Argument `output_range` must hold all outputs, else the sum "
                f"would mix components; those of '{component.name}' reach from "
                f"{least:.4g} to {most:.4g} in {DRAWS} draws. "
                f"Received: output_range={(low, high)!r}"
            )


def _extremes(component, num_classes):
    latent_dim = component.inputs[0].shape[-1]
    latents, labels = sampling.draw_inputs(
        DRAWS, latent_dim - 1, num_classes, seed=0
    )
    extremes = []
    for start in range(0, DRAWS, 256):
        rows = slice(start, start + 256)
        inputs = with_labels(
            latents[rows], None if labels is None else labels[rows]
        )
        outputs = np.asarray(component(inputs, training=False), "float32")
        extremes += [float(outputs.min()), float(outputs.max())]
    return min(extremes), max(extremes)
