"""The measured cost of a fold's samples, relative to one component."""

import statistics
import time

import numpy as np
from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.sample_function import SampleFunction

from mixgan_tf.model import sampling


def one_component(generator: FoldedGenerator) -> FoldedGenerator:
    """Returns the fold of a single component, to compare costs with.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        A `FoldedGenerator` of its largest component.
    """
    largest = max(generator.components, key=lambda c: c.count_params())
    return FoldedGenerator([largest], [1.0], num_classes=generator.num_classes)


def relative_cost(
    generator: FoldedGenerator,
    run: SampleFunction,
    run_one: SampleFunction,
    batch_size: int,
    rounds: int = 15,
) -> float:
    """Returns the time of a folded batch, in units of one component's time.

    Both are timed in turn, so that a slow moment of the machine affects both;
    the result is the median of the rounds' ratios.

    Args:
        generator: the `FoldedGenerator` that `run` was exported from.
        run: function from latents `(B, latent_dim + 1)` and labels to samples.
        run_one: the same, exported from `one_component(generator)`.
        batch_size: int `B`.
        rounds: number of times that each is timed.

    Returns:
        A positive float.
    """
    ratios = []
    for seed in range(rounds + 2):  # the first two warm up
        drawn, classes = sampling.draw_inputs(
            batch_size, generator.latent_dim, generator.num_classes, seed
        )
        latents = drawn.numpy()
        labels = None if classes is None else classes.numpy()
        seconds = [_seconds(f, latents, labels) for f in (run, run_one)]
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios[2:])


def _seconds(
    run: SampleFunction, latents: np.ndarray, labels: np.ndarray | None
) -> float:
    begin = time.perf_counter()
    run(latents, labels)
    return time.perf_counter() - begin
