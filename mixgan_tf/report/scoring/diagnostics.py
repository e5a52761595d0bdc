"""Diagnostics of the mixture as a whole: copies, games, spread.

Each function returns a dict for JSON and the pictures that belong to it.
"""

from typing import Any

import numpy as np

from mixgan_tf import games
from mixgan_tf import metrics
from mixgan_tf.metrics.required import required
from mixgan_tf.report.scoring import requirements
from mixgan_tf.report.scoring.inputs import Inputs
from mixgan_tf.report.scoring.real_data import held_out_samples
from mixgan_tf.report.scoring.real_data import images_at
from mixgan_tf.report.scoring.sample_scores import RealStatistics
from mixgan_tf.report.scoring.sample_scores import ScoredSamples
from mixgan_tf.report.scoring.sample_scores import bytes_to_floats

# A dict for JSON, and pictures by their names.
Diagnostic = tuple[dict[str, Any], dict[str, np.ndarray]]

COMPONENT_SAMPLES = 2000
# The seed of component i is this plus i: independent of what is scored.
COMPONENT_SEED = 3_000_000
GAME_SAMPLES = 2000
GAME_SEED = 0
BIRTHDAY_SEED = 0
FALSE_ALARM = 0.05
PAIRS_SHOWN = 10
NEIGHBORS_SHOWN = 4
ROWS_SHOWN = 8


def components(inputs: Inputs) -> Diagnostic:
    """Measures the distances between the components.

    Args:
        inputs: `Inputs`.

    Returns:
        A dict of energy distances, and no pictures.
    """
    gan, num = inputs.gan, min(COMPONENT_SAMPLES, inputs.protocol.num)
    if inputs.protocol.of_points:
        samples = metrics.component_samples(gan, num, seed=COMPONENT_SEED)
    else:
        extractor = required(inputs.extractor, "an extractor")
        samples = [
            metrics.collect_statistics(
                metrics.GanSamples(gan, num, COMPONENT_SEED + i, component=i),
                extractor,
                keep_features=num,
            ).features
            for i in range(gan.num_generators)
        ]
    found = metrics.component_report(samples)
    return {
        "distances": found.distances.tolist(),
        "noise": found.noise.tolist(),
        "num": num,
    }, {}


def birthday(
    inputs: Inputs, real: RealStatistics, scored: ScoredSamples
) -> Diagnostic:
    """Estimates how many distinct images the mixture makes.

    Args:
        inputs: `Inputs` of a model of images.
        real: `RealStatistics`, whose features calibrate the threshold.
        scored: the mixture's `ScoredSamples`, with images.

    Returns:
        A dict of the test's result, a `None` standing for infinity, and a
        picture of the nearest pairs.

    Raises:
        ValueError: if real images are copies of each other too often.
    """
    features = required(scored.features, "features of samples")
    images = required(scored.images, "images of samples")
    num_real = required(inputs.real, "real images").num
    batch = requirements.birthday_batch_size(num_real, inputs.protocol.num)
    threshold = metrics.duplicate_threshold(
        real.statistics.features, batch, FALSE_ALARM, seed=BIRTHDAY_SEED
    )
    found = metrics.birthday_test(
        features, batch, threshold, seed=BIRTHDAY_SEED
    )
    nearest = np.sort(found.distances)[:PAIRS_SHOWN]
    picture = metrics.pair_grid(bytes_to_floats(images), found, PAIRS_SHOWN)
    return {
        "duplicate_rate": found.duplicate_rate,
        "rate_interval": list(found.rate_interval),
        "support": _finite(found.support),
        "support_interval": [_finite(x) for x in found.support_interval],
        "confidence": found.confidence,
        "batch_size": found.batch_size,
        "num_batches": found.num_batches,
        "false_alarm": FALSE_ALARM,
        "threshold": found.threshold,
        "nearest_distances": nearest.tolist(),
    }, {"pairs": picture}


def memorization(
    inputs: Inputs, real: RealStatistics, scored: ScoredSamples
) -> Diagnostic:
    """Tests whether the mixture copies what it was trained on.

    Args:
        inputs: `Inputs` of a model of images, with its training images.
        real: `RealStatistics`, whose features are of images not trained on.
        scored: the mixture's `ScoredSamples`, with images.

    Returns:
        A dict of the test's result, and two pictures of samples with their
        nearest training images: those nearest of all, and the first ones.
    """
    features = required(scored.features, "features of samples")
    images = required(scored.images, "images of samples")
    source = required(inputs.train, "training images")
    extractor = required(inputs.extractor, "an extractor")
    train = metrics.reference_statistics(
        source, extractor, keep_features=source.num
    ).features
    found = metrics.memorization(features, train, real.statistics.features)
    suspects = np.argsort(found.distances, kind="stable")[:ROWS_SHOWN]
    chosen = np.concatenate([suspects, np.arange(ROWS_SHOWN)])
    chosen = chosen[chosen < len(features)]
    _, indices = metrics.nearest_neighbors(
        features[chosen], train, min(NEIGHBORS_SHOWN, len(train))
    )
    pool = images_at(source, indices)
    rows = sorted(pool)
    grids = [
        metrics.neighbor_grid(
            bytes_to_floats(images[chosen[part]]),
            np.stack([pool[row] for row in rows]),
            np.searchsorted(rows, indices[part]),
            rows=ROWS_SHOWN,
        )
        for part in (slice(len(suspects)), slice(len(suspects), None))
    ]
    return {
        "nearer": found.nearer,
        "z": found.z,
        "median_ratio": _finite(found.median_ratio),
        "very_near": found.very_near,
        "num_samples": found.num_samples,
        "num_heldout": found.num_heldout,
        "num_train": len(train),
    }, {"nearest_of_all": grids[0], "nearest_of_first": grids[1]}


def game(inputs: Inputs) -> Diagnostic:
    """Estimates the game between the networks on held-out samples.

    Args:
        inputs: `Inputs`.

    Returns:
        A dict of payoffs with standard errors, the equilibrium and how far
        the learned weights are from it, and no pictures.
    """
    gan, protocol = inputs.gan, inputs.protocol
    num = GAME_SAMPLES
    if inputs.real is not None:
        num = min(num, inputs.real.num)
    samples, labels = held_out_samples(
        protocol.dataset,
        protocol.split,
        inputs.image_size,
        num,
        with_labels=gan.num_classes is not None,
    )
    found = games.empirical_game(gan, samples, labels, seed=GAME_SEED)
    return {
        "objective": type(gan.objective).__name__,
        "payoff": found.payoff.tolist(),
        "standard_errors": found.standard_errors.tolist(),
        "generator_weights": found.generator_weights.tolist(),
        "discriminator_weights": found.discriminator_weights.tolist(),
        "value": found.equilibrium.value,
        "generator_equilibrium": found.equilibrium.row_strategy.tolist(),
        "discriminator_equilibrium": (
            found.equilibrium.column_strategy.tolist()
        ),
        "mixture_payoff": {
            "value": found.mixture_payoff.value,
            "standard_error": found.mixture_payoff.standard_error,
        },
        "exploitability": found.exploitability,
        "margin": found.margin,
        "num": found.num_samples,
    }, {}


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
