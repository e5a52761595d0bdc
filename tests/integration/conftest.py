"""What the tests of the command line share."""

import pytest

from tests.integration.command import SMALL
from tests.integration.command import succeed


@pytest.fixture(scope="session")
def workdir(tmp_path_factory):
    """A work folder trained for ten steps, stopped after six and resumed."""
    folder = tmp_path_factory.mktemp("cli") / "work"
    succeed("train", *SMALL, "--recipe.steps=6", f"--workdir={folder}")
    out = succeed("train", *SMALL, "--recipe.steps=10", f"--workdir={folder}")
    assert "Resuming" in out
    assert "step 6 of 10" in out
    return folder
