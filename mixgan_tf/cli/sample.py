"""`mixgan sample`: draws samples of a model as a picture."""

import math
import pathlib
from collections.abc import Sequence

from absl import flags

from mixgan_tf.cli import models
from mixgan_tf.cli import parsing
from mixgan_tf.cli.quiet import load_tensorflow

MAX_PIXELS = 2**28
SUMMARY = "Draws samples of a model and writes them as a PNG picture."


def run(arguments: Sequence[str]) -> int:
    """Runs `mixgan sample`.

    Args:
        arguments: the command line after `sample`.

    Returns:
        The exit code.
    """
    values = parsing.new_flags()
    models.define_model_flag(values)
    flags.DEFINE_integer(
        "num",
        64,
        "Number of samples.",
        lower_bound=1,
        upper_bound=1_000_000,
        flag_values=values,
    )
    flags.DEFINE_integer(
        "seed",
        0,
        "Seed of the random numbers.",
        lower_bound=-(2**31),
        upper_bound=2**31 - 1,
        flag_values=values,
    )
    flags.DEFINE_integer(
        "component",
        None,
        "Use this generator alone, not the mixture.",
        lower_bound=0,
        flag_values=values,
    )
    flags.DEFINE_list(
        "labels",
        None,
        "Classes, separated by commas and repeated as needed; random if not "
        "given.",
        flag_values=values,
    )
    flags.DEFINE_integer(
        "scale",
        2,
        "Size of a pixel.",
        lower_bound=1,
        upper_bound=64,
        flag_values=values,
    )
    flags.DEFINE_string(
        "out", "samples.png", "The file to write.", flag_values=values
    )
    if parsing.parse(values, "sample", SUMMARY, arguments) is None:
        return 0
    sample(values)
    return 0


def sample(values: flags.FlagValues) -> None:
    """Draws the samples and writes the picture.

    Args:
        values: the parsed flags.

    Raises:
        ValueError: if the model or a flag is unusable.
    """
    load_tensorflow()
    import numpy as np

    from mixgan_tf.pictures import image_grid

    labels = None
    if values.labels is not None:
        classes = [_class_number(text) for text in values.labels or [""]]
        repeated = [classes[i % len(classes)] for i in range(values.num)]
        labels = np.array(repeated)
    gan = models.load_model(values.model)
    _require_picture(gan.sample_shape, values)
    samples = gan.sample(
        values.num, seed=values.seed, labels=labels, component=values.component
    )
    if samples.ndim == 2:
        picture = image_grid.scatter(samples)
    else:
        picture = image_grid.image_grid(samples)
    out = pathlib.Path(values.out)
    image_grid.save_png(picture, out, scale=values.scale)
    print(f"Wrote {values.num} samples to {out}.")


def _require_picture(shape: tuple[int, ...], values: flags.FlagValues) -> None:
    """Raises, before any work, unless the samples make one picture."""
    if shape != (2,) and (len(shape) != 3 or shape[-1] not in (1, 3)):
        raise ValueError(
            "Pictures are drawn of images with 1 or 3 channels and of points "
            f"of the plane. Received: a model of samples {shape}"
        )
    pixels = values.scale**2 * (
        800**2 if len(shape) == 1 else values.num * math.prod(shape[:2])
    )
    if pixels > MAX_PIXELS or values.num > MAX_PIXELS // math.prod(shape):
        raise ValueError(
            f"One picture has at most {MAX_PIXELS} pixels: lower --num or "
            f"--scale. Received: --num={values.num} --scale={values.scale} of "
            f"samples {shape}"
        )


def _class_number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(
            f"--labels takes class numbers, such as 0,1,2. Received: {text!r}"
        ) from error
