"""Grids of images and scatter plots of points, as arrays and PNG files."""

import io
import os

import numpy as np
import numpy.typing as npt
from PIL import Image

from mixgan_tf import files


def image_grid(
    images: npt.ArrayLike, columns: int | None = None, padding: int = 1
) -> np.ndarray:
    """Tiles images into one picture.

    Args:
        images: float array `(n, height, width, channels)` in [-1, 1], with 1
            or 3 channels.
        columns: images in a row; about the square root of `n` by default.
        padding: white pixels between images.

    Returns:
        A uint8 array `(H, W, channels)`.

    Raises:
        ValueError: if the array holds no images.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not len(images):
        raise ValueError(
            "Argument `images` must have shape (n, height, width, 1 or 3). "
            f"Received: shape {images.shape}"
        )
    num, height, width, channels = images.shape
    columns = columns or int(np.ceil(np.sqrt(num)))
    rows = -(-num // columns)
    grid = np.full(
        (
            rows * (height + padding) + padding,
            columns * (width + padding) + padding,
            channels,
        ),
        255,
        "uint8",
    )
    pixels = np.clip(np.round((images + 1) * 127.5), 0, 255).astype("uint8")
    for index, image in enumerate(pixels):
        top = (index // columns) * (height + padding) + padding
        left = (index % columns) * (width + padding) + padding
        grid[top : top + height, left : left + width] = image
    return grid


def png_bytes(grid: np.ndarray, scale: int = 1) -> bytes:
    """Encodes a picture as PNG.

    Args:
        grid: uint8 array `(H, W, 1 or 3)`.
        scale: int factor by which pixels are repeated.

    Returns:
        The file's bytes.
    """
    grid = grid[..., 0] if grid.shape[-1] == 1 else grid
    picture = Image.fromarray(grid)
    if scale > 1:
        size = (picture.width * scale, picture.height * scale)
        picture = picture.resize(size, Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def save_png(
    grid: np.ndarray, path: str | os.PathLike[str], scale: int = 1
) -> None:
    """Writes a picture as a PNG file, whole or not at all.

    Args:
        grid: uint8 array `(H, W, 1 or 3)`.
        path: the file to write.
        scale: int factor by which pixels are repeated.
    """
    with files.atomic_file(path) as temporary:
        temporary.write_bytes(png_bytes(grid, scale))


def scatter(
    points: np.ndarray, size: int = 400, limit: float | None = None
) -> np.ndarray:
    """Draws points of the plane as a scatter plot.

    Args:
        points: float array `(n, 2)`.
        size: side of the picture, in pixels.
        limit: the picture shows coordinates from `-limit` to `limit`; all
            points by default. Points beyond are left out.

    Returns:
        A uint8 array `(size, size, 3)`.
    """
    picture = np.full((size, size, 3), 255, "uint8")
    if limit is None:
        limit = 1.2 * np.abs(points).max()
    points = points[(np.abs(points) < limit).all(axis=1)]
    column = ((points[:, 0] / limit + 1) / 2 * (size - 3)).astype(int) + 1
    row = ((1 - points[:, 1] / limit) / 2 * (size - 3)).astype(int) + 1
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            picture[row + dy, column + dx] = (31, 119, 180)
    return picture
