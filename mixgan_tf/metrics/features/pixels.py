"""Pixels as scores use them: finite, in [-1, 1], rounded to 8 bits."""

import numpy as np
import numpy.typing as npt

# Rounding errors may take an image this far out of [-1, 1].
_TOLERANCE = 1e-3


def check_range(images: np.ndarray) -> None:
    """Raises unless images are finite and in [-1, 1].

    Args:
        images: float array.

    Raises:
        ValueError: if they are not.
    """
    # Written so that NaN, which compares with nothing, fails.
    if images.size and not np.abs(images).max() <= 1 + _TOLERANCE:
        raise ValueError(
            "Images must be finite and in [-1, 1], as `mg.data.load_images` "
            "and `gan.sample` give them. Received: values from "
            f"{images.min():g} to {images.max():g}"
        )


def rounded_to_8_bits(images: npt.ArrayLike) -> np.ndarray:
    """Returns images rounded to 256 levels, as saved images are.

    Data sets are stored that way; unrounded samples would differ from them in
    a way that no picture shows.

    Args:
        images: float array in [-1, 1].

    Returns:
        A float32 array of the same shape.
    """
    levels = np.rint((np.asarray(images, "float32") + 1) * 127.5)
    levels = np.clip(levels, 0, 255).astype("float32")
    return levels / np.float32(127.5) - np.float32(1)
