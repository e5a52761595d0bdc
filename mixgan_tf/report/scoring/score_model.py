"""The run of a protocol: every score for every seed, and the diagnostics."""

import dataclasses
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from mixgan_tf import metrics
from mixgan_tf.metrics.required import required
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.pictures.component_grid import component_grid
from mixgan_tf.report.scoring import diagnostics
from mixgan_tf.report.scoring.description import describe_evaluation
from mixgan_tf.report.scoring.inputs import Inputs
from mixgan_tf.report.scoring.prepare_inputs import prepare_inputs
from mixgan_tf.report.scoring.protocol import IMAGE_SCORES
from mixgan_tf.report.scoring.protocol import POINT_SCORES
from mixgan_tf.report.scoring.protocol import Protocol
from mixgan_tf.report.scoring.sample_scores import RealStatistics
from mixgan_tf.report.scoring.sample_scores import ScoredSamples
from mixgan_tf.report.scoring.sample_scores import real_statistics
from mixgan_tf.report.scoring.sample_scores import score_images
from mixgan_tf.report.scoring.sample_scores import score_points
from mixgan_tf.report.scoring.sample_scores import spread_over_seeds

FORMAT = 1
POINTS_SHOWN = 2000


class Evaluation(NamedTuple):
    """The result of `evaluate`."""

    result: dict[str, Any]  # for JSON: the scores with their protocol
    pictures: dict[str, np.ndarray]  # name -> uint8 array (H, W, channels)
    points: list[np.ndarray] | None = None  # of each component, float32 (n, 2)


def evaluate(
    gan: MixGAN,
    protocol: Protocol,
    name: str = "model",
    commit: str | None = None,
) -> Evaluation:
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
        ValueError: if data or extractor are unavailable or do not suit the
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
    inputs = prepare_inputs(gan, protocol)
    subjects, found, pictures = _run_metrics(inputs)
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
            "model": _describe_model(gan, name),
            "mixture": subjects[0],
            "components": subjects[1:],
            "diagnostics": found,
            "skipped": dict(inputs.skipped),
            "protocol": describe_evaluation(inputs, name, commit),
        },
        pictures,
        points,
    )


def score_samples(
    gan: MixGAN, protocol: Protocol, components: bool = True
) -> list[dict[str, dict[str, Any]]]:
    """Scores a model's samples, without any diagnostics.

    Args:
        gan: a `MixGAN`; discriminators are not needed.
        protocol: a `Protocol` that names its metrics. Those that are no
            scores of samples are left out.
        components: whether to score each component, too.

    Returns:
        A list of dicts from the name of each score to its `"mean"`, `"sd"` and
        `"values"`: of the mixture and, if asked for, of the components.

    Raises:
        ValueError: as `evaluate`.
    """
    named = required(protocol.metrics, "the protocol's metrics")
    chosen = [m for m in named if m in IMAGE_SCORES + POINT_SCORES]
    inputs = prepare_inputs(gan, dataclasses.replace(protocol, metrics=chosen))
    entries, _, _ = _run_metrics(inputs, components)
    return [entry["scores"] for entry in entries]


def _run_metrics(
    inputs: Inputs, components: bool = True
) -> tuple[list[dict[str, Any]], dict[str, Any], dict[str, np.ndarray]]:
    """Returns entries of mixture and components, diagnostics and pictures."""
    scored = [m for m in inputs.metrics if m in IMAGE_SCORES + POINT_SCORES]
    others = [m for m in inputs.metrics if m not in scored]
    subjects: list[int | None] = [None]
    if inputs.gan.num_generators > 1 and scored and components:
        subjects += range(inputs.gan.num_generators)
    passes = len(inputs.protocol.seeds) * len(subjects)
    with tqdm(total=passes + len(others), desc="evaluate", disable=None) as bar:
        real = None
        if not inputs.protocol.of_points:
            bar.set_postfix_str("real images")
            real = real_statistics(inputs)
        entries, first = _score_subjects(inputs, real, subjects, bar)
        found: dict[str, Any] = {}
        pictures: dict[str, np.ndarray] = {}
        for name in others:
            bar.set_postfix_str(name)
            found[name], drawn = _diagnose(name, inputs, real, first)
            pictures.update(drawn)
            bar.update()
    return entries, found, pictures


def _score_subjects(
    inputs: Inputs,
    real: RealStatistics | None,
    subjects: Sequence[int | None],
    bar: tqdm,
) -> tuple[list[dict[str, Any]], ScoredSamples | None]:
    """Returns the entry of each subject, and the mixture's first samples."""
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
        entries.append(_subject_entry(parts))
    if real is not None and real.class_frequencies is not None:
        entries[0]["real_class_frequencies"] = real.class_frequencies.tolist()
    return entries, first


def _diagnose(
    name: str,
    inputs: Inputs,
    real: RealStatistics | None,
    scored: ScoredSamples | None,
) -> diagnostics.Diagnostic:
    """Runs one diagnostic."""
    if name == "components":
        return diagnostics.components(inputs)
    if name == "game":
        return diagnostics.game(inputs)
    run = {
        "birthday": diagnostics.birthday,
        "memorization": diagnostics.memorization,
    }[name]
    return run(
        inputs,
        required(real, "statistics of real images"),
        required(scored, "scored samples"),
    )


def _subject_entry(parts: Sequence[ScoredSamples]) -> dict[str, Any]:
    """Returns the report's entry of one subject, from its samples by seed."""
    names = parts[0].scores
    entry: dict[str, Any] = {
        "scores": {
            name: spread_over_seeds([part.scores[name] for part in parts])
            for name in names
        }
    }
    frequencies = [
        part.class_frequencies
        for part in parts
        if part.class_frequencies is not None
    ]
    if frequencies:
        entry["class_frequencies"] = np.mean(frequencies, axis=0).tolist()
    return entry


def _describe_model(gan: MixGAN, name: str) -> dict[str, Any]:
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


def _listed(value: float | np.ndarray) -> float | list[float]:
    return value.tolist() if isinstance(value, np.ndarray) else value
