"""The classifier score: how sure a classifier is, over how many classes."""

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.metrics.distances import require_numbers
from mixgan_tf.metrics.score_with_spread import Score


def classifier_score(logits: npt.ArrayLike, splits: int = 10) -> Score:
    """Returns the exponential of the mean divergence of p(y|x) from p(y).

    It is 1 where a classifier predicts the same for every sample, and the
    number of classes where it is certain each time and predicts all classes
    equally often. Only with
    Inception's logits is it the Inception Score.

    Args:
        logits: float array `(n, num_classes)`, in random order.
        splits: into how many consecutive parts the samples are divided; each
            part has a score of its own.

    Returns:
        A `Score`: the mean and the standard deviation over the splits.

    Raises:
        ValueError: if a split has fewer samples than there are classes, or a
            logit is not finite.

    Example:
    ```python
    extractor = mg.metrics.get_extractor("mnist")
    score = classifier_score(extractor(gan.sample(1000, seed=0)).logits)
    score.mean, score.sd
    ```

    Reference:
        [Salimans et al., 2016](https://arxiv.org/abs/1606.03498), section 4.
    """
    logits = require_numbers("logits", logits)
    if logits.ndim != 2:
        raise ValueError(
            "Argument `logits` must be an array (n, num_classes). "
            f"Received: shape {logits.shape}"
        )
    num, num_classes = logits.shape
    score = StreamingClassifierScore(num, num_classes, splits)
    score.update(logits)
    return score.result()


class StreamingClassifierScore:
    """The classifier score of logits that arrive in batches.

    TF-GAN's `classifier_score_from_logits` gives the same, but NaN where a
    class is never predicted at all, and needs all logits at once.

    Args:
        num: how many samples there will be.
        num_classes: number of logits.
        splits: see `classifier_score`.

    Raises:
        ValueError: as `classifier_score`.
    """

    def __init__(self, num: int, num_classes: int, splits: int = 10) -> None:
        require_positive_int("splits", splits)
        if num < splits * num_classes:
            raise ValueError(
                f"The classifier score needs {splits * num_classes} samples "
                f"or more: in each of {splits} splits as many as there are "
                f"classes ({num_classes}). Take more samples or fewer "
                f"`splits`. Received: {num} samples"
            )
        self.num = num
        self._seen = 0
        self._counts = np.zeros(splits)
        self._probabilities = np.zeros((splits, num_classes))
        self._negative_entropies = np.zeros(splits)

    def update(self, logits: npt.ArrayLike) -> None:
        """Adds the next samples.

        Args:
            logits: float array `(B, num_classes)`.

        Raises:
            ValueError: if a logit is not finite.
        """
        logits = np.asarray(logits, "float64")
        if not np.isfinite(logits).all():
            raise ValueError(
                "Argument `logits` must hold finite numbers. "
                "Received: NaN or infinity"
            )
        shifted = logits - logits.max(axis=1, keepdims=True)
        probabilities = np.exp(shifted)
        sums = probabilities.sum(axis=1, keepdims=True)
        probabilities /= sums
        negative_entropies = (probabilities * (shifted - np.log(sums))).sum(1)
        splits = len(self._counts)
        rows = self._seen + np.arange(len(logits))
        split = rows * splits // self.num
        np.add.at(self._counts, split, 1)
        np.add.at(self._probabilities, split, probabilities)
        np.add.at(self._negative_entropies, split, negative_entropies)
        self._seen += len(logits)

    def result(self) -> Score:
        """Returns the `Score`, once all samples have been added."""
        if self._seen != self.num:
            raise ValueError(
                f"The classifier score needs all of its {self.num} samples. "
                f"Received: {self._seen}"
            )
        marginal = self._probabilities / self._counts[:, None]
        safe = np.where(marginal > 0, marginal, 1.0)  # 0 log 0 is 0
        entropy = -(marginal * np.log(safe)).sum(axis=1)
        scores = np.exp(entropy + self._negative_entropies / self._counts)
        return Score.from_parts(scores)
