"""Running a protocol: every score for every seed, and the diagnostics."""

import dataclasses
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from mixgan_tf import metrics
from mixgan_tf.callbacks import component_grid
from mixgan_tf.report.scoring import diagnostics
from mixgan_tf.report.scoring.description import describe
from mixgan_tf.report.scoring.inputs import prepare
from mixgan_tf.report.scoring.protocol import IMAGE_SCORES
from mixgan_tf.report.scoring.protocol import POINT_SCORES
from mixgan_tf.report.scoring.sample_scores import over_seeds
from mixgan_tf.report.scoring.sample_scores import real_statistics
from mixgan_tf.report.scoring.sample_scores import score_images
from mixgan_tf.report.scoring.sample_scores import score_points

FORMAT = 1
POINTS_SHOWN = 2000


class Evaluation(NamedTuple):
    """What `evaluate` finds."""

    result: dict  # for JSON: the scores with their protocol
    pictures: dict  # name -> uint8 array (H, W, channels)
    points: list | None = None  # of each component, float32 (n, 2)


def evaluate(gan, protocol, name="model", commit=None):
    """Scores a model by a protocol.

    The mixture and each of its components are scored on samples of every
    seed. The rest, such as the birthday test, is of the mixture's samples of
    the first seed. The same model, protocol and machine give the same result.

    Args:
        gan: a `MixGAN`; compiled and with discriminators for their game.
        protocol: a `Protocol`.
        name: what the model is called.
        commit: the commit of the source tree this runs from, if known.

    Returns:
        An `Evaluation`. Its `result` has the scores of the `"mixture"` and of
        the `"components"`, each with `"mean"` and `"sd"` over seeds (the
        sample standard deviation) and the `"values"`; `"diagnostics"`;
        what was `"skipped"` and why; and the `"protocol"`.

    Raises:
        ValueError: if data or extractor are not at hand or do not suit the
            model, a metric that was asked for does not apply, or samples are
            too few. That is found before anything takes long.

    Example:
    ```python
    gan = mg.MixGAN.from_preset("mix_dcgan_mnist")
    protocol = report.Protocol("mnist", training_split="train", num=2000)
    found = report.evaluate(gan, protocol)
    found.result["mixture"]["scores"]["frechet@mnist"]  # mean, sd, values
    ```
    """
    inputs = prepare(gan, protocol)
    subjects, found, pictures = _run(inputs)
    found["effective_components"] = _listed(
        metrics.effective_components(gan.generator_weights)
    )
    points = None
    if protocol.of_points:
        points = [
            gan.sample(POINTS_SHOWN, seed=protocol.seeds[0], component=i)
            for i in range(gan.num_generators)
        ]
    else:
        classes = gan.num_classes or 0
        columns = classes if 6 <= classes <= 16 else 12
        pictures["samples"] = component_grid(gan, columns, rows_per_component=2)
    return Evaluation(
        {
            "format": FORMAT,
            "model": _model(gan, name),
            "mixture": subjects[0],
            "components": subjects[1:],
            "diagnostics": found,
            "skipped": dict(inputs.skipped),
            "protocol": describe(inputs, name, commit),
        },
        pictures,
        points,
    )


def scores_again(gan, protocol, components=True):
    """Scores a model's samples, and does nothing else.

    Args:
        gan: a `MixGAN`; discriminators are not needed.
        protocol: a `Protocol`. Metrics of its that are no scores of samples
            are left out.
        components: whether to score each component, too.

    Returns:
        A list of dicts from the name of each score to its `"mean"`, `"sd"` and
        `"values"`: of the mixture and, if asked for, of the components.

    Raises:
        ValueError: as `evaluate`.
    """
    chosen = [m for m in protocol.metrics if m in IMAGE_SCORES + POINT_SCORES]
    inputs = prepare(gan, dataclasses.replace(protocol, metrics=chosen))
    entries, _, _ = _run(inputs, components)
    return [entry["scores"] for entry in entries]


def _run(inputs, components=True):
    """Returns entries of mixture and components, diagnostics and pictures."""
    scored = [m for m in inputs.metrics if m in IMAGE_SCORES + POINT_SCORES]
    others = [m for m in inputs.metrics if m not in scored]
    subjects = [None]
    if inputs.gan.num_generators > 1 and scored and components:
        subjects += range(inputs.gan.num_generators)
    passes = len(inputs.protocol.seeds) * len(subjects)
    with tqdm(total=passes + len(others), desc="evaluate", disable=None) as bar:
        real = None
        if not inputs.protocol.of_points:
            bar.set_postfix_str("real images")
            real = real_statistics(inputs)
        entries, first = _scored(inputs, real, subjects, bar)
        found, pictures = {}, {}
        for name in others:
            bar.set_postfix_str(name)
            found[name], drawn = _DIAGNOSTICS[name](inputs, real, first)
            pictures.update(drawn)
            bar.update()
    return entries, found, pictures


def _scored(inputs, real, subjects, bar):
    """Returns the entry of each subject, and the mixture's first `Scored`."""
    first, entries = None, []
    for component in subjects:
        who = "mixture" if component is None else f"generator {component}"
        parts = []
        for seed in inputs.protocol.seeds:
            bar.set_postfix_str(f"{who}, seed {seed}")
            if real is None:
                parts.append(score_points(inputs, seed, component))
            else:
                scored = score_images(
                    inputs, real, seed, component, keep_images=first is None
                )
                first = first or scored
                # What is kept of a seed is large.
                parts.append(scored._replace(features=None, images=None))
            bar.update()
        entries.append(_entry(parts))
    if real is not None and real.class_frequencies is not None:
        entries[0]["real_class_frequencies"] = real.class_frequencies.tolist()
    return entries, first


_DIAGNOSTICS = {
    "components": lambda inputs, real, scored: diagnostics.components(inputs),
    "birthday": diagnostics.birthday,
    "memorization": diagnostics.memorization,
    "game": lambda inputs, real, scored: diagnostics.game(inputs),
}


def _entry(parts):
    """Returns what is reported of one subject, from its `Scored` by seed."""
    names = parts[0].scores
    entry = {
        "scores": {
            name: over_seeds([part.scores[name] for part in parts])
            for name in names
        }
    }
    if parts[0].class_frequencies is not None:
        frequencies = [part.class_frequencies for part in parts]
        entry["class_frequencies"] = np.mean(frequencies, axis=0).tolist()
    return entry


def _model(gan, name):
    return {
        "name": name,
        "num_generators": gan.num_generators,
        "num_discriminators": gan.num_discriminators,
        "num_classes": gan.num_classes,
        "sample_shape": list(gan.sample_shape),
        "latent_dim": gan.latent_dim,
        "generator_parameters": gan.generator_mixture.count_params(),
        "generator_weights": gan.generator_weights.tolist(),
        "train_steps": int(gan.train_steps.numpy()),
    }


def _listed(value):
    return value.tolist() if isinstance(value, np.ndarray) else value
