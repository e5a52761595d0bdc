"""What competitive gradient descent is for: the ring by one zero-sum game.

The Wasserstein payoff without any constraint on the discriminators: a game
that simultaneous gradient descent does not solve. Compared are simultaneous
and competitive steps, with one size (CGD) and with adaptive sizes (ACGD), from
the same weights on the same data. Rates are held for half of the training and
then fall to 0. CGD and ACGD have one rate each; the simultaneous rules try
several, those that stay finite also for ten times as many steps, since a
competitive step takes about twelve times as many derivatives.

    python benchmarks/competitive_descent.py [--steps=3000] [--seeds=3]
        [--processes=1] [--out=runs/competitive_descent]

Reported are the modes found and the fraction of samples near a mode
(`mg.metrics.mode_coverage`), means of the last three of 30 evaluations, and
the payoff. It is 0 at the solution, where no discriminator can tell.

What `results/` shows: with one size, simultaneous steps find no mode at any
rate and overflow, CGD finds most at a rate where they overflow at once. With
adaptive sizes, simultaneous steps cover the ring too, at rates small enough
for the length, but the payoff grows and swings; ACGD's settles at 0. In
samples near a mode it gains nothing on them, and its steps are dearer.
"""

import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Compiles in about half the time, and the steps are as fast.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=1")

import keras
import numpy as np
import tensorflow as tf
from absl import app
from absl import flags
from competitive_descent_report import RULES
from competitive_descent_report import draw
from competitive_descent_report import ending
from competitive_descent_report import markdown
from running import use_one_thread
from tqdm import tqdm

import mixgan_tf as mg
from mixgan_tf import files
from mixgan_tf.cli.source_tree import commit
from mixgan_tf.metrics import mode_coverage

LONGER = 10  # so many times the steps, for simultaneous rules
EVALUATIONS = 30
SAMPLES = 5_000
CENTERS, SD = mg.data.ring_centers(), 0.02

FLAGS = flags.FLAGS
flags.DEFINE_integer("seeds", 3, "Runs of each rate.")
flags.DEFINE_integer("steps", 3_000, f"Divisible by {EVALUATIONS}.")
flags.DEFINE_integer("processes", 1, "Rules that run at a time.")
flags.DEFINE_string("out", "runs/competitive_descent", "Folder for results.")
flags.register_validator(
    "steps",
    lambda steps: steps > 0 and steps % EVALUATIONS == 0,
    message=f"must be positive and divisible by {EVALUATIONS}",
)


def main(_):
    begin = time.perf_counter()
    wanted = protocol(FLAGS.steps, FLAGS.seeds)
    with concurrent.futures.ProcessPoolExecutor(
        FLAGS.processes, multiprocessing.get_context("spawn"), use_one_thread
    ) as pool:
        # The slow ones first.
        futures = {
            rule: pool.submit(train_by, rule, wanted)
            for rule in ("acgd", "cgd", "adaptive", "gd")
        }
        cells = {}
        for rule in tqdm(RULES, unit="rule"):
            cells |= futures[rule].result()
    report = {
        "protocol": wanted,
        "seconds": time.perf_counter() - begin,
        "best": {rule: best_of(cells, rule) for rule in RULES},
        "best_longer": {
            rule: best_of(cells, rule, longer=not RULES[rule].max_iterations)
            for rule in RULES
        },
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


def protocol(steps, seeds):
    """Returns all that the numbers depend on."""
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
        "alternate": False,  # compiles one solve, not two
        "rules": RULES,
        "decay": "linear to 0, from half of the steps on",
        "steps": steps,
        "longer": LONGER,
        "seeds": seeds,
        "evaluations": f"last 3 of {EVALUATIONS}, {SAMPLES} samples",
        "commit": commit(),
    }


def train_by(rule, wanted):
    """Returns the cells of one rule, by name."""
    trainer = Trainer(rule, wanted)
    cells = {f"{rule}/{rate}": trainer.run(rate) for rate in RULES[rule].rates}
    if RULES[rule].max_iterations == 0:
        best = best_of(cells, rule)
        for name, cell in list(cells.items()):
            if name == best or np.isfinite(ending(cell, "payoff")).any():
                cells[f"{name}/longer"] = trainer.run(cell["rate"], LONGER)
    return cells


class Trainer:
    """Trains by one rule, with one loop of `train_step` that XLA compiles."""

    def __init__(self, rule, wanted):
        self.rule = rule
        self.wanted = wanted
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
        self.shape = [wanted["steps"] // EVALUATIONS, wanted["batch_size"], 2]
        train(tf.zeros(self.shape))  # compiles

    def make_gan(self, rate, seed):
        """Returns a compiled model with fresh weights."""
        wanted = self.wanted
        rule = RULES[self.rule]
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
            optimizer=getattr(mg.optimizers, rule.optimizer)(
                rate,
                tolerance=wanted["tolerance"],
                max_iterations=rule.max_iterations,
                alternate=wanted["alternate"],
            ),
            entropy_weight=wanted["entropy_weight"],
            payoff=wanted["payoff"],
        )
        return gan

    def run(self, rate, repeats=1):
        """Trains all seeds, `repeats` times as long; returns their numbers."""
        runs, samples = [], None
        seconds, solved, steps = 0.0, 0, 0
        planned = self.wanted["steps"] * repeats
        for seed in range(self.wanted["seeds"]):
            for variable, value in zip(
                state(self.gan), state(self.make_gan(rate, seed)), strict=True
            ):
                variable.assign(value)
            self.gan.train_steps.assign(seed * 1_000_000)  # keys the latents
            curves = {"payoff": [], "modes": [], "high_quality": []}
            draws = mg.data.ring(self.shape[0] * self.shape[1], seed)
            for index, points in enumerate(draws.take(EVALUATIONS * repeats)):
                left = 1 - index / (EVALUATIONS * repeats)
                self.gan.optimizer.learning_rate = rate * min(1, 2 * left)
                if np.isfinite(curves["payoff"][-1:]).all():
                    self.gan.reset_metrics()
                    begin = time.perf_counter()
                    solved += int(self.train(tf.reshape(points, self.shape)))
                    seconds += time.perf_counter() - begin
                    steps += self.shape[0]
                if (index + 1) % repeats == 0:
                    drawn = self.gan.sample(SAMPLES, index, batch_size=SAMPLES)
                    found = mode_coverage(drawn, CENTERS, SD)
                    values = self.gan.get_metrics_result() | found._asdict()
                    for name, curve in curves.items():
                        curve.append(float(values[name]))
            runs.append(curves)
            samples = drawn if seed == 0 else samples
        # A step takes the gradient, and where it solves two products with
        # mixed derivatives each iteration and four more.
        products = (2 * solved + 4 * steps) / steps if solved else 0
        return {
            "rule": self.rule,
            "rate": rate,
            "steps": planned,
            "derivatives": (1 + products) * planned,
            "milliseconds": 1e3 * seconds / steps,
            "runs": runs,
            "samples": samples,
        }


def state(gan):
    """Returns all variables that training changes."""
    return gan.variables + gan.optimizer.variables


def best_of(cells, rule, longer=False):
    """Returns the name of a rule's cell with the most samples near a mode."""
    names = [
        name
        for name, cell in cells.items()
        if cell["rule"] == rule and name.endswith("/longer") == longer
    ]
    return max(names, key=lambda n: np.mean(ending(cells[n], "high_quality")))


def rounded(value):
    """Returns JSON-ready values: 4 digits, `None` where not finite."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.4g}") if np.isfinite(value) else None
    return value


if __name__ == "__main__":
    app.run(main)
