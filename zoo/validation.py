"""The scores by which a recipe's best weights are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Protocol

import numpy as np

if TYPE_CHECKING:
    from ml_collections import ConfigDict

    from mixgan_tf.mixgan import MixGAN

# The seed of the samples; results are reported with other seeds.
SEED = 1_000_003
STACKED_CLASSES = 1000
POINT_SETS = ("ring", "grid")


class ValidationScore(Protocol):
    """A score of a model, less being better, with a name and a protocol."""

    name: str

    def __call__(self, gan: MixGAN) -> float:
        """Returns the score of a model's samples."""

    def describe(self) -> dict[str, object]:
        """Returns the protocol, a dict for JSON."""


def validation_score(recipe: ConfigDict) -> ValidationScore | None:
    """Returns the score by which a recipe's weights are chosen.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.

    Returns:
        A `ValidationScore`; `None` if the recipe has none.

    Raises:
        ValueError: if there is no such data set, split or extractor, or the
            images are too few.
    """
    if not recipe.validation.every:
        return None
    if recipe.dataset.name == "stacked_mnist":
        return StackedDivergence(recipe)
    if recipe.dataset.name in POINT_SETS:
        return MissedModes(recipe)
    return FrechetScore(recipe)


class FrechetScore:
    """The Frechet distance between samples and images kept out of training.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.

    Raises:
        ValueError: if there is no such data set, split or extractor, or the
            images are too few.
    """

    def __init__(self, recipe: ConfigDict) -> None:
        from mixgan_tf import metrics

        entry = recipe.validation
        self._extractor = metrics.get_extractor(entry.extractor)
        real = metrics.ImageSplit(
            recipe.dataset.name,
            entry.split,
            entry.num,
            image_size=recipe.image_shape[0],
        )
        self._num = entry.num
        self.name = self._extractor.score_name("frechet")
        self._real = real.describe()
        self._moments = metrics.reference_statistics(
            real, self._extractor
        ).moments

    def __call__(self, gan: MixGAN) -> float:
        """Returns the distance of a model's samples."""
        from mixgan_tf import metrics

        samples = metrics.GanSamples(gan, num=self._num, seed=SEED)
        found = metrics.collect_statistics(
            samples, self._extractor, keep_features=0
        )
        return metrics.frechet_distance(self._moments, found.moments)

    def describe(self) -> dict[str, object]:
        """Returns the protocol, a dict for JSON."""
        return {
            "score": self.name,
            "real": self._real,
            "samples": {"num": self._num, "seed": SEED},
            "extractor": self._extractor.describe(),
        }


class StackedDivergence:
    """The divergence of the classes of stacked digits from uniform.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.

    Raises:
        ValueError: if there is no such extractor.
    """

    def __init__(self, recipe: ConfigDict) -> None:
        from mixgan_tf import metrics

        entry = recipe.validation
        self._extractor = metrics.get_extractor(entry.extractor)
        self._num = entry.num
        self.name = f"kl_to_uniform@{self._extractor.name}"

    def __call__(self, gan: MixGAN) -> float:
        """Returns the divergence of a model's samples, in nats."""
        from mixgan_tf import metrics

        samples = metrics.GanSamples(gan, num=self._num, seed=SEED)
        classes = np.concatenate(
            [
                metrics.stacked_classes(
                    images, lambda x: self._extractor(x).logits
                )
                for images in samples.batches()
            ]
        )
        return metrics.class_coverage(classes, STACKED_CLASSES).kl

    def describe(self) -> dict[str, object]:
        """Returns the protocol, a dict for JSON."""
        return {
            "score": self.name,
            "classes": STACKED_CLASSES,
            "samples": {"num": self._num, "seed": SEED},
            "extractor": self._extractor.describe(),
        }


class MissedModes:
    """The number of modes missed, plus the share of samples far from any mode.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.
    """

    name = "missed_modes_and_strays"

    def __init__(self, recipe: ConfigDict) -> None:
        self._data = recipe.dataset.name
        self._num = recipe.validation.num

    def __call__(self, gan: MixGAN) -> float:
        """Returns the score: whole modes, and a fraction in [0, 1]."""
        from mixgan_tf import metrics
        from mixgan_tf.report.scoring.real_data import centers_and_sd

        centers, sd = centers_and_sd(self._data)
        points = gan.sample(self._num, seed=SEED)
        found = metrics.mode_coverage(points, centers, sd)
        return len(centers) - found.modes + 1 - found.high_quality

    def describe(self) -> dict[str, object]:
        """Returns the protocol, a dict for JSON."""
        return {
            "score": self.name,
            "modes": self._data,
            "samples": {"num": self._num, "seed": SEED},
        }
