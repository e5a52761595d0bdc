"""The score by which a recipe's best weights are chosen."""

import numpy as np

# Of the samples that are scored; results are reported with other seeds.
SEED = 1_000_003
STACKED_CLASSES = 1000
POINT_SETS = ("ring", "grid")


def validation_score(recipe):
    """Returns what scores the models of a recipe while they train.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.

    Returns:
        A function from a `MixGAN` to a float, less being better, with a `name`
        and a `describe()` of its protocol; `None` if the recipe has none.

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

    def __init__(self, recipe):
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

    def __call__(self, gan):
        """Returns the distance of a model's samples."""
        from mixgan_tf import metrics

        samples = metrics.GanSamples(gan, num=self._num, seed=SEED)
        found = metrics.collect_statistics(
            samples, self._extractor, keep_features=0
        )
        return metrics.frechet_distance(self._moments, found.moments)

    def describe(self):
        """Returns the protocol, a dict for JSON."""
        return {
            "score": self.name,
            "real": self._real,
            "samples": {"num": self._num, "seed": SEED},
            "extractor": self._extractor.describe(),
        }


class StackedDivergence:
    """How far the classes of stacked digits are from evenly frequent.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.

    Raises:
        ValueError: if there is no such extractor.
    """

    def __init__(self, recipe):
        from mixgan_tf import metrics

        entry = recipe.validation
        self._extractor = metrics.get_extractor(entry.extractor)
        self._num = entry.num
        self.name = f"kl_to_uniform@{self._extractor.name}"

    def __call__(self, gan):
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

    def describe(self):
        """Returns the protocol, a dict for JSON."""
        return {
            "score": self.name,
            "classes": STACKED_CLASSES,
            "samples": {"num": self._num, "seed": SEED},
            "extractor": self._extractor.describe(),
        }


class MissedModes:
    """The modes that samples do not cover, plus the share far from any mode.

    Args:
        recipe: `ml_collections.ConfigDict`; see `recipes/base.py`.
    """

    name = "missed_modes_and_strays"

    def __init__(self, recipe):
        self._data = recipe.dataset.name
        self._num = recipe.validation.num

    def __call__(self, gan):
        """Returns the score: whole modes, and a fraction in [0, 1]."""
        from mixgan_tf import metrics
        from mixgan_tf.report.scoring.real_data import centers_and_sd

        centers, sd = centers_and_sd(self._data)
        points = gan.sample(self._num, seed=SEED)
        found = metrics.mode_coverage(points, centers, sd)
        return len(centers) - found.modes + 1 - found.high_quality

    def describe(self):
        """Returns the protocol, a dict for JSON."""
        return {
            "score": self.name,
            "modes": self._data,
            "samples": {"num": self._num, "seed": SEED},
        }
