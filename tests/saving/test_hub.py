"""Presets by hf:// addresses, through the real client and a local server."""

import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import urllib.parse

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.saving import hub
from tests.models import tiny_gan

pytest.importorskip("huggingface_hub")

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(http.server.BaseHTTPRequestHandler):
    """What a client needs of the Hub: one repository, `someone/rings`."""

    folder = None
    cuts_off = False  # whether it hangs up halfway through a weights file

    def do_HEAD(self):
        self.do_GET(body=False)

    def do_GET(self, body=True):
        path = urllib.parse.unquote(urllib.parse.urlparse(self.path).path)
        files = {p.name: p for p in self.folder.iterdir()}
        api = f"/api/models/someone/rings/revision/{COMMIT}"
        if path in (api, "/api/models/someone/rings/revision/main"):
            content = json.dumps(
                {
                    "id": "someone/rings",
                    "sha": COMMIT,
                    "siblings": [{"rfilename": name} for name in files],
                }
            ).encode()
            headers = {"Content-Type": "application/json"}
        elif path == f"/api/models/someone/rings/tree/{COMMIT}":
            content = json.dumps(
                [
                    {
                        "type": "file",
                        "path": name,
                        "size": file.stat().st_size,
                        "oid": hashlib.sha1(file.read_bytes()).hexdigest(),
                    }
                    for name, file in files.items()
                ]
            ).encode()
            headers = {"Content-Type": "application/json"}
        elif path.startswith(f"/someone/rings/resolve/{COMMIT}/"):
            content = files[path.rpartition("/")[2]].read_bytes()
            etag = hashlib.sha256(content).hexdigest()
            headers = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = self.headers.get("Range", "bytes=0-").split("=")[1]
        content = content[int(start.rstrip("-")) :]
        self.send_response(206 if "Range" in self.headers else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body and self.cuts_off and path.endswith(".h5"):
            content = content[: len(content) // 2]
            self.close_connection = True
        if body:
            self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "rings"
    gan = tiny_gan()
    gan.save_to_preset(folder, extra_files={"samples.png": b"picture"})
    (folder / "setup.py").write_text("raise SystemExit")
    return gan, folder


@pytest.fixture(scope="module")
def run(saved, tmp_path_factory):
    """Runs Python with the client pointed at the server."""
    handler = type("Handler", (Hub,), {"folder": saved[1]})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cache = tmp_path_factory.mktemp("cache")

    def run(code, port=server.server_port, cache=cache, cuts_off=False):
        handler.cuts_off = cuts_off
        environment = {
            **os.environ,
            "HF_ENDPOINT": f"http://127.0.0.1:{port}",
            "HF_HOME": str(cache),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_XET": "1",
        }
        return subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    yield run
    server.shutdown()


# As the command, which finds presets without loading TensorFlow.
FIND = (
    "import sys; sys.argv = ['mixgan']\n"
    "from mixgan_tf.saving import preset_folders\n"
    "print(preset_folders.find({!r}))"
)


def test_a_preset_of_the_hub_is_fetched_and_loads_offline(saved, run):
    gan, _ = saved
    found = run(FIND.format("hf://someone/rings"))
    assert found.returncode == 0, found.stderr
    folder = found.stdout.strip()
    loaded = mg.MixGAN.from_preset(folder)
    np.testing.assert_array_equal(
        loaded.sample(8, seed=1), gan.sample(8, seed=1)
    )
    assert not (pathlib.Path(folder) / "setup.py").exists()
    again = run(FIND.format("hf://someone/rings"), port=9)  # nobody is there
    assert again.stdout.strip() == folder, again.stderr


def test_a_download_cut_short_is_an_error_and_is_fetched_again(tmp_path, run):
    code = FIND.format("hf://someone/rings")
    cut = run(code, cache=tmp_path, cuts_off=True)
    last = cut.stderr.strip().splitlines()[-1]
    assert last.startswith("ValueError: The preset could not be fetched"), last
    found = run(code, cache=tmp_path)
    assert found.returncode == 0, found.stderr
    mg.MixGAN.from_preset(found.stdout.strip())  # whose hashes are checked


def test_an_unknown_repository_is_one_clear_error(run):
    found = run(FIND.format("hf://someone/nothing"))
    last = found.stderr.strip().splitlines()[-1]
    assert last.startswith("ValueError: The preset could not be fetched")
    assert last.endswith("Received: 'hf://someone/nothing'")


@pytest.mark.parametrize(
    "address",
    [
        "hf://",
        "hf://name",
        "hf://a/b/c",
        "hf://../b",
        "hf://a/b@",
        "hf://a b/c",
    ],
)
def test_malformed_addresses_are_refused(address):
    with pytest.raises(ValueError, match="hf://OWNER/NAME"):
        hub.fetch(address)


def test_the_optional_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ValueError, match=r"mixgan-tf\[hub\]"):
        hub.fetch("hf://someone/rings")
