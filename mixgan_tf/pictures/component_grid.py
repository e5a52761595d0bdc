"""A picture with rows of samples for every component of a mixture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mixgan_tf.pictures import image_grid

if TYPE_CHECKING:
    from mixgan_tf.model.mixture_model import MixtureModel


def component_grid(
    gan: MixtureModel,
    columns: int = 10,
    seed: int = 0,
    rows_per_component: int = 1,
) -> np.ndarray:
    """Returns a picture with rows for every component of a mixture.

    Points of the plane are drawn in panels beside each other: the mixture's,
    then, if there are several, each component's.

    Args:
        gan: a `MixGAN` that makes images, or points of the plane.
        columns: samples in a row.
        seed: int that fixes the latents.
        rows_per_component: rows of images for each component.

    Returns:
        A uint8 array `(H, W, 1 or 3)`.
    """
    if gan.sample_shape == (2,):
        return _panels(gan, seed)
    num = columns * rows_per_component
    labels = None
    if gan.num_classes is not None:
        labels = np.arange(num) % gan.num_classes
    images = [
        gan.sample(num, seed=seed, labels=labels, component=i)
        for i in range(gan.num_generators)
    ]
    return image_grid.image_grid(np.concatenate(images), columns)


def _panels(gan: MixtureModel, seed: int) -> np.ndarray:
    points = gan.sample(2000, seed=seed)
    limit = 1.2 * np.abs(points).max()
    if gan.num_generators == 1:
        return image_grid.scatter(points, limit=limit)
    alone = [
        gan.sample(600, seed=seed, component=i)
        for i in range(gan.num_generators)
    ]
    panels = [
        image_grid.scatter(group, size=240, limit=limit)
        for group in (points, *alone)
    ]
    line = np.full((240, 1, 3), 160, "uint8")
    return np.concatenate(
        [part for panel in panels for part in (panel, line)][:-1], axis=1
    )
