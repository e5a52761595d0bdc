"""A headless browser on exported pages, watched while it works."""

import contextlib
import os
import re
import shutil
import subprocess
import sys

import pytest
from mixgan_tf.export.web import litert_js

# A page must neither reach out nor take anything of the machine's.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def unavailable(reason):
    """Skips the test; fails it where everything must be there."""
    if os.environ.get("MIXGAN_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


def litert():
    """The folder of LiteRT.js, downloaded if need be; skips without it."""
    try:
        return litert_js.find()
    except ValueError as error:
        unavailable(f"no LiteRT.js: {error}")


@contextlib.contextmanager
def chromium():
    """Yields a browser; skips where there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("no Playwright: pip install playwright")
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        unavailable("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def served(folder):
    """Yields the address of a folder behind `python -m http.server`."""
    command = [sys.executable, "-u", "-m", "http.server", "0"]
    command += ["--bind", "127.0.0.1", "--directory", str(folder)]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        port = re.search(r"port (\d+)", server.stdout.readline()).group(1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


@contextlib.contextmanager
def opened(browser, folder, prepare=lambda page: None, ready=True):
    """Yields a page once all is drawn; nothing may go wrong meanwhile.

    Args:
        browser: what `chromium` yields.
        folder: what `to_web` wrote.
        prepare: function of the page, called before it is loaded.
        ready: whether the page is to work: nothing may be logged as an error.
    """
    errors, requests = [], []
    with served(folder) as address:
        page = browser.new_page(viewport={"width": 1240, "height": 1000})
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.on(
            "console",
            lambda m: m.type == "error" and errors.append(m.text),
        )
        prepare(page)
        page.goto(address)
        if ready:
            settle(page)
        yield page
        page.close()
    outside = [
        url
        for url in requests
        if not url.startswith((address, "data:", f"blob:{address}"))
    ]
    assert not outside
    if ready:
        assert not errors


def settle(page):
    """Waits until the grid is drawn."""
    page.wait_for_selector("#grid[aria-busy=false], #error:not([hidden])")
    assert page.is_hidden("#error"), page.inner_text("#error")
