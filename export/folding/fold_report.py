"""The cost and the exactness of a fold."""

import dataclasses
import math
from typing import Any
from typing import NamedTuple
from typing import Protocol

import keras
import numpy as np
from mixgan_tf.export.folding.network_nodes import network_nodes
from mixgan_tf.export.folding.output_gates import DRAWS
from mixgan_tf.export.folding.output_gates import OutputGate


@dataclasses.dataclass(frozen=True)
class FoldReport:
    """The sizes, costs and exactness of a fold.

    `depth` counts layers of weights, the sum over components being the last.
    `failure_mass` is the probability that the selector coordinate falls on a
    ramp, where the output is of no component; the largest over the classes.
    """

    selector: str
    num_components: int  # in the fold
    dropped_components: dict[int, float]  # index in the mixture -> weight
    mixture_weights: list[float] | list[list[float]]  # of the components kept
    parameters: int  # of the components kept
    selector_parameters: int  # weights and biases that the fold adds
    selector_units: int  # ReLU units of the selector
    gate_units: int  # ReLU units of the gates
    component_depth: int
    depth: int
    evaluations_per_sample: int  # how many components a row runs through
    ramp_width: float  # in units of the selector coordinate; 0: no ramps
    failure_mass: float
    dropped_mass: float  # total weight of what was dropped, at most
    overshoot_risk: float  # see `gate_risk`
    gate: str  # how outputs are switched, and where its bounds come from

    @property
    def total_variation_bound(self) -> float:
        """An upper bound of the total variation distance to the mixture.

        For gates with a measured bound it holds except for `overshoot_risk`.
        """
        return self.failure_mass + self.dropped_mass

    def payoff_bound(self, payoff_range: float) -> float:
        """Returns a bound of the change in any discriminator's payoff.

        `|F(fold, v) - F(mixture, v)| <= 2 * Delta * total_variation_bound`
        for every discriminator `v`.

        Args:
            payoff_range: positive float `Delta`: the measuring function maps
                into `[-Delta, Delta]`.

        Returns:
            A float, in units of the payoff.

        Reference:
            [Arora et al., 2017](https://arxiv.org/abs/1703.00573), theorem 4.3.
        """
        return 2.0 * payoff_range * self.total_variation_bound

    def to_dict(self) -> dict[str, Any]:
        """Returns the report as a dict for JSON."""
        return {
            **dataclasses.asdict(self),
            "total_variation_bound": self.total_variation_bound,
        }

    def __str__(self) -> str:
        """Returns the report as a few lines of text."""
        lines = [
            f"{self.num_components} components folded, selector "
            f"'{self.selector}': {self.parameters:,} parameters + "
            f"{self.selector_parameters:,} of the selector, depth "
            f"{self.depth} (one component: {self.component_depth}), "
            f"{self.evaluations_per_sample} evaluated for a sample.",
            "Total variation distance to the mixture: at most "
            f"{self.total_variation_bound:.3g}.",
        ]
        if self.gate:
            lines.append(f"Gates: {self.gate}.")
        if self.overshoot_risk:
            lines.append(
                "Outputs beyond that would leak from closed gates: a risk of "
                f"at most {self.overshoot_risk:.2g} a row, at 95 % confidence."
            )
        if self.dropped_components:
            dropped = ", ".join(
                f"{i} (weight {w:.2g})"
                for i, w in self.dropped_components.items()
            )
            lines.append(f"Left out, their weights being next to 0: {dropped}.")
        return "\n".join(lines)


class Fold(Protocol):
    """A `FoldedGenerator`, as its report sees it. For annotations alone."""

    components: list[keras.Model]
    mixture_weights: np.ndarray
    selector: str
    gate: OutputGate | None
    dropped: dict[int, float]

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""

    @property
    def thresholds(self) -> np.ndarray:
        """The thresholds of the selector coordinate."""

    @property
    def ramp_width(self) -> float:
        """Width of the ramps."""

    @property
    def failure_mass(self) -> float:
        """Probability that a row falls on a ramp."""


class _SelectorDetails(NamedTuple):
    """The part of a report that depends on the selector.

    The defaults are those of a fold without ReLU selector.
    """

    depth: int
    selector_parameters: int = 0
    selector_units: int = 0
    gate_units: int = 0
    ramp_width: float = 0.0
    failure_mass: float = 0.0
    overshoot_risk: float = 0.0
    gate: str = ""


def fold_report(folded: Fold) -> FoldReport:
    """Returns the `FoldReport` of a folded generator.

    Args:
        folded: a `FoldedGenerator`.

    Returns:
        A `FoldReport`.
    """
    count = len(folded.components)
    depth = max(weight_depth(c) for c in folded.components)
    details = _SelectorDetails(depth)
    if folded.selector == "relu" and count > 1:
        details = _relu_details(folded, depth)
    return FoldReport(
        selector=folded.selector,
        num_components=count,
        dropped_components=dict(folded.dropped),
        mixture_weights=folded.mixture_weights.tolist(),
        parameters=sum(c.count_params() for c in folded.components),
        component_depth=depth,
        evaluations_per_sample=1 if folded.selector == "routed" else count,
        dropped_mass=sum(folded.dropped.values()),
        **details._asdict(),
    )


def gate_risk(gate: OutputGate, count: int) -> float:
    """Returns an upper bound of the probability that an output leaks.

    An output leaks through closed gates where it exceeds the measured bound.

    None of the draws did. The rule of three bounds the probability of what was
    not seen in `n` draws by `3 / n`, at 95 % confidence. The margin over the
    largest draw makes it far smaller in practice, by an unknown factor.

    Args:
        gate: an `OutputGate`.
        count: number of components.

    Returns:
        A float; 0 where the bound is certain.
    """
    if gate.kind == "bounded" and gate.source == "activation":
        return 0.0
    return min(1.0, 3.0 * count / DRAWS)


def weight_depth(network: keras.Model) -> int:
    """Returns the number of layers of weights on the longest path.

    Args:
        network: a functional or Sequential Keras model.

    Returns:
        An int.
    """
    depths: dict[int, int] = {}
    for node in network_nodes(network):
        below = max((depths[id(x)] for x in node.input_tensors), default=0)
        depth = below + _own_depth(node.operation)
        depths.update({id(x): depth for x in node.output_tensors})
    return max(depths[id(x)] for x in network.outputs)


def _own_depth(operation: keras.Operation) -> int:
    if isinstance(operation, keras.Model):
        return weight_depth(operation)
    return int(hasattr(operation, "kernel"))


def _relu_details(folded: Fold, depth: int) -> _SelectorDetails:
    gate, count = folded.gate, len(folded.components)
    assert gate is not None  # the constructor requires it of this selector
    thresholds = folded.thresholds
    units = 2 * (count - 1)  # two ReLUs for each threshold
    # A bias for each class, where the thresholds depend on it.
    biases = thresholds.size
    outputs = math.prod(folded.sample_shape)
    # Behind a ReLU or a linear layer the gate is part of that layer; a bounded
    # activation comes first. Two layers of ramps must come before the gates.
    gate_layer = max(depth + (gate.kind == "bounded"), 3)
    return _SelectorDetails(
        selector_parameters=(count - 1) + biases + 2 * (count - 1),
        selector_units=units,
        gate_units=count * outputs * (2 if gate.kind == "real" else 1),
        depth=gate_layer + 1,
        ramp_width=folded.ramp_width,
        failure_mass=folded.failure_mass,
        overshoot_risk=gate_risk(gate, count),
        gate=(
            f"{gate.kind}, outputs within [{gate.low:g}, {gate.high:g}] "
            f"({gate.source})"
        ),
    )
