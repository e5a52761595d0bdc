"""How benchmarks of several processes run, and from which commit."""

import pathlib
import subprocess

import tensorflow as tf


def use_one_thread():
    """Keeps tiny operations from waiting for each other's threads."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")


def commit():
    """Returns the commit of the tree the benchmark runs from, if any."""
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        cwd=pathlib.Path(__file__).parent,
    )
    return git.stdout.strip() or None
