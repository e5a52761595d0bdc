"""What `fit` costs beside a bare loop, what replicas cost, and memory.

Ratios within one run: each round times every configuration in turn.

    python benchmarks/scaling.py [--rounds=7] [--out=runs/scaling]

1. Dense networks on points, where a step is little but overhead: the training
   step in a bare `tf.range` loop, and `fit` with 1, 10 and 100 steps in each
   execution.
2. DCGANs on one and on two logical devices of this processor, with the same
   batches. The devices share its cores: at best, two take as long as one.
3. The memory of the process over a long `fit`.
4. The bytes of variables on each device, of mixtures spread over four.

On a machine with a GPU, 5: step times, images per second and memory of DCGANs
for T = 1, 3 and 5, with and without XLA, in float32 and bfloat16.
"""

import gc
import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import numpy as np
import tensorflow as tf
from absl import app
from absl import flags
from scaling_report import markdown
from tqdm import tqdm

import mixgan_tf as mg
from mixgan_tf import files
from mixgan_tf.cli.source_tree import commit
from mixgan_tf.distribution.placement import bytes_per_device

FLAGS = flags.FLAGS
flags.DEFINE_integer("rounds", 7, "Rounds; the first warms up.", lower_bound=2)
flags.DEFINE_integer("memory_steps", 2000, "Steps whose memory is watched.")
flags.DEFINE_string("out", "runs/scaling", "Folder for the results.")

EXECUTIONS = (1, 10, 100)
DEVICES = 4


def main(_):
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * DEVICES
    )
    found = {
        "commit": commit(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "cores": len(os.sched_getaffinity(0)),
        "overhead": overhead(),
        "replicas": replicas(),
        "memory": memory(),
        "placement": placement(),
    }
    if tf.config.list_physical_devices("GPU"):
        found["gpu"] = on_gpu()
    out = pathlib.Path(FLAGS.out)
    text = markdown(found)
    with files.atomic_file(out / "scaling.json") as file:
        file.write_text(json.dumps(found, indent=1))
    with files.atomic_file(out / "scaling.md") as file:
        file.write_text(text)
    print(f"{text}\nResults are in {out}.")


def overhead():
    """Returns microseconds of a step, by how it is called."""
    steps = max(EXECUTIONS)
    points = mg.data.ring(batch_size=128)
    calls = {}
    for count in EXECUTIONS:
        gan = dense_gan()
        gan.compile(steps_per_execution=count)
        calls[f"fit, {count}"] = fitter(gan, points, steps)
    gan = dense_gan()
    gan.compile()
    iterator = iter(points)

    @tf.function
    def loop():
        for _ in tf.range(steps):
            gan.train_step(next(iterator))

    calls["bare loop"] = loop
    return per_step(calls, steps, "overhead")


def replicas():
    """Returns microseconds of a step on one and on two devices."""
    steps = 10
    images = np.random.default_rng(0).uniform(-1, 1, (640, 28, 28, 1))
    data = tf.data.Dataset.from_tensor_slices(images.astype("float32"))
    data = data.repeat().batch(64, drop_remainder=True)
    calls = {}
    for count in (1, 2):
        devices = [f"CPU:{i}" for i in range(count)]
        strategy = (
            tf.distribute.MirroredStrategy(devices)
            if count > 1
            else tf.distribute.get_strategy()
        )
        with strategy.scope():
            gan = image_gan(3, width=16)
            gan.compile()
        calls[str(count)] = fitter(gan, data, steps)
    return per_step(calls, steps, "replicas")


def memory():
    """Returns the resident megabytes of the process as `fit` goes on."""
    gan = image_gan(3, width=4, side=8)
    gan.compile()
    images = np.zeros((64, 8, 8, 1), "float32")
    data = tf.data.Dataset.from_tensors(images).repeat()
    part = FLAGS.memory_steps // 10
    fit = fitter(gan, data, part)
    found = []
    for _ in tqdm(range(11), desc="memory", unit="part"):
        fit()
        gc.collect()
        found.append(resident_megabytes())
    return {"steps": part, "megabytes": found[1:]}  # the first one traced


def placement():
    """Returns the bytes of variables on each device, spread and not."""
    found = {}
    for t in (1, 4, 16):
        for where in (None, "spread"):
            gan = image_gan(t, width=16, placement=where)
            gan.compile()
            found[f"{t} {where or 'together'}"] = bytes_per_device(gan)
    return found


def on_gpu():
    """Returns step times, images per second and memory on the first GPU."""
    found = {}
    images = tf.random.stateless_uniform([64, 32, 32, 3], [0, 1], -1, 1)
    data = tf.data.Dataset.from_tensors(images).repeat().prefetch(2)
    for policy in ("float32", "mixed_bfloat16"):
        keras.config.set_dtype_policy(policy)
        for jit in (False, True):
            for t in (1, 3, 5):
                gan = image_gan(t, width=64, side=32, channels=3)
                gan.compile(jit_compile=jit, steps_per_execution=10)
                tf.config.experimental.reset_memory_stats("GPU:0")
                calls = {"fit": fitter(gan, data, 100)}
                name = f"T={t}, {policy}{', XLA' if jit else ''}"
                taken = per_step(calls, 100, name)["fit"]
                peak = tf.config.experimental.get_memory_info("GPU:0")["peak"]
                found[name] = {
                    "milliseconds": taken / 1e3,
                    "images_per_second": 64e6 / taken,
                    "peak_megabytes": peak / 1e6,
                }
    keras.config.set_dtype_policy("float32")
    return found


def dense_gan():
    """Returns three small dense networks a side."""
    return mg.MixGAN(
        mg.networks.MLPGenerator(2, width=16),
        mg.networks.MLPDiscriminator(2, width=16),
        num_generators=3,
        seed=0,
    )


def image_gan(t, width, side=28, channels=1, **kwargs):
    """Returns a mixture of DCGANs."""
    shape = (side, side, channels)
    return mg.MixGAN(
        mg.networks.DCGANGenerator(shape, width=width),
        mg.networks.DCGANDiscriminator(shape, width=width),
        num_generators=t,
        seed=0,
        **kwargs,
    )


def fitter(gan, data, steps):
    """Returns a function that takes so many steps by `fit`."""
    return lambda: gan.fit(data, steps_per_epoch=steps, epochs=1, verbose=0)


def per_step(calls, steps, title):
    """Returns the median microseconds of a step of each call."""
    taken = {name: [] for name in calls}
    for turn in tqdm(range(FLAGS.rounds), desc=title, unit="round"):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if turn:
                seconds = time.perf_counter() - start
                taken[name].append(1e6 * seconds / steps)
    return {name: statistics.median(times) for name, times in taken.items()}


def resident_megabytes():
    """Returns the memory of this process that is in use."""
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    app.run(main)
