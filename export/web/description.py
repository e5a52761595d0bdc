"""What the page must know of a model, besides its weights."""

import numpy as np
from mixgan_tf.export.folding.output_gates import activation_range

from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels

MODEL = "model.tflite"
FORMAT = 1

# Points that the axes of a plot are chosen by, and the margin about them.
DRAWS = 1024
MARGIN = 1.1


def describe(generator, title=None, class_names=None):
    """Returns what the page's model.json says of a model.

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
    of_mixture = [
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
        "components": of_mixture,  # their indices in the mixture
        "mixture_weights": generator.mixture_weights.tolist(),
        "thresholds": generator.thresholds.tolist(),
        "parameters": sum(c.count_params() for c in generator.components),
    }


def require_drawable(generator):
    """Raises unless samples are images or points of the plane.

    Args:
        generator: a `FoldedGenerator`.

    Raises:
        ValueError: if they are not.
    """
    shape = generator.sample_shape
    if shape == (2,) or (len(shape) == 3 and shape[-1] in (1, 3)):
        return
    raise ValueError(
        "A page can draw samples of shape (height, width, 1 or 3) or (2,); "
        f"export to another format. Received: sample shape {shape}"
    )


def sample_range(generator):
    """Returns which values are black and white, or an axis's ends.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        A list `[low, high]`: what the output layers are bounded by; -1 and 1,
        as everywhere in mixgan, for images that are not bounded; and a square
        about 1024 samples for points.
    """
    if generator.sample_shape == (2,):
        reach = MARGIN * float(np.abs(_points(generator)).max())
        return [-reach, reach] if reach > 0 else [-1.0, 1.0]
    ranges = [activation_range(c) for c in generator.components]
    if any(r is None or None in r for r in ranges):
        return [-1.0, 1.0]
    return [min(low for low, _ in ranges), max(high for _, high in ranges)]


def _points(generator):
    latents, labels = sampling.draw_inputs(
        DRAWS, generator.latent_dim, generator.num_classes, seed=0
    )
    return np.asarray(generator(with_labels(latents, labels)))


def _default_title(count):
    return "One generator" if count == 1 else f"A mixture of {count} generators"


def _class_names(num_classes, names):
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
