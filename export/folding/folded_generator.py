"""The folded generator: one Keras model that carries a whole mixture."""

import functools
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Self

import keras
import numpy as np
import tensorflow as tf
from mixgan_tf.export.folding import relu_selector
from mixgan_tf.export.folding import selectors
from mixgan_tf.export.folding.fold_report import FoldReport
from mixgan_tf.export.folding.fold_report import fold_report
from mixgan_tf.export.folding.output_gates import OutputGate
from mixgan_tf.export.folding.output_gates import gated
from mixgan_tf.export.folding.output_gates import output_gate
from mixgan_tf.export.folding.pruning import checked_weights
from mixgan_tf.export.folding.pruning import prune
from numpy.typing import ArrayLike

from mixgan_tf.arguments import require_choice
from mixgan_tf.arguments import require_number
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.model import sampling
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.mixture import deserialize_networks
from mixgan_tf.model.mixture import fresh_copies
from mixgan_tf.model.mixture import serialize_networks


@keras.saving.register_keras_serializable("mixgan_tf")
class FoldedGenerator(keras.Model):
    """A mixture of generators as one network with one more latent coordinate.

    It maps `(B, latent_dim + 1)` independent Gaussians to samples. The last
    coordinate selects the component through quantiles of the cumulative
    mixture weights; the others are the component's latents. A Gaussian batch
    in gives the mixture's distribution out. Use `fold` to make one.

    Args:
        components: list of `T` built generators.
        mixture_weights: their weights, `T` nonnegative floats that sum to one,
            or an array `(T, num_classes)` of such columns.
        selector: how rows reach their component: `"routed"`, `"dense"` or
            `"relu"`.
        num_classes: `None`, or the number of classes; then it takes
            `[latents, labels]`.
        delta: float in `(0, 1)`: with `"relu"`, the most probability that a
            row is of no component.
        gate: with `"relu"`, the `OutputGate` of the components.
        dropped: dict from index to weight of components left out.

    Raises:
        ValueError: if the weights do not fit, or `"relu"` has no gate.

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), theorem 4.3.
    """

    def __init__(
        self,
        components: Sequence[keras.Model],
        mixture_weights: ArrayLike,
        selector: str = "routed",
        num_classes: int | None = None,
        delta: float = 1e-3,
        gate: OutputGate | None = None,
        dropped: Mapping[int, float] | None = None,
        name: str = "folded_generator",
        **kwargs: Any,
    ) -> None:
        # In half precision the selector coordinate would be rounded, and rows
        # next to a quantile go to the wrong component.
        super().__init__(name=name, dtype="float32", **kwargs)
        require_choice("selector", selector, selectors.SELECTORS)
        self.components = list(components)
        self.mixture_weights = checked_weights(
            mixture_weights, len(self.components), num_classes
        )
        self.selector = selector
        self.num_classes = num_classes
        self.delta = require_number("delta", delta, high=0.5)
        self.gate = gate and OutputGate(*gate)
        if selector == "relu" and len(self.components) > 1 and not self.gate:
            raise ValueError(
                "Argument `gate` is missing for selector='relu'; `fold` finds "
                f"the one that fits. Received: gate={gate!r}"
            )
        self.dropped = dict(dropped or {})
        self.built = True

    @property
    def latent_dim(self) -> int:
        """Size of a component's latents: one less than the input's."""
        return self.components[0].inputs[0].shape[-1]

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return tuple(self.components[0].output_shape)[1:]

    @functools.cached_property
    def thresholds(self) -> np.ndarray:
        """The thresholds of the selector coordinate, a float64 array.

        Its shape is `(T - 1,)`, or `(T - 1, num_classes)` where the weights
        depend on the class.
        """
        exact = sampling.selector_thresholds(self.mixture_weights)
        return relu_selector.finite_thresholds(exact)

    @functools.cached_property
    def ramp_width(self) -> float:
        """Width of the ramps of `"relu"`, in units of the coordinate.

        0 for a single component, which is not selected.
        """
        if len(self.components) == 1:
            return 0.0
        return relu_selector.ramp_width(self.thresholds, self.delta)

    @functools.cached_property
    def failure_mass(self) -> float:
        """Probability that a row falls on a ramp, the largest of any class."""
        if len(self.components) == 1:
            return 0.0
        columns = self.thresholds.reshape([len(self.components) - 1, -1]).T
        return max(
            relu_selector.failure_mass(column, self.ramp_width)
            for column in columns
        )

    def report(self) -> FoldReport:
        """Returns a `FoldReport`: sizes, depth, cost and exactness."""
        return fold_report(self)

    def call(
        self,
        inputs: tf.Tensor | list[tf.Tensor],
        training: bool = False,
        route: selectors.Route | None = None,
    ) -> tf.Tensor:
        """Generates samples, each row from the component it selects.

        Args:
            inputs: float tensor `(B, latent_dim + 1)`; `[latents, labels]`
                when conditional.
            training: ignored: a folded generator does not train.
            route: function that replaces the selector's, for converters.

        Returns:
            A float32 tensor `(B, *sample_shape)`.
        """
        conditional = self.num_classes is not None
        latents: tf.Tensor
        latents, labels = inputs if conditional else (inputs, None)
        if latents.shape[-1] != self.latent_dim + 1:
            raise ValueError(
                "Argument `inputs` must hold one selector coordinate after the "
                f"latents: shape (batch, {self.latent_dim + 1}). "
                f"Received: shape {tuple(latents.shape)}"
            )
        latents, h = latents[:, :-1], latents[:, -1]
        if len(self.components) == 1:
            return selectors.all_outputs(self.components, latents, labels)[0]
        if self.selector == "relu" and route is None:
            outputs = selectors.all_outputs(self.components, latents, labels)
            by_class = labels if self.thresholds.ndim == 2 else None
            assert self.gate is not None  # the constructor requires it
            gates = relu_selector.gates(
                h, self.thresholds, self.ramp_width, by_class
            )
            return gated(outputs, gates, self.gate)
        chosen = sampling.select_components(h, self.thresholds, labels)
        route = route or selectors.ROUTES[self.selector]
        return route(self.components, chosen, latents, labels)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, networks serialised."""
        return {
            "components": serialize_networks(self.components),
            "mixture_weights": self.mixture_weights.tolist(),
            "selector": self.selector,
            "num_classes": self.num_classes,
            "delta": self.delta,
            "gate": self.gate and list(self.gate),
            "dropped": {str(i): w for i, w in self.dropped.items()},
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds a folded generator from `get_config()`'s result."""
        components = deserialize_networks(config["components"])
        dropped = {int(i): w for i, w in config.get("dropped", {}).items()}
        return cls(**{**config, "components": components, "dropped": dropped})


def fold(
    gan: MixGAN,
    selector: str = "routed",
    delta: float = 1e-3,
    output_range: tuple[float, float] | None = None,
    min_weight: float = 1e-6,
) -> FoldedGenerator:
    """Folds a trained mixture into one generator.

    The result is a snapshot, of the averages where the model keeps any:
    training `gan` further does not change it. Batch normalisation uses its
    moving statistics.

    Args:
        gan: a `MixGAN`.
        selector: `"routed"`: exact, and each row costs one component's
            evaluation. `"dense"`: exact, without control flow, at the cost of
            all components. `"relu"`: the theorem's feed-forward network of
            affine maps and ReLUs, at the same cost; it differs from the
            mixture with a probability of at most `delta`.
        delta: float in `(0, 0.5]`, for `"relu"`.
        output_range: `(low, high)` that every output lies between, for
            `"relu"` with output layers whose activation does not say so.
        min_weight: components whose weight is less, for every class, are left
            out and the others' weights divided by their sum.

    Returns:
        A `FoldedGenerator`; its `report()` states sizes, depth and exactness.

    Raises:
        ValueError: if there is no such selector, no gate fits the output
            layer, or weights are not finite.

    Example:
    ```python
    folded = mg.export.fold(gan)
    images = folded(np.random.normal(size=(64, gan.latent_dim + 1)))
    print(mg.export.fold(gan, selector="relu", delta=1e-4).report())
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), theorem 4.3.
    """
    if not isinstance(gan, MixGAN):
        raise ValueError(
            "Argument `gan` must be a `MixGAN`; load one with "
            f"`MixGAN.from_preset`. Received: {type(gan).__name__}"
        )
    require_choice("selector", selector, selectors.SELECTORS)
    mixture = gan.averaged_mixture("generator")
    _require_finite(mixture)
    kept, weights, dropped = prune(mixture.probabilities, min_weight)
    components = [_frozen_copy(mixture.components[i]) for i in kept]
    gate = None
    if selector == "relu":
        gate = output_gate(components, gan.num_classes, output_range)
    return FoldedGenerator(
        components, weights, selector, gan.num_classes, delta, gate, dropped
    )


def folded(model: MixGAN | FoldedGenerator) -> FoldedGenerator:
    """Returns the fold of a mixture, or a folded generator as it is.

    Args:
        model: a `MixGAN` or a `FoldedGenerator`.

    Returns:
        A `FoldedGenerator`.
    """
    return model if isinstance(model, FoldedGenerator) else fold(model)


def _frozen_copy(generator: keras.Model) -> keras.Model:
    copy = fresh_copies(generator, 1)[0]
    copy.set_weights(generator.get_weights())
    copy.trainable = False
    return copy


def _require_finite(mixture: Mixture) -> None:
    for variable in mixture.weights:
        finite = np.isfinite(np.asarray(variable))
        if not finite.all():
            raise ValueError(
                f"Argument `gan`: the weights {variable.path} hold NaN or "
                "infinite values; load an earlier checkpoint. "
                f"Received: {np.sum(~finite)} of {finite.size} such values"
            )
