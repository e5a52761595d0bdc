"""Step time of mixtures, as ratios to a single GAN in the same run.

Each round times a few steps of every configuration in turn, so that a slow
moment of the machine hits them alike; the table holds the median of the
rounds' ratios. Beside them stand the floating-point operations of a step and
the machine's matrix-multiplication peak, measured in the same rounds.

    python benchmarks/train_step.py [--rounds=7] [--steps=4] [--out=FILE.json]

TensorFlow's threads are planned as `mixgan train` does for a mixture
(`mixgan_tf.threads`), for the single GAN too; set TF_NUM_INTRAOP_THREADS=0 and
TF_NUM_INTEROP_THREADS=0 to leave them to TensorFlow.
"""

import json
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import numpy as np
import tensorflow as tf
from absl import app
from absl import flags

import mixgan_tf as mg
from mixgan_tf.distribution import threads

FLAGS = flags.FLAGS
flags.DEFINE_integer("rounds", 7, "Rounds; each times every configuration.")
flags.DEFINE_integer("steps", 4, "Steps of a configuration in a round.")
flags.DEFINE_integer("batch_size", 64, "Real images of a step.")
flags.DEFINE_integer("width", 64, "Width of the networks.")
flags.DEFINE_list("sizes", ["28x1", "32x3"], "Image side x channels.")
flags.DEFINE_string("out", None, "JSON file for the numbers.")

CONFIGURATIONS = [(1, "stratified")] + [
    (t, name)
    for name in ("stratified", "subsampled", "shared", "full")
    for t in (3, 5)
]


def main(_):
    threads.use_thread_plan(max(t for t, _ in CONFIGURATIONS))
    plan = {n: os.environ.get(n) for n in (threads.INTRA_OP, threads.INTER_OP)}
    print(f"threads: {plan}")
    tables = {"threads": plan}
    for size in FLAGS.sizes:
        side, channels = (int(n) for n in size.split("x"))
        tables[size] = benchmark((side, side, channels))
        show(size, tables[size])
    if FLAGS.out:
        with open(FLAGS.out, "w") as file:
            json.dump(tables, file, indent=1)


def benchmark(shape):
    """Returns a dict from configuration to its numbers, for one size."""
    x = tf.random.uniform([FLAGS.batch_size, *shape], -1, 1)
    runs = {c: make_step(c, shape, x) for c in CONFIGURATIONS}
    flops = {c: count_flops(step) for c, (step, _) in runs.items()}
    # As many products side by side as the plan runs operations.
    copies = max(1, int(os.environ.get(threads.INTER_OP) or 1))
    factors = [tf.random.normal([2048, 2048]) for _ in range(copies)]
    multiply = tf.function(lambda: [tf.matmul(a, a)[0, 0] for a in factors])
    times = {c: [] for c in runs}
    peaks = []
    for _ in range(FLAGS.rounds + 1):  # the first warms up
        peaks.append(copies * 2 * 2048**3 / clock(multiply))
        for c, (_, call) in runs.items():
            times[c].append(clock(call))
    peak = statistics.median(peaks[1:])
    single = times[CONFIGURATIONS[0]][1:]
    return {
        f"T={t} {name}": {
            "milliseconds": 1e3 * statistics.median(times[t, name][1:]),
            "ratio": statistics.median(
                b / s for b, s in zip(times[t, name][1:], single, strict=True)
            ),
            "gigaflop": flops[t, name] / 1e9,
            "flop_ratio": flops[t, name] / flops[CONFIGURATIONS[0]],
            "of_matmul_peak": flops[t, name]
            / statistics.median(times[t, name][1:])
            / peak,
        }
        for t, name in runs
    } | {"matmul_peak_gigaflops": peak / 1e9}


def make_step(configuration, shape, x):
    """Returns a traced training step and a function that runs it."""
    t, name = configuration
    gan = mg.MixGAN(
        mg.networks.DCGANGenerator(shape, width=FLAGS.width),
        mg.networks.DCGANDiscriminator(shape, width=FLAGS.width),
        num_generators=t,
        seed=0,
    )
    gan.compile(payoff=name)
    step = tf.function(gan.train_step).get_concrete_function(x)
    return step, lambda: step(x)["payoff"].numpy()


def clock(call):
    """Returns the seconds of one call, the mean of `--steps` calls."""
    begin = time.perf_counter()
    for _ in range(FLAGS.steps):
        result = call()
    np.asarray(result)
    return (time.perf_counter() - begin) / FLAGS.steps


def count_flops(step):
    """Returns the operations of a step; of a switch, its dearest branch."""
    from tensorflow.python.profiler import model_analyzer
    from tensorflow.python.profiler import option_builder

    def of_graph(graph):
        options = (
            option_builder.ProfileOptionBuilder(
                option_builder.ProfileOptionBuilder.float_operation()
            )
            .with_empty_output()
            .build()
        )
        total = model_analyzer.profile(graph, options=options).total_float_ops
        for operation in graph.get_operations():
            if operation.type in ("Case", "StatelessCase"):
                total += max(
                    of_graph(graph._get_function(branch.name).graph)
                    for branch in operation.get_attr("branches")
                )
        return total

    return of_graph(step.graph)


def show(size, table):
    peak = table["matmul_peak_gigaflops"]
    print(f"\n{size}, batch {FLAGS.batch_size}, width {FLAGS.width}; ", end="")
    print(f"matrix-multiplication peak {peak:.0f} GFLOP/s")
    print("| mixture | ms a step | ratio | GFLOP | FLOP ratio | of peak |")
    print("|---|---|---|---|---|---|")
    for name, row in table.items():
        if isinstance(row, dict):
            print(
                f"| {name} | {row['milliseconds']:.0f} | {row['ratio']:.2f} "
                f"| {row['gigaflop']:.1f} | {row['flop_ratio']:.2f} "
                f"| {row['of_matmul_peak']:.2f} |"
            )


if __name__ == "__main__":
    app.run(main)
