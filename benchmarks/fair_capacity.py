"""Is a mixture worth its parameters and its time? Class-conditional MNIST.

One GAN, a wide one with as many parameters as the mixture, and mixtures of
G generators against D discriminators (GxD), compared after equal numbers of
steps and after equal time. Time is in units measured beforehand: the settings
take turns, and the ratios of their step times say how many steps each gets, so
that nothing depends on what else the machine does meanwhile.

    python benchmarks/fair_capacity.py [--seeds=3] [--steps=5000]
        [--processes=1] [--out=runs/fair_capacity]

A finished run is kept in the JSON file and not made again.
"""

import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

from absl import app
from absl import flags
from absl import logging
from fair_capacity_report import markdown
from mixgan_tf.zoo.building import build_dataset
from mixgan_tf.zoo.building import build_model
from mixgan_tf.zoo.recipes import dcgan_mnist
from running import results
from running import use_one_thread
from tqdm import tqdm

from mixgan_tf import files
from mixgan_tf import metrics
from mixgan_tf.cli.source_tree import commit

WIDTH = 16
SETTINGS = {  # generators, discriminators
    "1x1": (1, 1),
    "wide": (1, 1),
    "1x3": (1, 3),
    "3x1": (3, 1),
    "3x3": (3, 3),
}
REFERENCE = "3x3"  # its time is what all get
REAL = {"name": "mnist", "split": "test", "num": 10_000}
SAMPLES = 10_000
NEIGHBOR_SAMPLES = 5_000  # for precision and recall
SAMPLE_SEED = 0

FLAGS = flags.FLAGS
flags.DEFINE_integer("seeds", 3, "Runs of each setting.", lower_bound=2)
flags.DEFINE_integer("steps", 5_000, "Equal steps; the time is of these.")
flags.DEFINE_integer("rounds", 7, "In how many turns steps are timed.")
flags.DEFINE_integer("processes", 1, "Runs at a time.")
flags.DEFINE_string("out", "runs/fair_capacity", "Folder for the results.")


def main(_):
    use_one_thread()
    logging.set_verbosity(logging.WARNING)
    out = pathlib.Path(FLAGS.out)
    path = out / "fair_capacity.json"
    found = json.loads(path.read_text()) if path.exists() else {}
    wide = found.get("wide_width") or same_size_width()
    if "step_ms" not in found:
        found = {
            "wide_width": wide,
            "step_ms": step_times(wide, FLAGS.rounds),
            "parameters": {s: parameters(recipe(s, wide)) for s in SETTINGS},
            "runs": {},
        }
        save(found, path)
    budget = FLAGS.steps * found["step_ms"][REFERENCE]
    wanted = {
        f"{setting}/{seed}": {
            "setting": setting,
            "wide_width": wide,
            "seed": seed,
            "equal_steps": FLAGS.steps,
            "equal_time": round(budget / found["step_ms"][setting]),
        }
        for seed in range(FLAGS.seeds)
        for setting in SETTINGS
    }
    made_at = commit()
    missing = {
        name: protocol
        for name, protocol in wanted.items()
        if found["runs"].get(name, {}).get("protocol") != protocol
    }
    for name, result in results(run, missing, FLAGS.processes, "run"):
        found["runs"][name] = {**result, "commit": made_at}
        save(found, path)
    shown = {**found, "runs": {name: found["runs"][name] for name in wanted}}
    text = markdown(shown)
    with files.atomic_file(out / "fair_capacity.md") as file:
        file.write_text(text)
    print(f"{text}\nResults are in {out}.")


def save(found, path):
    """Writes the results so far."""
    with files.atomic_file(path) as file:
        file.write_text(json.dumps(found, indent=1))


def recipe(setting, wide_width, seed=0):
    """Returns the recipe of a setting."""
    config = dcgan_mnist.get_config()
    config.num_generators, config.num_discriminators = SETTINGS[setting]
    width = wide_width if setting == "wide" else WIDTH
    config.generator.width = config.discriminator.width = width
    config.final_learning_rate_fraction = 1.0  # no plan for one length
    config.seed = seed
    return config


def parameters(config):
    """Returns how many weights both players train, mixture logits aside."""
    gan = build_model(config)
    return sum(
        variable.shape.num_elements()
        for mixture in (gan.generator_mixture, gan.discriminator_mixture)
        for network in mixture.components
        for variable in network.trainable_variables
    )


def same_size_width():
    """Returns the width of one GAN that has as many weights as the mixture."""
    wanted = parameters(recipe(REFERENCE, WIDTH))
    return min(
        range(WIDTH, 4 * WIDTH + 1),
        key=lambda width: abs(parameters(recipe("wide", width)) - wanted),
    )


def step_times(wide_width, rounds, steps=20):
    """Returns the median milliseconds of a step of each setting."""
    games = {}
    for setting in tqdm(SETTINGS, desc="compiling", unit="setting"):
        config = recipe(setting, wide_width)
        games[setting] = build_model(config), build_dataset(config)
        train(*games[setting], 3)
    taken = {setting: [] for setting in SETTINGS}
    for _ in tqdm(range(rounds), desc="timing", unit="round"):
        for setting, game in games.items():
            start = time.perf_counter()
            train(*game, steps)
            taken[setting].append(1000 * (time.perf_counter() - start) / steps)
    return {s: round(statistics.median(t), 2) for s, t in taken.items()}


def train(gan, dataset, steps):
    """Takes so many training steps."""
    gan.fit(dataset, steps_per_epoch=steps, epochs=1, verbose=0)


def run(protocol):
    """Trains and scores one setting with one seed."""
    config = recipe(
        protocol["setting"], protocol["wide_width"], protocol["seed"]
    )
    gan = build_model(config)
    found = {"protocol": protocol}
    moments = ("equal_steps", "equal_time")
    for name in sorted(moments, key=protocol.get):
        step = int(gan.train_steps.numpy())
        if steps := protocol[name] - step:
            train(gan, build_dataset(config, start_step=step), steps)
        found[name] = scores(gan)
    return found


def scores(gan):
    """Returns the scores of a model against the test images."""
    extractor = metrics.get_extractor("mnist")
    real = metrics.reference_statistics(
        metrics.ImageSplit(**REAL, image_size=28), extractor
    )
    fake = metrics.collect_statistics(
        metrics.GanSamples(gan, SAMPLES, SAMPLE_SEED), extractor
    )
    manifold = metrics.precision_recall(
        real.features[:NEIGHBOR_SAMPLES], fake.features[:NEIGHBOR_SAMPLES]
    )
    return {
        "frechet@mnist": float(
            metrics.frechet_distance(real.moments, fake.moments)
        ),
        "precision@mnist": float(manifold.precision),
        "recall@mnist": float(manifold.recall),
        "generator_weights": gan.generator_weights.tolist(),
    }


if __name__ == "__main__":
    app.run(main)
