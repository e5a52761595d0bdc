"""How TensorFlow's threads are shared among the networks of a mixture."""

import os

INTRA_OP = "TF_NUM_INTRAOP_THREADS"
INTER_OP = "TF_NUM_INTEROP_THREADS"


def thread_plan(num_networks: int, cores: int) -> tuple[int, int]:
    """Returns how many threads one operation has, and how many operations run.

    By default TensorFlow gives every operation all cores. Networks of a mixture
    do not wait for each other, so that running several side by side, on fewer
    cores each, loses less to threads that wait at the end of each operation.

    Args:
        num_networks: the most networks that one player has.
        cores: number of processor cores.

    Returns:
        A tuple `(intra_op, inter_op)` of positive ints; `(0, 0)`, TensorFlow's
        own choice, for a single network.

    Example:
    ```python
    thread_plan(num_networks=5, cores=2)  # (1, 2)
    thread_plan(num_networks=3, cores=16)  # (5, 3)
    ```
    """
    side_by_side = min(num_networks, cores)
    if side_by_side < 2:
        return 0, 0
    return cores // side_by_side, side_by_side


def use_thread_plan(num_networks: int) -> None:
    """Makes TensorFlow follow `thread_plan`, if it has not started yet.

    What the environment says of TensorFlow's threads already is respected.

    Args:
        num_networks: the most networks that one player has.
    """
    if INTRA_OP in os.environ or INTER_OP in os.environ:
        return
    cores = len(os.sched_getaffinity(0)) if _LINUX else os.cpu_count() or 1
    intra_op, inter_op = thread_plan(num_networks, cores)
    if inter_op:
        os.environ[INTRA_OP] = str(intra_op)
        os.environ[INTER_OP] = str(inter_op)


_LINUX = hasattr(os, "sched_getaffinity")
