"""The description of a model that the page reads."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.output_gates import common_range

from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels

MODEL = "model.tflite"
FORMAT = 1

# Points that the axes of a plot are chosen by, and the margin about them.
DRAWS = 1024
MARGIN = 1.1


def describe(
    generator: FoldedGenerator,
    title: str | None = None,
    class_names: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Returns the content of the page's model.json.

    Args:
        generator: a `FoldedGenerator`.
        title: the page's heading.
        class_names: list of `num_classes` strings.

    Returns:
        A dict for JSON.

    Raises:
        ValueError: if names and classes differ in number.
    """
    kept = len(generator.components)
    mixture_indices = [
        index
        for index in range(kept + len(generator.dropped))
        if index not in generator.dropped
    ]
    return {
        "format": FORMAT,
        "title": title or _default_title(kept),
        "model": MODEL,
        "latent_dim": generator.latent_dim,
        "sample_shape": list(generator.sample_shape),
        "sample_range": sample_range(generator),
        "num_classes": generator.num_classes,
        "class_names": _class_names(generator.num_classes, class_names),
        "components": mixture_indices,
        "mixture_weights": generator.mixture_weights.tolist(),
        "thresholds": generator.thresholds.tolist(),
        "parameters": sum(c.count_params() for c in generator.components),
    }


def require_drawable(generator: FoldedGenerator) -> None:
    """Raises an error unless samples are images or points of the plane.

    Args:
        generator: a `FoldedGenerator`.

    Raises:
        ValueError: if they are not.
    """
    shape = generator.sample_shape
    if shape == (2,) or (len(shape) == 3 and shape[-1] in (1, 3)):
        return
    raise ValueError(
        "Argument `model` must make samples that a page can draw, of shape "
        "(height, width, 1 or 3) or (2,); export to another format. "
        f"Received: sample shape {shape}"
    )


def sample_range(generator: FoldedGenerator) -> list[float]:
    """Returns the values of black and white, or the ends of an axis.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        A list `[low, high]`: the bounds of the output layers; -1 and 1, as
        everywhere in mixgan, for images that are not bounded; and a square
        about 1024 samples for points.
    """
    if generator.sample_shape == (2,):
        reach = MARGIN * float(np.abs(_points(generator)).max())
        return [-reach, reach] if reach > 0 else [-1.0, 1.0]
    low, high = common_range(generator.components)
    return [-1.0, 1.0] if low is None or high is None else [low, high]


def _points(generator: FoldedGenerator) -> np.ndarray:
    latents, labels = sampling.draw_inputs(
        DRAWS, generator.latent_dim, generator.num_classes, seed=0
    )
    return np.asarray(generator(with_labels(latents, labels)))


def _default_title(count: int) -> str:
    return "One generator" if count == 1 else f"A mixture of {count} generators"


def _class_names(
    num_classes: int | None, names: Sequence[str] | None
) -> list[str] | None:
    if num_classes is None:
        if names is not None:
            raise ValueError(
                "Argument `class_names` needs a conditional model. "
                f"Received: class_names={names!r}"
            )
        return None
    names = [str(i) for i in range(num_classes)] if names is None else names
    if isinstance(names, str) or len(names) != num_classes:
        raise ValueError(
            f"Argument `class_names` must be a list of {num_classes} strings. "
            f"Received: class_names={names!r}"
        )
    return [str(name) for name in names]
