"""Pictures that are part of the page itself."""

import base64
from typing import Any
from typing import NamedTuple

import numpy as np

from mixgan_tf.pictures import image_grid

_SIDE = 56  # of a sample on the screen, about


class InlinePicture(NamedTuple):
    """A picture as a template needs it."""

    width: int  # on the screen, in pixels
    png: str  # the file, in base 64


def inline_picture(picture: np.ndarray, scale: int) -> InlinePicture:
    """Encodes a picture.

    Args:
        picture: uint8 array `(H, W, 1 or 3)`.
        scale: pixels of the screen that one of the picture takes.

    Returns:
        An `InlinePicture`.
    """
    encoded = base64.b64encode(image_grid.png_bytes(picture)).decode("ascii")
    return InlinePicture(picture.shape[1] * scale, encoded)


def sample_scale(result: dict[str, Any]) -> int:
    """Returns how many pixels of the screen one of a sample has.

    Args:
        result: the `result` of an `Evaluation`.

    Returns:
        An int, 1 or more.
    """
    return max(1, round(_SIDE / result["model"]["sample_shape"][0]))
