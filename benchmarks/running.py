"""How benchmarks of several processes run."""

import concurrent.futures
import multiprocessing

import tensorflow as tf
from tqdm import tqdm


def use_one_thread():
    """Keeps tiny operations from waiting for each other's threads."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.get_logger().setLevel("ERROR")


def results(run, protocols, processes, unit):
    """Yields names and results of runs as they end, each in a process.

    Args:
        run: a function of a protocol, found by its name in its module.
        protocols: a dict from names to what is run.
        processes: how many run at a time.
        unit: what the progress bar calls a run.
    """
    pool = concurrent.futures.ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), use_one_thread
    )
    try:
        futures = {pool.submit(run, p): name for name, p in protocols.items()}
        done = concurrent.futures.as_completed(futures)
        for future in tqdm(done, total=len(futures), unit=unit):
            yield futures[future], future.result()
    finally:  # an error ends the run, rather than after all others
        pool.shutdown(cancel_futures=True)
