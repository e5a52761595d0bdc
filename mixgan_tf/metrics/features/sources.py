"""Sources of images for scores, with the entries that describe them."""

import hashlib
import numbers
import os
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.model.mixture_model import MixtureModel


class ImageSource(Protocol):
    """A source of images: a `GanSamples`, `ImageSplit` or `ImageArray`."""

    num: int

    def batches(self) -> Iterator[np.ndarray]:
        """Yields float32 arrays `(B, height, width, channels)`."""

    def describe(self) -> dict[str, object]:
        """Returns the source's entry in a protocol, a dict for JSON."""


class GanSamples:
    """Samples of a trained mixture, drawn in blocks.

    Every block has a seed of its own, made from `seed` and its number: the
    samples are the same however often and however far they are drawn, and only
    one block is held in memory.

    Args:
        gan: a `MixGAN` of images.
        num: how many samples.
        seed: nonnegative int.
        block_size: samples of a block. Another one gives other samples.
        component: index of the one generator to use, instead of the mixture.
        per_batch: whether the samples of a block share one component; see
            `MixGAN.sample`.

    Raises:
        ValueError: if an argument is out of range or the samples are not
            images.

    Example:
    ```python
    samples = GanSamples(gan, num=10_000, seed=0)
    for images in samples.batches():  # (500, 28, 28, 1)
        ...
    ```
    """

    def __init__(
        self,
        gan: MixtureModel,
        num: int = 10_000,
        seed: int = 0,
        block_size: int = 500,
        component: int | None = None,
        per_batch: bool = False,
    ) -> None:
        require_positive_int("num", num)
        require_positive_int("block_size", block_size)
        _require_nonnegative_int("seed", seed)
        if len(gan.sample_shape) != 3:
            raise ValueError(
                "Scores of images need a model whose samples are (height, "
                f"width, channels). Received: shape {gan.sample_shape}"
            )
        self.gan = gan
        self.num = num
        self.seed = seed
        self.block_size = block_size
        self.component = component
        self.per_batch = per_batch

    def batches(self) -> Iterator[np.ndarray]:
        """Yields float32 arrays `(B, height, width, channels)`."""
        for block, start in enumerate(range(0, self.num, self.block_size)):
            yield self.gan.sample(
                min(self.block_size, self.num - start),
                seed=_block_seed(self.seed, block),
                component=self.component,
                per_batch=self.per_batch,
                batch_size=self.block_size,
            )

    def describe(self) -> dict[str, object]:
        """Returns the samples' entry in a protocol, a dict for JSON."""
        mixture = self.gan.averaged_mixture("generator")
        conditional = self.gan.num_classes is not None
        return {
            "kind": "samples of a mixture",
            "num": self.num,
            "seed": self.seed,
            "block_size": self.block_size,
            "component": self.component,
            "per_batch": self.per_batch,
            "labels": "uniformly random" if conditional else None,
            "generators_sha256": arrays_sha256(mixture.get_weights()),
        }


class ImageSplit:
    """Images of a data set, in their stored order.

    Args:
        name: name that `mg.data.load_images` knows.
        split: its split.
        num: how many, from the first on; all by default.
        image_size: side to which images are resized; as they are if `None`.
        data_dir: TFDS folder; see `mg.data.load_images`.

    Raises:
        ValueError: if there is no such data set, it is not at hand, or it
            holds fewer images.

    Example:
    ```python
    real = ImageSplit("mnist", "test")
    real.describe()  # name, version, split, num
    ```
    """

    batch_size = 500

    def __init__(
        self,
        name: str,
        split: str = "test",
        num: int | None = None,
        image_size: int | None = None,
        data_dir: str | os.PathLike[str] | None = None,
    ) -> None:
        from mixgan_tf import data

        self.name = name
        self.split = split
        self.image_size = image_size
        self._batches = data.load_images(
            name,
            split,
            batch_size=self.batch_size,
            image_size=image_size,
            endless=False,
            data_dir=data_dir,
        )
        self.version, available = _version_and_size(name, split, data_dir)
        if num is not None:
            require_positive_int("num", num)
            if num > available:
                raise ValueError(
                    f"The split {split!r} of {name!r} holds {available} "
                    f"images. Received: num={num}"
                )
        self.num = available if num is None else num

    def batches(self) -> Iterator[np.ndarray]:
        """Yields float32 arrays `(B, height, width, channels)`."""
        seen = 0
        for batch in self._batches:
            images = batch.numpy()[: self.num - seen]
            seen += len(images)
            yield images
            if seen == self.num:
                return

    def describe(self) -> dict[str, object]:
        """Returns the images' entry in a protocol, a dict for JSON."""
        return {
            "kind": "data set",
            "name": self.name,
            "version": self.version,
            "split": self.split,
            "num": self.num,
            "image_size": self.image_size,
        }


class ImageArray:
    """Images in memory.

    Args:
        images: float array `(n, height, width, channels)` in [-1, 1].

    Raises:
        ValueError: if `images` is not such an array.
    """

    batch_size = 500

    def __init__(self, images: npt.ArrayLike) -> None:
        images = np.asarray(images)
        # Bytes would be images of another range, however dark.
        floats = np.issubdtype(images.dtype, np.floating)
        if images.ndim != 4 or images.size == 0 or not floats:
            raise ValueError(
                "Images must be an array of floats (n, height, width, "
                f"channels). Received: shape {images.shape}, {images.dtype}"
            )
        self.images = images.astype("float32", copy=False)
        self.num = len(self.images)

    def batches(self) -> Iterator[np.ndarray]:
        """Yields float32 arrays `(B, height, width, channels)`."""
        for start in range(0, self.num, self.batch_size):
            yield self.images[start : start + self.batch_size]

    def describe(self) -> dict[str, object]:
        """Returns the images' entry in a protocol, a dict for JSON."""
        return {
            "kind": "array",
            "num": self.num,
            "sha256": arrays_sha256([self.images]),
        }


def arrays_sha256(arrays: Iterable[np.ndarray]) -> str:
    """Returns the hexadecimal SHA-256 of arrays: shapes, types and numbers."""
    digest = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _require_nonnegative_int(argument: str, value: object) -> None:
    if not isinstance(value, numbers.Integral) or value < 0:
        raise ValueError(
            f"Argument `{argument}` must be a nonnegative int. "
            f"Received: {argument}={value!r}"
        )


def _block_seed(seed: int, block: int) -> int:
    # Neighbouring seeds must not share blocks, as seed + block would.
    sequence = np.random.SeedSequence([seed, block])
    return int(sequence.generate_state(1)[0] >> 1)


def _version_and_size(
    name: str, split: str, data_dir: str | os.PathLike[str] | None
) -> tuple[str, int]:
    if name == "digits":
        from mixgan_tf import data

        return "scikit-learn", len(data.digits_arrays(split)[0])
    from mixgan_tf.data.tfds_builder import tfds_builder

    builder = tfds_builder(name, data_dir)
    return str(builder.version), builder.info.splits[split].num_examples
