"""The inputs of an evaluation."""

from collections.abc import Sequence
from typing import NamedTuple

from mixgan_tf.metrics.features.extractor import Extractor
from mixgan_tf.metrics.features.sources import ImageSource
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.report.scoring.protocol import Protocol


class Inputs(NamedTuple):
    """A model and its protocol, with the data and extractor that it names."""

    gan: MixGAN
    protocol: Protocol
    metrics: Sequence[str]  # names of those that are computed
    skipped: dict[str, str]  # name -> why one that could be is not
    real: ImageSource | None = None  # real images; None for points
    train: ImageSource | None = None  # training images, if they are sought
    extractor: Extractor | None = None  # None if no metric needs one

    @property
    def image_size(self) -> int | None:
        """Side to which real images are resized; `None` for points."""
        return None if self.real is None else self.gan.sample_shape[0]
