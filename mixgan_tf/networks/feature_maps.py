"""The sides of the feature maps between an image and its smallest map."""

from collections.abc import Sequence


def feature_map_sides(image_shape: Sequence[int]) -> list[int]:
    """Returns the sides of the feature maps, smallest first, image last.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        A list of ints, each twice the one before: `[7, 14, 28]` for 28x28
        images, `[4, 8, 16, 32]` for 32x32.

    Raises:
        ValueError: if the images are not square or cannot be halved once.
    """
    shape = tuple(image_shape)
    if len(shape) != 3 or shape[0] != shape[1] or shape[0] % 2 or shape[0] < 8:
        raise ValueError(
            "Argument `image_shape` must be `(side, side, channels)` with an "
            "even side of at least 8; resize or pad the images. "
            f"Received: image_shape={shape}"
        )
    sides = [shape[0]]
    while sides[0] % 2 == 0 and sides[0] // 2 >= 4:
        sides.insert(0, sides[0] // 2)
    return sides
