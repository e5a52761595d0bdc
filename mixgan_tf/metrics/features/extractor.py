"""The extractor, which turns images into the features and logits of scores."""

from typing import Any
from typing import NamedTuple
from typing import Protocol

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mixgan_tf.metrics.features.pixels import check_range


class ExtractorOutputs(NamedTuple):
    """An extractor's outputs for a batch of images."""

    features: np.ndarray  # float32 (B, feature_dim)
    logits: np.ndarray  # float32 (B, num_classes)


class CallableExtractor(Protocol):
    """The parts of an `Extractor` that collecting statistics needs."""

    feature_dim: int
    num_classes: int

    def __call__(self, images: np.ndarray) -> ExtractorOutputs:
        """Extracts features and logits."""


class Extractor:
    """A trained classifier that provides the features and logits of scores.

    Use `mg.metrics.get_extractor` to get one, and `mg.metrics.save_extractor`
    to turn a classifier of your own into one.

    Args:
        model: a Keras model from images to a dict of `"features"`,
            `(B, feature_dim)`, and `"logits"`, `(B, num_classes)`.
        name: what follows the `@` in the names of scores.
        sha256: hexadecimal hash of the weights, by which scores made with
            other weights are told apart.
        metadata: dict of what else is known about it.

    Attributes:
        input_shape: `(height, width, channels)` of the images; `None` where
            any size will do.
        feature_dim: number of features.
        num_classes: number of logits.
        resizer: how images are resized before they enter the network; `None`
            if they are not.

    Example:
    ```python
    extractor = mg.metrics.get_extractor("mnist")
    features, logits = extractor(gan.sample(64, seed=0))
    ```
    """

    resizer: str | None = None

    def __init__(
        self,
        model: keras.Model,
        name: str,
        sha256: str,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self.metadata = metadata or {}
        self.input_shape: tuple[int | None, ...] = tuple(model.input_shape[1:])
        self.feature_dim: int = model.output["features"].shape[-1]
        self.num_classes: int = model.output["logits"].shape[-1]
        self._run = tf.function(
            lambda images: model(images, training=False),
            input_signature=[
                tf.TensorSpec([None, *self.input_shape], tf.float32)
            ],
        ).get_concrete_function()

    def __call__(self, images: npt.ArrayLike) -> ExtractorOutputs:
        """Extracts features and logits.

        Args:
            images: float array `(B, *input_shape)` in [-1, 1].

        Returns:
            `ExtractorOutputs` of float32 `features`, `(B, feature_dim)`, and
            `logits`, `(B, num_classes)`.

        Raises:
            ValueError: if the images have another shape or range.
        """
        images = np.asarray(images, "float32")
        self._check(images)
        outputs = self._run(tf.constant(images))
        features, logits = (
            np.asarray(outputs[key]).reshape(len(images), -1)
            for key in ("features", "logits")
        )
        return ExtractorOutputs(features, logits)

    def score_name(self, metric: str) -> str:
        """Returns the name of a score that this extractor's outputs give.

        Only scores of Inception's features may be called Inception Score or
        FID.

        Args:
            metric: `"classifier_score"`, `"frechet"` or `"kernel"`.

        Returns:
            A string such as `"frechet@mnist"`.
        """
        return f"{metric}@{self.name}"

    def describe(self) -> dict[str, object]:
        """Returns the extractor's entry in a protocol, a dict for JSON."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "images": "float32 in [-1, 1]",
            "input_shape": list(self.input_shape),
            "resizer": self.resizer,
            "feature_dim": self.feature_dim,
            "num_classes": self.num_classes,
        }

    def _check(self, images: np.ndarray) -> None:
        sizes = zip(images.shape[1:], self.input_shape, strict=False)
        if images.ndim != 4 or any(b not in (a, None) for a, b in sizes):
            shape = tuple("any" if n is None else n for n in self.input_shape)
            raise ValueError(
                f"The extractor {self.name!r} takes images (B, "
                f"{', '.join(map(str, shape))}). Choose the extractor of the "
                f"data the samples imitate. Received: shape {images.shape}"
            )
        check_range(images)
