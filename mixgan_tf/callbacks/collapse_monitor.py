"""A callback that warns of components that no longer contribute."""

import warnings

import numpy as np

from mixgan_tf.arguments import require_nonnegative
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.callbacks.every import EverySteps

_CLASSES = 8  # no more are drawn: each needs several samples


class CollapseMonitor(EverySteps):
    """Warns of components of negligible weight or with samples all alike.

    Each is one event: there is one warning when it begins, and another only
    after it has ended. Training goes on; whether to stop is for you to decide.

    A component's samples are alike if their standard deviation, within a class
    if the model is conditional, is below a share of the size (root mean
    square) of all components' samples. One component that makes a single mode
    is what a mixture is for: only a spread far below the data's is meant.

    Args:
        every: how often, in training steps.
        min_weight: nonnegative float, a share of `1 / T`: weights of either
            player below are warned of. Weights that depend on the class are
            averaged over classes.
        min_spread: nonnegative float, the share above.
        num_samples: samples of each component, at least 16.
        seed: int that fixes the latents.

    Attributes:
        collapsed: the events that last, a set such as `{("weight of
            generator", 2), ("samples of generator", 0)}`.

    Example:
    ```python
    gan.fit(data, callbacks=[mg.callbacks.CollapseMonitor(every=1000)])
    ```
    """

    def __init__(
        self,
        every: int = 1000,
        min_weight: float = 0.05,
        min_spread: float = 0.01,
        num_samples: int = 64,
        seed: int = 0,
    ) -> None:
        super().__init__(every)
        self.min_weight = require_nonnegative("min_weight", min_weight)
        self.min_spread = require_nonnegative("min_spread", min_spread)
        require_positive_int("num_samples", num_samples)
        if num_samples < 16:
            raise ValueError(
                "Argument `num_samples` must be at least 16, enough to measure "
                f"a spread. Received: num_samples={num_samples!r}"
            )
        self.num_samples = num_samples
        self.seed = seed
        self.collapsed: set[tuple[str, int]] = set()

    def on_step(self, step: int, logs: dict[str, float]) -> None:
        """Checks every component and warns of new events."""
        found = {**self._light_components(), **self._alike_components()}
        for event in sorted(found.keys() - self.collapsed):
            warnings.warn(
                f"Step {step}: {found[event]}", RuntimeWarning, stacklevel=2
            )
        self.collapsed = set(found)

    def _light_components(self) -> dict[tuple[str, int], str]:
        found = {}
        for player in self.model.players:
            if len(player.components) == 1:
                continue
            weights = np.asarray(player.mixture.probabilities)
            weights = weights if weights.ndim == 1 else weights.mean(axis=1)
            for index, weight in enumerate(weights):
                if weight * len(weights) < self.min_weight:
                    found[f"weight of {player.name}", index] = (
                        f"{player.name} {index} has the weight {weight:.2g}: "
                        "the mixture all but ignores it. A larger "
                        "`entropy_weight` keeps weights up."
                    )
        return found

    def _alike_components(self) -> dict[tuple[str, int], str]:
        gan = self.model
        labels = None
        if gan.num_classes is not None:
            classes = min(gan.num_classes, _CLASSES)
            labels = np.arange(self.num_samples) % classes
        samples = [
            np.asarray(
                gan.sample(
                    self.num_samples,
                    seed=self.seed,
                    labels=labels,
                    component=index,
                ),
                "float64",
            )
            for index in range(gan.num_generators)
        ]
        size = np.sqrt(np.mean(np.square(samples)))
        found = {}
        for index, component_samples in enumerate(samples):
            spread = within_class_std(component_samples, labels)
            if spread < self.min_spread * size:
                found["samples of generator", index] = (
                    f"generator {index} makes samples that are all alike: "
                    f"their standard deviation is {spread:.2g}, in samples of "
                    f"size {size:.2g}. It has collapsed to one point, or its "
                    "discriminators give it no gradient."
                )
        return found


def within_class_std(
    samples: np.ndarray, labels: np.ndarray | None = None
) -> float:
    """Returns the standard deviation of samples about the mean of their class.

    Args:
        samples: float array `(n, ...)`.
        labels: int array `(n,)`; one class if `None`.

    Returns:
        A float: the root of the variance's mean over features, with one degree
        of freedom less for each class.
    """
    rows = np.reshape(samples, (len(samples), -1))
    labels = np.zeros(len(rows), int) if labels is None else np.asarray(labels)
    classes = np.unique(labels)
    squares = sum(
        np.sum(np.square(rows[labels == c] - rows[labels == c].mean(axis=0)))
        for c in classes
    )
    return float(np.sqrt(squares / (len(rows) - len(classes)) / rows.shape[1]))
