"""Running `mixgan` as a user does."""

import os
import pathlib
import subprocess
import sys

MIXGAN = pathlib.Path(sys.executable).with_name("mixgan")

# A small recipe that trains in seconds.
SMALL = [
    "--recipe=mix_dcgan_digits",
    "--recipe.generator.width=4",
    "--recipe.discriminator.width=4",
    "--recipe.checkpoint_every=4",
    "--recipe.sample_every=4",
    "--recipe.log_every=2",
]


def mixgan(*arguments, cwd=None, **environment):
    """Runs the command; returns the finished process."""
    return subprocess.run(
        [str(MIXGAN), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=cwd,
        env={**os.environ, **environment},
    )


def succeed(*arguments, **kwargs):
    """Runs the command, which must work; returns what it printed."""
    done = mixgan(*arguments, **kwargs)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def refused(*arguments, **kwargs):
    """Runs the command, which must answer one line and exit with 2."""
    done = mixgan(*arguments, **kwargs)
    assert done.returncode == 2, (done.returncode, done.stderr[-3000:])
    assert len(done.stderr.splitlines()) == 1, done.stderr[-3000:]
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr
