"""`mixgan train --strategy=...`: the devices and machines to train on.

A step's batch is the recipe's on any number of replicas, so that training may
be stopped under one strategy and go on under another.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mixgan_tf.cli import models
from mixgan_tf.cli.errors import UsageError

if TYPE_CHECKING:
    import tensorflow as tf

NAMES = ("auto", "one", "spread", "mirrored", "multiworker", "tpu")
HELP = (
    "one: a single device. spread: the pairs of a generator and a "
    "discriminator on the GPUs of this machine by turns, for mixtures that one "
    "GPU cannot hold. mirrored: all GPUs of this machine. multiworker: "
    "the machines that TF_CONFIG names, with WORKDIR on storage they share. "
    "tpu: the TPU that TPU_NAME names, or the local one; untested. auto: "
    "multiworker, tpu or mirrored, if TF_CONFIG names several workers, "
    "TPU_NAME is set, or there are several GPUs; else one."
)


def worker_position(
    environment: Mapping[str, str] = os.environ,
) -> tuple[int, int]:
    """Returns the index of this worker and the number of workers.

    Both are read from TF_CONFIG.

    Args:
        environment: a mapping of environment variables.

    Returns:
        A tuple `(index, count)` of ints; `(0, 1)` without TF_CONFIG. Worker 0
        is the chief, who alone writes to the work folder.

    Raises:
        UsageError: if TF_CONFIG does not describe a cluster of workers.
    """
    text = environment.get("TF_CONFIG", "")
    if not text.strip():
        return 0, 1
    try:
        config = json.loads(text)
        cluster = config.get("cluster", {})
        others = set(cluster) - {"chief", "worker"}
        sizes = {kind: len(cluster.get(kind, [])) for kind in _WORKER_KINDS}
        if not cluster:
            return 0, 1
        kind, index = config["task"]["type"], int(config["task"]["index"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(
            "TF_CONFIG must be JSON with `cluster` and `task`, such as "
            '{"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": '
            f'"worker", "index": 0}}}}. Received: {text!r}'
        ) from error
    if others:
        raise UsageError(
            "TF_CONFIG may name workers and a chief only: training is "
            f"synchronous. Received: a cluster with {', '.join(sorted(others))}"
        )
    if kind not in _WORKER_KINDS or not 0 <= index < sizes[kind]:
        raise UsageError(
            "TF_CONFIG must name a task of its cluster. "
            f"Received: task {kind} {index} of a cluster of {sizes}"
        )
    if sizes["chief"] > 1:
        raise UsageError(
            "TF_CONFIG may name one chief only. "
            f"Received: {sizes['chief']} of them"
        )
    before = sizes["chief"] if kind == "worker" else 0
    return before + index, sum(sizes.values())


def check(name: str) -> None:
    """Raises unless a flag's value and TF_CONFIG agree.

    Args:
        name: one of `NAMES`.

    Raises:
        UsageError: if they do not.
    """
    index, workers = worker_position()
    if name == "multiworker" and not os.environ.get("TF_CONFIG"):
        raise UsageError(
            "--strategy=multiworker needs the addresses of all workers in the "
            "environment variable TF_CONFIG. Received: no TF_CONFIG"
        )
    if workers > 1 and name not in ("auto", "multiworker"):
        raise UsageError(
            f"TF_CONFIG names {workers} workers, who would all train the same "
            "in one work folder: use --strategy=multiworker, or unset it. "
            f"Received: --strategy={name}"
        )
    if workers > 1:
        print(f"Worker {index} waits for all {workers} workers.", flush=True)


def create(name: str) -> tf.distribute.Strategy:
    """Returns the distribution strategy that a flag's value stands for.

    Call it before TensorFlow has run anything: several workers could not find
    each other afterwards.

    Args:
        name: one of `NAMES` that `check` accepts.

    Returns:
        A `tf.distribute.Strategy`; TensorFlow's default one for one replica.

    Raises:
        UsageError: if the machine lacks what it needs.
    """
    import tensorflow as tf

    if name == "multiworker" or worker_position()[1] > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "tpu" or (name == "auto" and os.environ.get("TPU_NAME")):
        return _tpu()
    if name in ("one", "spread"):
        return tf.distribute.get_strategy()
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored":
        devices = gpus or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([d.name for d in devices])
    if len(gpus) > 1:
        return tf.distribute.MirroredStrategy([d.name for d in gpus])
    return tf.distribute.get_strategy()


def placement_for(name: str) -> str | None:
    """Returns the argument `placement` of `MixGAN` for a flag's value.

    Args:
        name: one of `NAMES`.

    Returns:
        `"spread"` or `None`.
    """
    return "spread" if name == "spread" else None


@contextlib.contextmanager
def worker_folder(workdir: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yields the folder that this process may write to.

    All workers do the same work, for some of it (such as reading a metric)
    must be done by all at once. But only the chief does it in the work folder
    and prints; the others work in a temporary copy, quietly.

    Args:
        workdir: `pathlib.Path` of the work folder.

    Yields:
        A `pathlib.Path`.
    """
    index, count = worker_position()
    if index == 0:
        yield workdir
        return
    print(f"Worker {index} of {count}; worker 0 writes to {workdir}.")
    with (
        tempfile.TemporaryDirectory(prefix="mixgan-worker-") as temporary,
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
    ):
        scratch = pathlib.Path(temporary)
        for name in (models.CHECKPOINTS, models.BEST):
            if (workdir / name).is_dir():
                shutil.copytree(
                    workdir / name,
                    scratch / name,
                    ignore=shutil.ignore_patterns(".tmp-*"),
                )
        if (workdir / models.RECIPE_FILE).is_file():
            shutil.copy(workdir / models.RECIPE_FILE, scratch)
        yield scratch


def require_same_step(strategy: tf.distribute.Strategy, step: int) -> None:
    """Raises if the workers read different checkpoints.

    Args:
        strategy: a `tf.distribute.Strategy`.
        step: the step that this worker would go on from.

    Raises:
        UsageError: on every worker, if the steps differ.
    """
    import tensorflow as tf

    replicas = strategy.num_replicas_in_sync
    if worker_position()[1] == 1 or replicas == 1:
        return

    @tf.function
    def all_steps() -> tf.Tensor:
        def own_step() -> tf.Tensor:
            context = tf.distribute.get_replica_context()
            place = tf.one_hot(
                context.replica_id_in_sync_group, replicas, dtype=tf.int64
            )
            return context.all_reduce(tf.distribute.ReduceOp.SUM, place * step)

        return strategy.experimental_local_results(strategy.run(own_step))[0]

    steps = sorted(set(all_steps().numpy().tolist()))
    if len(steps) > 1:
        raise UsageError(
            "the workers read different checkpoints: --workdir must be one "
            "folder, on storage that all of them share. Received: steps "
            f"{steps}"
        )


def _tpu() -> tf.distribute.Strategy:
    import tensorflow as tf

    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(
            tpu=os.environ.get("TPU_NAME", "local")
        )
        if resolver.master():
            tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        raise UsageError(
            "--strategy=tpu found no TPU: set TPU_NAME, or run on a TPU "
            f"machine. {type(error).__name__}: {str(error).splitlines()[0]}"
        ) from error
    return tf.distribute.TPUStrategy(resolver)


_WORKER_KINDS = ("chief", "worker")
