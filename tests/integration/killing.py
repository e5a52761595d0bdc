"""Runs `mixgan train` again and again, killed at one exact point each time.

    python killing.py '[["w", ["half_written", 2]], ["w", null]]' --recipe=...

Each training has a work folder, and the point that it ends at if it does not
come to its end. It is a process of its own, forked once TensorFlow is loaded:
that takes most of the time. It ends by `kill -9`, as if from outside.
"""

import importlib
import json
import os
import pathlib
import signal
import sys

MODULES = (
    "callbacks",
    "cli.main",
    "cli.train",
    "export",
    "saving.presets",
    "report",
)
ZOO = ("zoo.building", "zoo.validation", "metrics", "data", "networks")


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(owner, name, count, before=None, after=None):
    """Makes the count-th call of a function the last."""
    real = getattr(owner, name)
    calls = []

    def counted(*args, **kwargs):
        calls.append(args)
        if len(calls) == count and before:
            before(*args)
            kill()
        result = real(*args, **kwargs)
        if len(calls) == count and after:
            after(*args)
            kill()
        return result

    setattr(owner, name, counted)


def halve(model, path):
    os.truncate(path, os.path.getsize(path) // 2)


def arm(point, count):
    import keras
    import tensorflow as tf

    def nothing(*_):
        pass

    if point == "before_rename":
        at_call(os, "replace", count, before=nothing)
    elif point == "after_rename":
        at_call(os, "replace", count, after=nothing)
    elif point == "half_written":
        at_call(keras.Model, "save_weights", count, after=halve)
    elif point == "before_delete":
        at_call(pathlib.Path, "unlink", count, before=nothing)
    elif point == "logged":
        at_call(tf.summary, "scalar", count, after=nothing)
    elif point == "drawn":
        at_call(tf.summary, "image", count, before=nothing)
    else:
        raise ValueError(point)


def main():
    trainings, arguments = json.loads(sys.argv[1]), sys.argv[2:]
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    for name in (*MODULES, *ZOO):
        importlib.import_module(f"mixgan_tf.{name}")
    ends = []
    for workdir, point in trainings:
        child = os.fork()
        if child == 0:
            if point:
                arm(*point)
            from mixgan_tf.cli.main import main as mixgan

            workdir = f"--workdir={workdir}"
            code = mixgan(["mixgan", "train", *arguments, workdir])
            sys.stdout.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        ends.append(os.waitstatus_to_exitcode(status))
    print("ends", json.dumps(ends))


if __name__ == "__main__":
    main()
