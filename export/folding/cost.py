"""What a sample of a folded generator costs, measured against one component."""

import statistics
import time

from mixgan_tf.export.folding.folded_generator import FoldedGenerator

from mixgan_tf.model import sampling


def one_component(generator):
    """Returns a fold of a single component: what the mixture is compared with.

    Args:
        generator: a `FoldedGenerator`.

    Returns:
        A `FoldedGenerator` of its largest component.
    """
    largest = max(generator.components, key=lambda c: c.count_params())
    return FoldedGenerator([largest], [1.0], num_classes=generator.num_classes)


def relative_cost(generator, run, run_one, batch_size, rounds=15):
    """Returns the time of a folded batch, in units of one component's.

    Both are timed in turn, so that a slow moment of the machine hits both; the
    median of the rounds' ratios is what counts.

    Args:
        generator: the `FoldedGenerator` that `run` was exported from.
        run: function from latents `(B, latent_dim + 1)` and labels to samples.
        run_one: the same, exported from `one_component(generator)`.
        batch_size: int `B`.
        rounds: how often each is timed.

    Returns:
        A positive float.
    """
    ratios = []
    for seed in range(rounds + 2):  # the first two warm up
        latents, labels = (
            x if x is None else x.numpy()
            for x in sampling.draw_inputs(
                batch_size, generator.latent_dim, generator.num_classes, seed
            )
        )
        seconds = [_seconds(f, latents, labels) for f in (run, run_one)]
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios[2:])


def _seconds(run, latents, labels):
    begin = time.perf_counter()
    run(latents, labels)
    return time.perf_counter() - begin
