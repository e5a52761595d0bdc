"""An extractor that applies a digit classifier to each channel."""

import numpy as np
import numpy.typing as npt

from mixgan_tf.metrics import Extractor
from mixgan_tf.metrics.features.extractor import ExtractorOutputs

CHANNELS = 3


class StackedExtractor(Extractor):
    """An extractor of stacked digits, which sees them channel by channel.

    Features are those of the three channels side by side. The 1000 classes are
    their digits, `100 a + 10 b + c`, with the sum of the three channels'
    log-probabilities as logits: the argmax is the three channels' own.

    Args:
        digits: an `Extractor` of single digits, with ten classes.
        digits_name: the name or folder by which it was found.
    """

    def __init__(self, digits: Extractor, digits_name: str) -> None:
        if digits.input_shape[-1] != 1 or digits.num_classes != 10:
            raise ValueError(
                "Stacked digits need an extractor of grey images with ten "
                "classes, such as 'mnist'. Received: "
                f"extractor={str(digits_name)!r}"
            )
        self._digits = digits
        self._digits_name = str(digits_name)
        self.name = f"{digits.name}_channels"
        self.sha256 = digits.sha256
        self.metadata = digits.metadata
        self.input_shape = (*digits.input_shape[:-1], CHANNELS)
        self.feature_dim = CHANNELS * digits.feature_dim
        self.num_classes = digits.num_classes**CHANNELS

    def __call__(self, images: npt.ArrayLike) -> ExtractorOutputs:
        """Extracts features and logits; see `Extractor`.

        Args:
            images: float array `(B, height, width, 3)` in [-1, 1].

        Returns:
            `ExtractorOutputs` of float32 `features`, `(B, 3 * feature_dim)`,
            and `logits`, `(B, 1000)`.

        Raises:
            ValueError: if the images have another shape or range.
        """
        images = np.asarray(images, "float32")
        self._check(images)
        outputs = [self._digits(images[..., c, None]) for c in range(CHANNELS)]
        a, b, c = (_log_probabilities(output.logits) for output in outputs)
        logits = a[:, :, None, None] + b[:, None, :, None] + c[:, None, None]
        return ExtractorOutputs(
            np.concatenate([output.features for output in outputs], axis=1),
            logits.reshape(len(images), -1),
        )

    def describe(self) -> dict[str, object]:
        """Returns the extractor's entry in a protocol, a dict for JSON."""
        return {**super().describe(), "each_channel": self._digits_name}


def _log_probabilities(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
