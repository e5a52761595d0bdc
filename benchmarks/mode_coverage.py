"""Mode coverage: mixtures against single GANs of equal and of larger width.

Small networks learn a ring of 8 or a grid of 25 Gaussians. Reported are the
modes found and the fraction of samples near a mode (`mg.metrics`), means of
the last three of ten evaluations, which are a tenth of the training apart.

    python benchmarks/mode_coverage.py [--rows=...] [--settings=...]
        [--seeds=5] [--processes=1] [--out=runs/mode_coverage]

A finished cell is kept in the JSON file and not run again. A cell compiles
one loop of `train_step` by XLA and trains every seed with it: for networks
this small that is several times faster than `fit`.
"""

import json
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
from mode_coverage_report import Scene
from mode_coverage_report import draw
from mode_coverage_report import markdown
from running import results

import mixgan_tf as mg
from mixgan_tf import files
from mixgan_tf.cli.source_tree import commit
from mixgan_tf.metrics import mode_coverage

# Data, loss (non-saturating, or with a gradient penalty), width, steps.
ROWS = {
    "ring_ns_16_10k": ("ring", "ns", 16, 10_000),
    "ring_ns_64_10k": ("ring", "ns", 64, 10_000),
    "ring_gp_16_5k": ("ring", "gp", 16, 5_000),
    "grid_ns_32_10k": ("grid", "ns", 32, 10_000),
    "grid_ns_64_10k": ("grid", "ns", 64, 10_000),
    "grid_ns_32_30k": ("grid", "ns", 32, 30_000),
    "grid_gp_16_5k": ("grid", "gp", 16, 5_000),
}
# Generators, discriminators, width as a multiple of the row's.
SETTINGS = {
    "single": (1, 1, 1.0),
    "wide": (1, 1, 5**0.5),  # about as many parameters as 5+5
    "3+3": (3, 3, 1.0),
    "5+5": (5, 5, 1.0),
    "5+1": (5, 1, 1.0),
    "1+5": (1, 5, 1.0),
}
MODES = {  # and their standard deviation
    "ring": (mg.data.ring_centers(), 0.02),
    "grid": (mg.data.grid_centers(), 0.05),
}
# Rows whose samples the picture shows, if they are run.
PICTURED = {"ring": "ring_ns_16_10k", "grid": "grid_ns_64_10k"}
SAMPLES = 10_000

FLAGS = flags.FLAGS
flags.DEFINE_list("rows", list(ROWS), "Rows of the table.")
flags.DEFINE_list("settings", list(SETTINGS), "Its columns.")
flags.DEFINE_integer("seeds", 5, "Runs of each cell.")
flags.DEFINE_integer("steps", None, "To try it out; divisible by 10.")
flags.DEFINE_integer("processes", 1, "Cells that run at a time.")
flags.DEFINE_string("out", "runs/mode_coverage", "Folder for the results.")
for _flag, _known in (("rows", ROWS), ("settings", SETTINGS)):
    flags.register_validator(
        _flag,
        lambda names, known=_known: set(names) <= set(known),
        message=f"must be among {','.join(_known)}",
    )


def main(_):
    out = pathlib.Path(FLAGS.out)
    report = out / "mode_coverage.json"
    cells = json.loads(report.read_text()) if report.exists() else {}
    protocols = {
        f"{row}/{setting}": protocol(row, setting, FLAGS.seeds, FLAGS.steps)
        for row in FLAGS.rows
        for setting in FLAGS.settings
    }
    made_at = commit()
    missing = {
        name: wanted
        for name, wanted in protocols.items()
        if cells.get(name, {}).get("protocol") != wanted
    }
    for name, found in results(run, missing, FLAGS.processes, "cell"):
        cells[name], samples = found
        cells[name]["commit"] = made_at
        with files.atomic_file(samples_file(out, name)) as file:
            np.save(file, samples)
        with files.atomic_file(report) as file:
            file.write_text(json.dumps(cells, indent=1))
    shown = {name: cells[name] for name in protocols}
    with files.atomic_file(out / "mode_coverage.md") as file:
        file.write_text(markdown(shown))
    if pictured := scenes(shown, out):
        with files.atomic_file(out / "mode_coverage.png") as file:
            draw(pictured).save(file, optimize=True)
    print(f"{markdown(shown)}\nResults are in {out}.")


def protocol(row, setting, seeds, steps=None):
    """Returns all that a cell's numbers depend on, as JSON has it."""
    generators, discriminators, factor = SETTINGS[setting]
    data, loss, width, usual_steps = ROWS[row]
    penalised = loss == "gp"
    return {
        "data": data,
        "objective": "wasserstein" if penalised else "non_saturating",
        "gradient_penalty": 0.1 if penalised else 0,
        "discriminator_steps": 5 if penalised else 1,
        "learning_rate": 1e-3,
        "betas": [0.5, 0.9 if penalised else 0.999],
        "entropy_weight": 0.1,
        "payoff": "stratified",
        "batch_size": 128,
        "steps": steps or usual_steps,
        "width": round(factor * width),
        "generators": generators,
        "discriminators": discriminators,
        "seeds": seeds,
        "evaluations": f"last 3 of 10, {SAMPLES} samples",
    }


def make_gan(protocol, seed):
    """Returns a compiled model with fresh weights."""
    keras.utils.set_random_seed(seed)
    gan = mg.MixGAN(
        mg.networks.MLPGenerator(2, latent_dim=2, width=protocol["width"]),
        mg.networks.MLPDiscriminator(2, width=protocol["width"]),
        num_generators=protocol["generators"],
        num_discriminators=protocol["discriminators"],
        seed=0,
    )
    rate, betas = protocol["learning_rate"], protocol["betas"]
    regularizers = []
    if weight := protocol["gradient_penalty"]:
        regularizers = [mg.regularizers.GradientPenalty(weight)]
    gan.compile(
        objective=protocol["objective"],
        generator_optimizer=keras.optimizers.Adam(rate, *betas),
        discriminator_optimizer=keras.optimizers.Adam(rate, *betas),
        mixture_optimizer=keras.optimizers.Adam(rate, 0.5),
        entropy_weight=protocol["entropy_weight"],
        payoff=protocol["payoff"],
        regularizers=regularizers,
        discriminator_steps=protocol["discriminator_steps"],
    )
    return gan


def run(protocol):
    """Trains all seeds of a cell; returns its numbers, and seed 0's samples."""
    begin = time.perf_counter()
    keras.backend.clear_session()
    shape = [protocol["steps"] // 10, protocol["batch_size"], 2]
    gan = make_gan(protocol, 0)
    step = tf.autograph.experimental.do_not_convert(gan.train_step)

    @tf.function(jit_compile=True)
    def train(batches):
        for batch in batches:
            step(batch)

    train(tf.zeros(shape))  # compiles; the weights are replaced below
    runs, pictured = [], None
    for seed in range(protocol["seeds"]):
        for variable, value in zip(
            state(gan), state(make_gan(protocol, seed)), strict=True
        ):
            variable.assign(value)
        gan.train_steps.assign(seed * 1_000_000)  # the key of all latents
        draws = getattr(mg.data, protocol["data"])(shape[0] * shape[1], seed)
        found, start = [], time.perf_counter()
        for index, points in enumerate(draws.take(10)):
            train(tf.reshape(points, shape))
            if index >= 7:
                samples = gan.sample(SAMPLES, seed=index, batch_size=SAMPLES)
                found.append(mode_coverage(samples, *MODES[protocol["data"]]))
        modes, high_quality = np.mean(found, axis=0).tolist()
        runs.append(
            {
                "modes": modes,
                "high_quality": high_quality,
                "generator_weights": gan.generator_weights.tolist(),
                "seconds": time.perf_counter() - start,
            }
        )
        pictured = samples if pictured is None else pictured
    cell = {"protocol": protocol, "runs": runs}
    return {**cell, "seconds": time.perf_counter() - begin}, pictured


def state(gan):
    """Returns all variables that training changes."""
    optimizers = (
        gan.generator_optimizer,
        gan.discriminator_optimizer,
        gan.generator_mixture_optimizer,
        gan.discriminator_mixture_optimizer,
    )
    return gan.variables + [v for o in optimizers for v in o.variables]


def samples_file(out, name):
    return out / "samples" / f"{name.replace('/', '-')}.npy"


def scenes(cells, out):
    """Returns what the picture shows, as far as there are results."""
    found = []
    for data, name in PICTURED.items():
        results = {
            s: (np.load(samples_file(out, key)), cells[key]["runs"])
            for s in SETTINGS
            if (key := f"{name}/{s}") in cells
        }
        if results:
            real = next(iter(getattr(mg.data, data)(SAMPLES))).numpy()
            found.append(Scene(real, *MODES[data], results))
    return found


if __name__ == "__main__":
    app.run(main)
