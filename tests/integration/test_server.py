"""An exported SavedModel behind a real server, asked over HTTP.

The server is BentoML: it installs beside TensorFlow on every Python that this
package supports. MLServer needs an older Python and protobuf, PyTriton a NumPy
of its own, and TensorFlow Serving is not on PyPI.
"""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import psutil
import pytest

import mixgan_tf as mg
from tests.export.mixtures import expected_samples
from tests.export.mixtures import image_mixture
from tests.export.mixtures import inputs_of

START_SECONDS = 120
REQUEST_SECONDS = 30
STOP_SECONDS = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, body=None):
    """Returns the status and the decoded answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def wait_until_ready(url, process, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if ask(f"{url}/readyz")[0] == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.2)
    pytest.fail(f"The server did not start:\n{log.read_text()[-3000:]}")


def stop(process):
    """Ends the server and its workers, which have sessions of their own."""
    with contextlib.suppress(psutil.NoSuchProcess):
        workers = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        _, alive = psutil.wait_procs(workers, timeout=STOP_SECONDS)
        for worker in alive:
            worker.kill()
    process.kill()
    process.wait()


@contextlib.contextmanager
def bentoml_server(saved_model, folder):
    """Serves a SavedModel; yields the address."""
    port, log = free_port(), folder / "server.log"
    with open(log, "w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bentoml", "serve"]
            + ["generator_service:Generator"]
            + ["--host", "127.0.0.1", "--port", str(port)],
            cwd=pathlib.Path(__file__).parent,
            env={
                **os.environ,
                "SAVED_MODEL": str(saved_model),
                "BENTOML_HOME": str(folder / "bentoml"),
                "BENTOML_DO_NOT_TRACK": "True",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process, log)
        yield url
    finally:
        stop(process)


@pytest.mark.parametrize("num_classes", [None, 3])
def test_a_server_answers_with_the_images_of_the_model(num_classes, tmp_path):
    gan = image_mixture(num_classes=num_classes)
    path = mg.export.to_saved_model(gan, tmp_path / "generator" / "1")
    before = {f: f.read_bytes() for f in path.rglob("*") if f.is_file()}
    with bentoml_server(path, tmp_path) as url:
        for num in (1, 20):
            inputs = inputs_of(gan, num)
            expected = expected_samples(gan, inputs)
            names = ["latents", "labels"][: len(inputs)]
            body = {n: x.tolist() for n, x in zip(names, inputs, strict=True)}
            status, answer = ask(f"{url}/generate", body)
            assert status == 200, answer
            np.testing.assert_allclose(json.loads(answer), expected, atol=1e-5)
        status, answer = ask(f"{url}/sample", {"num": 5, "seed": 3})
        assert status == 200, answer
        np.testing.assert_allclose(
            json.loads(answer), gan.sample(5, seed=3), atol=1e-5
        )

        status, answer = ask(
            f"{url}/generate", {**body, "latents": [[0.0, 1.0]]}
        )
        assert status == 400
        assert b"Shape of tensor latents [1,2] is not compatible" in answer
        assert ask(f"{url}/generate", {"latents": "noise"})[0] == 400
        assert ask(f"{url}/sample", {"num": 1})[0] == 200  # it still lives
    after = {f: f.read_bytes() for f in path.rglob("*") if f.is_file()}
    assert before == after
