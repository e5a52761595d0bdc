"""Fixtures of the exporters' tests."""

import pytest

from tests.export.web import browser as browsers


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium; skips where there is none.

    Not for a whole session: an event loop runs in this thread meanwhile.
    """
    with browsers.chromium() as browser:
        yield browser
