"""What competitive gradient descent is for: the ring by one zero-sum game.

The Wasserstein payoff without any constraint on the discriminators, a game
that gradient descent does not solve: simultaneous and competitive steps, with
one size (CGD) and with adaptive sizes (ACGD), from the same weights on the
same data. Every rule tries the same number of rates, and the best of each is
drawn. As a competitive step costs more, the simultaneous rules' best rates
also train for as many derivatives as ACGD's took.

    python benchmarks/competitive_descent.py [--steps=3000] [--seeds=3]
        [--out=runs/competitive_descent]

Reported are the modes found and the fraction of samples near a mode
(`mg.metrics.mode_coverage`), means of the last third of 30 evaluations, and
the payoff. It is 0 at the solution, where no discriminator can tell.
"""

import json
import os
import pathlib
import statistics
import subprocess
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Compiles in about half the time, and the steps are as fast.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=1")

import keras
import numpy as np
import tensorflow as tf
from absl import app
from absl import flags
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont
from tqdm import tqdm

import mixgan_tf as mg
from mixgan_tf import files
from mixgan_tf.metrics import mode_coverage

ITERATIONS = 5
# Title, optimizer, iterations of a solve (0: simultaneous), rates, colour.
RULES = {
    "gd": ("simultaneous", "CGD", 0, (0.003, 0.01, 0.03), "#d64541"),
    "cgd": ("CGD", "CGD", ITERATIONS, (0.01, 0.03, 0.1), "#2e8b57"),
    "adaptive": (
        "simultaneous, adaptive",
        "ACGD",
        0,
        (0.001, 0.003, 0.01),
        "#e69f00",
    ),
    "acgd": ("ACGD", "ACGD", ITERATIONS, (0.001, 0.003, 0.01), "#2166ac"),
}
TABLE_NOTE = (
    "Means and standard deviations over seeds. Derivatives: gradients of both "
    "players, and products with the mixed second derivatives. Bold: the best "
    "rate by high quality."
)
EVALUATIONS = 30
SAMPLES = 5_000
CENTERS, SD = mg.data.ring_centers(), 0.02
LARGE = ImageFont.load_default(24)
SMALL = ImageFont.load_default(17)
INK, FAINT, PALE = "#282c34", "#707682", "#e4e6ea"

FLAGS = flags.FLAGS
flags.DEFINE_list("rules", list(RULES), "Which to compare.")
flags.DEFINE_integer("seeds", 3, "Runs of each rate.")
flags.DEFINE_integer("steps", 3_000, f"Divisible by {EVALUATIONS}.")
flags.DEFINE_string("out", "runs/competitive_descent", "Folder for results.")
flags.register_validator(
    "rules",
    lambda names: names and set(names) <= set(RULES),
    message=f"must be among {','.join(RULES)}",
)
flags.register_validator(
    "steps",
    lambda steps: steps > 0 and steps % EVALUATIONS == 0,
    message=f"must be positive and divisible by {EVALUATIONS}",
)


def main(_):
    use_one_thread()
    begin = time.perf_counter()
    cells, trainers = {}, {}
    for rule in tqdm(FLAGS.rules, unit="rule"):
        trainers[rule] = Trainer(rule)
        for rate in RULES[rule][3]:
            cells[f"{rule}/{rate}"] = trainers[rule].run(rate)
    best = {rule: best_of(cells, rule) for rule in FLAGS.rules}
    if "acgd" in best:
        spent = cells[best["acgd"]]["derivatives"]
        for rule in tqdm([r for r in FLAGS.rules if RULES[r][2] == 0]):
            rate = cells[best[rule]]["rate"]
            repeats = round(spent / FLAGS.steps)
            cells[f"{rule}/{rate}/long"] = trainers[rule].run(rate, repeats)
    report = {
        "protocol": protocol(),
        "seconds": time.perf_counter() - begin,
        "best": best,
        "cells": cells,
    }
    out = pathlib.Path(FLAGS.out)
    table = markdown(report)
    with files.atomic_file(out / "competitive_descent.png") as file:
        draw(report).save(file, optimize=True)
    for cell in cells.values():
        del cell["samples"]
    with files.atomic_file(out / "competitive_descent.json") as file:
        file.write_text(json.dumps(rounded(report)))
    with files.atomic_file(out / "competitive_descent.md") as file:
        file.write_text(table)
    print(f"{table}\nResults are in {out}: JSON, Markdown and PNG.")


def use_one_thread():
    """Keeps tiny operations from waiting for each other's threads."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")


def protocol():
    """Returns all that the numbers depend on."""
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        cwd=pathlib.Path(__file__).parent,
    )
    return {
        "data": "ring",
        "objective": "wasserstein",
        "constraint": None,
        "generators": 2,
        "discriminators": 2,
        "width": 32,
        "batch_size": 128,
        "entropy_weight": 0.1,
        "payoff": "stratified",
        "tolerance": 0.01,
        "max_iterations": ITERATIONS,
        "alternate": False,
        "rates": {rule: RULES[rule][3] for rule in FLAGS.rules},
        "steps": FLAGS.steps,
        "seeds": FLAGS.seeds,
        "evaluations": f"last third of {EVALUATIONS}, {SAMPLES} samples",
        "commit": git.stdout.strip() or None,
    }


class Trainer:
    """Trains by one rule, with one loop of `train_step` that XLA compiles."""

    def __init__(self, rule):
        self.rule = rule
        self.gan = gan = self.make_gan(1.0, 0)
        step = tf.autograph.experimental.do_not_convert(gan.train_step)
        iterations = gan.optimizer.solver_iterations

        @tf.function(jit_compile=True)
        def train(batches):
            solved = tf.constant(0)
            for batch in batches:
                step(batch)
                solved += iterations.value
            return solved

        self.train = train
        self.shape = [FLAGS.steps // EVALUATIONS, protocol()["batch_size"], 2]
        train(tf.zeros(self.shape))  # compiles

    def make_gan(self, rate, seed):
        """Returns a compiled model with fresh weights."""
        wanted = protocol()
        _, optimizer, iterations, *_ = RULES[self.rule]
        keras.utils.set_random_seed(seed)
        gan = mg.MixGAN(
            mg.networks.MLPGenerator(2, latent_dim=2, width=wanted["width"]),
            mg.networks.MLPDiscriminator(2, width=wanted["width"]),
            num_generators=wanted["generators"],
            num_discriminators=wanted["discriminators"],
            seed=0,
        )
        gan.compile(
            objective=wanted["objective"],
            optimizer=getattr(mg.optimizers, optimizer)(
                rate,
                tolerance=wanted["tolerance"],
                max_iterations=iterations,
                alternate=wanted["alternate"],
            ),
            entropy_weight=wanted["entropy_weight"],
            payoff=wanted["payoff"],
        )
        return gan

    def run(self, rate, repeats=1):
        """Trains all seeds, `repeats` times as long; returns their numbers."""
        runs, samples = [], None
        begin, solved, steps = time.perf_counter(), 0, 0
        for seed in range(FLAGS.seeds):
            for variable, value in zip(
                state(self.gan), state(self.make_gan(rate, seed)), strict=True
            ):
                variable.assign(value)
            self.gan.train_steps.assign(seed * 1_000_000)  # keys the latents
            curves = {"payoff": [], "modes": [], "high_quality": []}
            draws = mg.data.ring(np.prod(self.shape[:2]), seed)
            for index, points in enumerate(draws.take(EVALUATIONS * repeats)):
                self.gan.reset_metrics()
                solved += int(self.train(tf.reshape(points, self.shape)))
                steps += self.shape[0]
                if (index + 1) % repeats == 0:
                    drawn = self.gan.sample(SAMPLES, index, batch_size=SAMPLES)
                    found = mode_coverage(drawn, CENTERS, SD)
                    payoff = self.gan.get_metrics_result()["payoff"]
                    for name, value in (
                        ("payoff", payoff),
                        ("modes", found.modes),
                        ("high_quality", found.high_quality),
                    ):
                        curves[name].append(float(value))
            runs.append(curves)
            samples = drawn if seed == 0 else samples
        # A step takes the gradient, and where it solves two products with
        # mixed derivatives each iteration and four more.
        products = (2 * solved + 4 * steps) / steps if solved else 0
        return {
            "rule": self.rule,
            "rate": rate,
            "steps": steps // FLAGS.seeds,
            "derivatives": (1 + products) * steps / FLAGS.seeds,
            "milliseconds": 1e3 * (time.perf_counter() - begin) / steps,
            "runs": runs,
            "samples": samples,
        }


def state(gan):
    """Returns all variables that training changes."""
    return gan.variables + gan.optimizer.variables


def ending(cell, key):
    """Returns each seed's mean over the last third of the evaluations."""
    return [np.mean(run[key][-EVALUATIONS // 3 :]) for run in cell["runs"]]


def best_of(cells, rule):
    """Returns the name of a rule's cell with the most samples near a mode."""
    names = [name for name in cells if cells[name]["rule"] == rule]
    return max(names, key=lambda n: np.mean(ending(cells[n], "high_quality")))


def markdown(report):
    """Returns the table, a line for each cell; the best rates are bold."""
    lines = [
        "| step | rate | steps | derivatives | ms a step | modes "
        "| high quality | payoff at the end |",
        "|---" * 8 + "|",
    ]
    for name, cell in report["cells"].items():
        rate = f"{cell['rate']:g}"
        if name in report["best"].values():
            rate = f"**{rate}**"
        lines.append(
            f"| {RULES[cell['rule']][0]} | {rate} | {cell['steps']:,} "
            f"| {cell['derivatives']:,.0f} | {cell['milliseconds']:.1f} | "
            + " | ".join(
                _spread(ending(cell, key))
                for key in ("modes", "high_quality", "payoff")
            )
            + " |"
        )
    return "\n".join([*lines, "", TABLE_NOTE, ""])


def _spread(values):
    # Where the payoff overflowed, how many seeds did.
    finite = [v for v in values if np.isfinite(v)]
    if lost := len(values) - len(finite):
        return f"not finite in {lost} of {len(values)}"
    text = f"{statistics.fmean(finite):.2f}"
    return text + (f" ± {statistics.stdev(finite):.2f}" if finite[1:] else "")


def rounded(value):
    """Returns JSON-ready values: 4 digits, `None` where not finite."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.4g}") if np.isfinite(value) else None
    return value


def draw(report):
    """Returns the picture: two charts, and the first seed's samples."""
    shown = {rule: report["cells"][n] for rule, n in report["best"].items()}
    picture = Image.new("RGB", (1280, 880), "white")
    canvas = ImageDraw.Draw(picture)
    steps = report["protocol"]["steps"]
    for left, key, title, low, high in (
        (70, "payoff", "payoff (0 at the solution)", -5.0, 25.0),
        (710, "high_quality", "samples near a mode", 0.0, 1.0),
    ):
        box = (left, 50, left + 540, 420)
        canvas.text((left, 12), title, INK, LARGE)
        _draw_axes(canvas, box, low, high, steps)
        for rule, cell in shown.items():
            for run in cell["runs"]:
                _draw_curve(canvas, box, run[key], low, high, RULES[rule][4])
    for column, (rule, cell) in enumerate(shown.items()):
        left = 30 + 312 * column
        title, _, _, _, colour = RULES[rule]
        canvas.text((left, 482), title, colour, LARGE)
        near, modes = (
            statistics.fmean(ending(cell, key))
            for key in ("high_quality", "modes")
        )
        note = f"rate {cell['rate']:g}: {modes:.1f} modes, {near:.0%} near"
        canvas.text((left, 514), note, FAINT, SMALL)
        picture.paste(_scatter(cell["samples"], colour), (left, 544))
    note = "A curve for each seed, the best rate of each rule. Samples of the "
    canvas.text((30, 846), note + "first seed at the end.", FAINT, SMALL)
    return picture


def _draw_axes(canvas, box, low, high, steps):
    left, top, right, bottom = box
    for part in (0, 0.2, 0.4, 0.6, 0.8, 1):
        y = bottom - part * (bottom - top)
        canvas.line((left, y, right, y), PALE)
        text = f"{low + part * (high - low):g}"
        canvas.text((left - 8, y), text, FAINT, SMALL, anchor="rm")
    for part, text in ((0, "0"), (1, f"{steps:,} steps")):
        x = left + part * (right - left)
        anchor = "rt" if part else "lt"
        canvas.text((x, bottom + 8), text, FAINT, SMALL, anchor=anchor)


def _draw_curve(canvas, box, values, low, high, colour):
    left, top, right, bottom = box
    points = [
        (
            left + (index + 1) / len(values) * (right - left),
            bottom
            - (np.clip(v, low, high) - low) / (high - low) * (bottom - top),
        )
        for index, v in enumerate(values)
        if np.isfinite(v)
    ]
    canvas.line(points, colour, 2, joint="curve")
    if len(points) < len(values):  # where it overflowed
        x, y = points[-1] if points else (left, bottom)
        canvas.line((x - 6, y - 6, x + 6, y + 6), colour, 3)
        canvas.line((x - 6, y + 6, x + 6, y - 6), colour, 3)


def _scatter(samples, colour, side=284, scale=3):
    # Drawn large and reduced, so that dots have smooth edges.
    size, limit = scale * side, 3.0
    image = Image.new("RGB", (size, size), "white")
    canvas = ImageDraw.Draw(image)
    for points, radius, ink in ((CENTERS, 27, PALE), (samples, 3, colour)):
        places = (1 + points * [1, -1] / limit) * size / 2
        for x, y in places[np.isfinite(places).all(axis=1)][:2000]:
            canvas.ellipse(
                (x - radius, y - radius, x + radius, y + radius), ink
            )
    canvas.rectangle((0, 0, size - 1, size - 1), outline=FAINT, width=scale)
    return image.resize((side, side), Image.LANCZOS)


if __name__ == "__main__":
    app.run(main)
