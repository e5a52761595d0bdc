"""Gates of ReLUs, which switch a network's output off without a product.

A gate `B` of 1 lets a component's output through and one of 0 silences it;
the sum over components is then the chosen one's output, exactly. Which formula
does that depends on what values the output layer can take.
"""

from collections.abc import Sequence
from typing import NamedTuple
from typing import TypeAlias

import keras
import numpy as np
import tensorflow as tf
from mixgan_tf.export.folding.network_nodes import network_nodes

from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels

# Draws that an unbounded output layer is measured on, and the margin left.
DRAWS = 4096
MARGIN = 1.5

Range: TypeAlias = tuple[float | None, float | None]  # `None`: an open end

_RANGES: dict[str, Range] = {
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
    """The kind of the components' outputs and the range they lie in."""

    kind: str  # "bounded", "nonnegative" or "real"
    low: float  # no output is less
    high: float  # no output is more
    source: str  # where `low` and `high` come from


def output_gate(
    components: Sequence[keras.Model],
    num_classes: int | None = None,
    output_range: tuple[float, float] | None = None,
) -> OutputGate:
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
    if output_range is not None:
        low, high = _checked_range(output_range)
        _require_inside(components, num_classes, low, high)
        return OutputGate("bounded", low, high, "argument `output_range`")
    for component in components:
        if activation_range(component) is None:
            raise ValueError(
                "No exact gate is known for the output layer of "
                f"'{component.name}': give its range as argument "
                "`output_range=(low, high)`, or fold with selector='routed'. "
                "Received: "
                f"{_describe(component)}"
            )
    least, most = common_range(components)
    if least is not None and most is not None:
        return OutputGate("bounded", least, most, "activation")
    extremes = [_extremes(c, num_classes) for c in components]
    bound = MARGIN * float(np.abs(extremes).max())
    source = f"{MARGIN} times the largest of {DRAWS} draws"
    if least is not None and least >= 0:
        return OutputGate("nonnegative", 0.0, bound, source)
    return OutputGate("real", -bound, bound, source)


def gated(
    outputs: Sequence[tf.Tensor], gates: tf.Tensor, gate: OutputGate
) -> tf.Tensor:
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


def activation_range(network: keras.Model) -> Range | None:
    """Returns the range of a network's outputs, from its last activation.

    Args:
        network: a functional or Sequential Keras model.

    Returns:
        A tuple `(low, high)` of floats, `None` for an open end; `None` if the
        output layer is not one whose range is known.
    """
    nodes = network_nodes(network)
    producers = {id(x): node for node in nodes for x in node.output_tensors}
    node = producers[id(network.outputs[0])]
    while isinstance(node.operation, _PASSED):
        if _overshoots(node.operation):
            break
        node = producers[id(node.input_tensors[0])]
    layer = node.operation
    if isinstance(layer, keras.Model):
        inner = getattr(layer, "outputs", None)
        return activation_range(layer) if inner else None
    if isinstance(layer, keras.layers.ReLU):
        if layer.negative_slope or layer.threshold:
            return None
        return 0.0, layer.max_value and float(layer.max_value)
    activation = getattr(layer, "activation", None)
    if activation is None:
        return None
    return _RANGES.get(getattr(activation, "__name__", ""))


def common_range(components: Sequence[keras.Model]) -> Range:
    """Returns the range that holds the outputs of several networks.

    Args:
        components: list of functional or Sequential Keras models.

    Returns:
        A tuple `(low, high)` of floats; `None` for an end that is open or not
        known for every network.
    """
    ranges = [activation_range(c) or (None, None) for c in components]
    lows = [low for low, _ in ranges if low is not None]
    highs = [high for _, high in ranges if high is not None]
    return (
        min(lows) if len(lows) == len(ranges) else None,
        max(highs) if len(highs) == len(ranges) else None,
    )


def _overshoots(layer: keras.layers.Layer) -> bool:
    """Returns whether interpolated values may leave the pixels' range."""
    kind = getattr(layer, "interpolation", "nearest")
    return kind not in ("nearest", "bilinear")


def _describe(network: keras.Model) -> str:
    output = network.outputs[0]
    layer = next(
        node.operation
        for node in network_nodes(network)
        if any(x is output for x in node.output_tensors)
    )
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", None)
    return f"{type(layer).__name__} '{layer.name}'" + (
        f" with activation {name!r}" if name else ""
    )


def _checked_range(output_range: tuple[float, float]) -> tuple[float, float]:
    values = np.asarray(output_range, "float64")
    if values.shape == (2,) and np.isfinite(values).all():
        low, high = (float(v) for v in values)
        if low < high:
            return low, high
    raise ValueError(
        "Argument `output_range` must be two finite numbers, the lower one "
        f"first. Received: output_range={output_range!r}"
    )


def _require_inside(
    components: Sequence[keras.Model],
    num_classes: int | None,
    low: float,
    high: float,
) -> None:
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


def _extremes(
    component: keras.Model, num_classes: int | None
) -> tuple[float, float]:
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
