"""Several processes on this machine that train as one cluster."""

import contextlib
import json
import os
import socket
import subprocess
import time


def run_workers(command, count=2, timeout=150, **kwargs):
    """Runs a command once for each worker of a cluster.

    Args:
        command: list of strings, or a function from a worker's index to one.
        count: number of workers.
        timeout: seconds after which all of them are killed.
        **kwargs: for `subprocess.Popen`.

    Returns:
        A list of `(exit code, stdout, stderr)`, in order of the workers.
    """
    addresses = [f"localhost:{port}" for port in _free_ports(count)]
    started = []
    with contextlib.ExitStack() as cleanup:
        for index in range(count):
            config = {
                "cluster": {"worker": addresses},
                "task": {"type": "worker", "index": index},
            }
            process = subprocess.Popen(
                command(index) if callable(command) else command,
                env={
                    **os.environ,
                    "TF_CONFIG": json.dumps(config),
                    "CUDA_VISIBLE_DEVICES": "-1",
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                **kwargs,
            )
            cleanup.callback(process.wait)
            cleanup.callback(process.kill)
            started.append(process)
        end = time.monotonic() + timeout
        done = []
        for process in started:
            left = max(end - time.monotonic(), 0.1)
            out, err = process.communicate(timeout=left)
            done.append((process.returncode, out, err))
        return done


def _free_ports(count):
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("localhost", 0))
        return [each.getsockname()[1] for each in sockets]
