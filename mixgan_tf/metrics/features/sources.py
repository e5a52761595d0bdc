"""Where the images of a score come from, and what a protocol says of them."""

import hashlib
import numbers

import numpy as np

from mixgan_tf.arguments import require_positive_int


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
        ValueError: if an argument is out of range or the samples are no
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
        gan,
        num=10_000,
        seed=0,
        block_size=500,
        component=None,
        per_batch=False,
    ):
        require_positive_int("num", num)
        require_positive_int("block_size", block_size)
        if not isinstance(seed, numbers.Integral) or seed < 0:
            raise ValueError(
                "Argument `seed` must be a nonnegative int. "
                f"Received: seed={seed!r}"
            )
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

    def batches(self):
        """Yields float32 arrays `(B, height, width, channels)`."""
        for block, start in enumerate(range(0, self.num, self.block_size)):
            yield self.gan.sample(
                min(self.block_size, self.num - start),
                seed=_block_seed(self.seed, block),
                component=self.component,
                per_batch=self.per_batch,
                batch_size=self.block_size,
            )

    def describe(self):
        """Returns what a protocol says of the samples, a dict for JSON."""
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
        self, name, split="test", num=None, image_size=None, data_dir=None
    ):
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

    def batches(self):
        """Yields float32 arrays `(B, height, width, channels)`."""
        seen = 0
        for batch in self._batches:
            images = batch.numpy()[: self.num - seen]
            seen += len(images)
            yield images
            if seen == self.num:
                return

    def describe(self):
        """Returns what a protocol says of the images, a dict for JSON."""
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
        ValueError: if it is not.
    """

    batch_size = 500

    def __init__(self, images):
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

    def batches(self):
        """Yields float32 arrays `(B, height, width, channels)`."""
        for start in range(0, self.num, self.batch_size):
            yield self.images[start : start + self.batch_size]

    def describe(self):
        """Returns what a protocol says of the images, a dict for JSON."""
        return {
            "kind": "array",
            "num": self.num,
            "sha256": arrays_sha256([self.images]),
        }


def arrays_sha256(arrays):
    """Returns the hexadecimal SHA-256 of arrays: shapes, types and numbers."""
    digest = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _block_seed(seed, block):
    # Neighbouring seeds must not share blocks, as seed + block would.
    sequence = np.random.SeedSequence([seed, block])
    return int(sequence.generate_state(1)[0] >> 1)


def _version_and_size(name, split, data_dir):
    if name == "digits":
        from mixgan_tf import data

        return "scikit-learn", len(data.digits_arrays(split)[0])
    from mixgan_tf.data.tfds_builder import tfds_builder

    builder = tfds_builder(name, data_dir)
    return str(builder.version), builder.info.splits[split].num_examples
