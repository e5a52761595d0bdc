"""How benchmarks of several processes run."""

import tensorflow as tf


def use_one_thread():
    """Keeps tiny operations from waiting for each other's threads."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")
