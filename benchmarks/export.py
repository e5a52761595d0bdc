"""What a folded and exported generator costs, against one component.

Every round runs each exported file on the same latents in turn, so that a slow
moment of the machine hits them alike; a cell is the median of the rounds'
ratios, of the processor time and of the time on the wall. Beside the fold stand
its components exported apart, each run on its own rows: what the same samples
cost without any fold. Networks are untrained DCGANs of width 64; their cost is
that of trained ones.

    python benchmarks/export.py [--rounds=60] [--out=runs/export]

Writes export.json, export.md and export.png into the folder.
"""

import json
import os
import pathlib
import statistics
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import numpy as np
import tensorflow as tf
from absl import app
from absl import flags
from absl import logging
from export_report import draw
from export_report import markdown
from tqdm import tqdm

import mixgan_tf as mg
from mixgan_tf.cli.source_tree import commit

FLAGS = flags.FLAGS
flags.DEFINE_integer("rounds", 60, "Rounds at batch 1; fewer at larger ones.")
flags.DEFINE_integer("width", 64, "Width of the networks.")
flags.DEFINE_list("sizes", ["28x1", "32x3"], "Image side x channels.")
flags.DEFINE_list("formats", ["SavedModel", "LiteRT"], "What to measure.")
flags.DEFINE_list("batch_sizes", ["1", "16", "64", "256"], "Rows of a call.")
flags.DEFINE_string("out", "runs/export", "Folder for the results.")

WEIGHTS = {1: [1.0], 3: [0.5, 0.3, 0.2], 5: [0.3, 0.25, 0.2, 0.15, 0.1]}
WARM_UP = 5  # rounds that do not count
LEAST_SECONDS = 0.004  # of one measurement, by repeating short calls


def main(_):
    logging.set_verbosity(logging.ERROR)  # Keras says each file it writes
    report = {
        "commit": commit(),
        "tensorflow": tf.__version__,
        "onednn": os.environ["TF_ENABLE_ONEDNN_OPTS"] == "1",
        "cores": os.cpu_count(),
        "rounds": FLAGS.rounds,
        "weights": {f"T={t}": w for t, w in WEIGHTS.items()},
        "cells": {},
    }
    for size in FLAGS.sizes:
        side, channels = (int(n) for n in size.split("x"))
        components = make_components((side, side, channels))
        for form in FLAGS.formats:
            with tempfile.TemporaryDirectory() as folder:
                measure = {"SavedModel": saved_models, "LiteRT": tflite_files}
                cells = measure[form](components, pathlib.Path(folder))
            for name, cell in cells.items():
                report["cells"][f"{side}x{side}x{channels}/{form}/{name}"] = (
                    cell
                )
    out = pathlib.Path(FLAGS.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "export.json").write_text(json.dumps(report, indent=1) + "\n")
    (out / "export.md").write_text(markdown(report))
    draw(report).save(out / "export.png", optimize=True)
    print(markdown(report))
    print(f"Wrote export.json, export.md and export.png into {out}.")


def make_components(shape):
    """Returns generators with statistics as after training."""
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    components = []
    for _ in WEIGHTS[5]:
        network = mg.networks.DCGANGenerator(shape, width=FLAGS.width)
        for statistic in network.non_trainable_variables:
            statistic.assign(random.uniform(0.5, 1.5, statistic.shape))
        components.append(network)
    return components


def fold(components, count):
    return mg.export.FoldedGenerator(components[:count], WEIGHTS[count])


def saved_models(components, folder):
    """Returns the cells of SavedModels, called from Python."""
    runs = {}
    for count in WEIGHTS:
        path = folder / f"fold_{count}"
        mg.export.to_saved_model(fold(components, count), path)
        runs[f"T={count}"] = mg.export.open_saved_model(path)
    apart = [runs["T=1"]]
    for index, component in enumerate(components[1:]):
        path = folder / f"component_{index}"
        single = mg.export.FoldedGenerator([component], [1.0])
        mg.export.to_saved_model(single, path)
        apart.append(mg.export.open_saved_model(path))
    runs["T=5, apart"] = in_parts(apart, fold(components, 5).thresholds)
    runs["Keras export"] = plain_keras(components[0], folder / "keras")
    return cells_of(runs)


def tflite_files(components, folder):
    """Returns the cells of TFLite files, on one thread of LiteRT.

    At batch 1 they are those made for single samples.
    """
    runs = {}
    for count in WEIGHTS:
        for batch_size in (None, 1):
            path = folder / f"{count}_{batch_size}.tflite"
            mg.export.to_tflite(
                fold(components, count), path, batch_size=batch_size
            )
            run = mg.export.open_tflite(path)
            runs.setdefault(f"T={count}", {})[batch_size == 1] = run
    return cells_of(
        {
            name: lambda latents, both=both: both[len(latents) == 1](latents)
            for name, both in runs.items()
        }
    )


def in_parts(runs, thresholds):
    """Returns a function that runs each row's own model on its rows."""

    def run(latents):
        chosen = (latents[:, -1:] > thresholds).sum(axis=1)
        for index, own in enumerate(runs):
            rows = latents[chosen == index]
            if len(rows):
                own(rows)

    return run


def plain_keras(component, folder):
    """Returns one component as `keras.Model.export` writes it."""
    component.export(folder, verbose=False)
    served = tf.saved_model.load(str(folder))

    def run(latents):
        signature = served.signatures["serving_default"]
        outputs = signature(latents=tf.constant(latents[:, :-1]))
        return next(iter(outputs.values())).numpy()

    return run


def cells_of(runs):
    """Times functions of latents in turn, for every batch size."""
    cells = {}
    for batch_size in map(int, FLAGS.batch_sizes):
        rounds = max(7, int(FLAGS.rounds / (1 + batch_size / 64)))
        measured = {name: [] for name in runs}
        for seed in tqdm(range(rounds + WARM_UP), f"batch {batch_size}"):
            latents = np.random.default_rng(seed).normal(size=(batch_size, 65))
            latents = latents.astype("float32")
            for name, run in runs.items():
                measured[name].append(clock(run, latents))
        single = measured["T=1"][WARM_UP:]
        for name, times in measured.items():
            times = times[WARM_UP:]
            cells[f"{name}/{batch_size}"] = {
                "cpu_ratio": median_ratio(times, single, 0),
                "wall_ratio": median_ratio(times, single, 1),
                "cpu_milliseconds": 1e3
                * statistics.median(cpu for cpu, _ in times),
            }
    return cells


def clock(run, latents):
    """Returns the processor and wall seconds of one call."""
    calls = 0
    cpu, wall = time.process_time(), time.perf_counter()
    while not calls or time.perf_counter() - wall < LEAST_SECONDS:
        run(latents)
        calls += 1
    return (
        (time.process_time() - cpu) / calls,
        (time.perf_counter() - wall) / calls,
    )


def median_ratio(times, single, which):
    return statistics.median(
        a[which] / b[which] for a, b in zip(times, single, strict=True)
    )


if __name__ == "__main__":
    app.run(main)
