"""Whether the input pipeline ever holds up the training step.

Three times in turn: batches of the data set alone; a step on one batch held
in memory; a step on a batch from the data set. The last two should be equal.

    TFDS_DATA_DIR=... python benchmarks/input_pipeline.py [--dataset=mnist]
"""

import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import tensorflow as tf
from absl import app
from absl import flags

import mixgan_tf as mg

FLAGS = flags.FLAGS
flags.DEFINE_string("dataset", "digits", "digits, or a TFDS image data set.")
flags.DEFINE_integer("rounds", 7, "Rounds.")
flags.DEFINE_integer("steps", 20, "Steps of a round.")


def main(_):
    data = mg.data.load_images(FLAGS.dataset, with_labels=True)
    shape = tuple(data.element_spec[0].shape[1:])
    classes = 10
    gan = mg.MixGAN(
        mg.networks.DCGANGenerator(shape, width=32, num_classes=classes),
        mg.networks.DCGANDiscriminator(shape, width=32, num_classes=classes),
        num_classes=classes,
    )
    gan.compile()
    step = tf.function(gan.train_step)
    batches = iter(data)
    held = next(batches)
    step(held)
    alone, memory, fed = [], [], []
    for _ in range(FLAGS.rounds):
        alone.append(clock(lambda: next(batches)))
        memory.append(clock(lambda: step(held)["payoff"].numpy()))
        fed.append(clock(lambda: step(next(batches))["payoff"].numpy()))
    ratio = statistics.median(f / m for f, m in zip(fed, memory, strict=True))
    print(f"{FLAGS.dataset} {shape}, batch 64, one DCGAN of width 32")
    print(f"a batch alone:          {1e3 * statistics.median(alone):.2f} ms")
    print(f"a step, batch in memory: {1e3 * statistics.median(memory):.1f} ms")
    print(f"a step, fed:             {1e3 * statistics.median(fed):.1f} ms")
    print(f"fed / in memory:         {ratio:.3f}")


def clock(call):
    """Returns the mean seconds of one call."""
    begin = time.perf_counter()
    for _ in range(FLAGS.steps):
        call()
    return (time.perf_counter() - begin) / FLAGS.steps


if __name__ == "__main__":
    app.run(main)
