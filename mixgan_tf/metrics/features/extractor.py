"""What turns images into the features and logits that scores compare."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mixgan_tf.metrics.features.pixels import check_range


class Outputs(NamedTuple):
    """What an extractor says of a batch of images."""

    features: np.ndarray  # float32 (B, feature_dim)
    logits: np.ndarray  # float32 (B, num_classes)


class Extractor:
    """A trained classifier whose features and logits scores are made of.

    Use `mg.metrics.get_extractor` to get one, and `mg.metrics.save_extractor`
    to make a classifier of your own into one.

    Args:
        model: a Keras model from images to a dict of `"features"`,
            `(B, feature_dim)`, and `"logits"`, `(B, num_classes)`.
        name: what follows the `@` in the names of scores.
        sha256: hexadecimal hash of the weights, by which scores made with
            other weights are told apart.
        metadata: dict of what else is known of it.

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

    resizer = None

    def __init__(self, model, name, sha256, metadata=None):
        self.name = name
        self.sha256 = sha256
        self.metadata = metadata or {}
        self.input_shape = tuple(model.input_shape[1:])
        self.feature_dim = model.output["features"].shape[-1]
        self.num_classes = model.output["logits"].shape[-1]
        self._run = tf.function(
            lambda images: model(images, training=False),
            input_signature=[
                tf.TensorSpec([None, *self.input_shape], tf.float32)
            ],
        ).get_concrete_function()

    def __call__(self, images):
        """Extracts features and logits.

        Args:
            images: float array `(B, *input_shape)` in [-1, 1].

        Returns:
            `Outputs` of float32 `features`, `(B, feature_dim)`, and `logits`,
            `(B, num_classes)`.

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
        return Outputs(features, logits)

    def score_name(self, metric):
        """Returns what a score by this extractor is called.

        Only those by Inception's features may be called Inception Score or
        FID.

        Args:
            metric: `"classifier_score"`, `"frechet"` or `"kernel"`.

        Returns:
            A string such as `"frechet@mnist"`.
        """
        return f"{metric}@{self.name}"

    def describe(self):
        """Returns what a protocol says of the extractor, a dict for JSON."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "images": "float32 in [-1, 1]",
            "input_shape": list(self.input_shape),
            "resizer": self.resizer,
            "feature_dim": self.feature_dim,
            "num_classes": self.num_classes,
        }

    def _check(self, images):
        sizes = zip(images.shape[1:], self.input_shape, strict=False)
        if images.ndim != 4 or any(b not in (a, None) for a, b in sizes):
            shape = tuple("any" if n is None else n for n in self.input_shape)
            raise ValueError(
                f"The extractor {self.name!r} takes images (B, "
                f"{', '.join(map(str, shape))}). Choose the extractor of the "
                f"data the samples imitate. Received: shape {images.shape}"
            )
        check_range(images)
