"""Running `mixgan` as a user does: in this process, or in one of its own.

Loading TensorFlow takes a process longer than most commands take, so that
`mixgan` calls the command here. `mixgan_process` starts the installed script:
for its entry point, its exit code and what a whole process writes.
"""

import contextlib
import itertools
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings
from typing import NamedTuple

import keras

from mixgan_tf.cli.main import main

MIXGAN = pathlib.Path(sys.executable).with_name("mixgan")

# Two networks a side: tracing the step of each pair takes the time.
TWO = ["--recipe.num_generators=2", "--recipe.num_discriminators=2"]
# A small recipe that trains in seconds, ...
SMALL = [
    "--recipe=mix_dcgan_digits",
    *TWO,
    "--recipe.generator.width=4",
    "--recipe.discriminator.width=4",
    "--recipe.checkpoint_every=4",
    "--recipe.sample_every=4",
    "--recipe.log_every=2",
]
# ... and one of points of the plane, whose steps are traced faster still.
POINTS = ["--recipe=mix_mlp_ring", *TWO]

# No two commands begin with the same random state, as no two processes do.
_seeds = itertools.count(1000)


class Done(NamedTuple):
    """A finished command; `subprocess.CompletedProcess` has these too."""

    returncode: int
    stdout: str
    stderr: str


def mixgan(*arguments, cwd=None, **environment):
    """Runs the command in this process, which it leaves as it was.

    Args:
        *arguments: what follows `mixgan` on the command line.
        cwd: the folder to run it in.
        **environment: environment variables.

    Returns:
        A `Done`. What is no error of the user's is raised.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        _environment(cwd, environment),
        _fresh_keras(),
        _written_to(1, "stdout", f"{folder}/out") as out,
        _written_to(2, "stderr", f"{folder}/error") as error,
        _shown_warnings(),
    ):
        code = main(["mixgan", *map(str, arguments)])
        return Done(code, out(), error())


def mixgan_process(*arguments, cwd=None, **environment):
    """Runs the installed script; returns the finished process."""
    return subprocess.run(
        [str(MIXGAN), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=cwd,
        env={**os.environ, **environment},
    )


def succeed(*arguments, run=mixgan, **kwargs):
    """Runs the command, which must work; returns what it printed."""
    done = run(*arguments, **kwargs)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def refused(*arguments, run=mixgan, **kwargs):
    """Runs the command, which must answer one line and exit with 2."""
    done = run(*arguments, **kwargs)
    assert done.returncode == 2, (done.returncode, done.stderr[-3000:])
    assert len(done.stderr.splitlines()) == 1, done.stderr[-3000:]
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr


@contextlib.contextmanager
def _environment(cwd, variables):
    before, folder = dict(os.environ), os.getcwd()
    os.environ.update(variables)
    os.chdir(cwd or folder)
    try:
        yield
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _fresh_keras():
    # Names of layers and the policy begin anew, as in a process.
    keras.backend.clear_session(free_memory=False)
    keras.utils.set_random_seed(next(_seeds))
    try:
        yield
    finally:
        keras.backend.clear_session(free_memory=False)
        keras.utils.set_random_seed(1)  # as every test begins


@contextlib.contextmanager
def _written_to(descriptor, name, path):
    # Python's stream and C++'s descriptor end in one file, as in a process.
    stream, kept = getattr(sys, name), os.dup(descriptor)
    stream.flush()
    with open(path, "w", encoding="utf-8", buffering=1) as file:
        os.dup2(file.fileno(), descriptor)
        setattr(sys, name, file)

        def read():
            file.flush()
            return pathlib.Path(path).read_text(encoding="utf-8")

        try:
            yield read
        finally:
            setattr(sys, name, stream)
            os.dup2(kept, descriptor)
            os.close(kept)


@contextlib.contextmanager
def _shown_warnings():
    # pytest collects warnings and log records, which a process shows.
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show
            for category in (DeprecationWarning, PendingDeprecationWarning):
                warnings.simplefilter("ignore", category)
            warnings.filterwarnings("error", module="mixgan_tf")
            yield
    finally:
        logging.getLogger().removeHandler(handler)


def _show(message, category, filename, lineno, file=None, line=None):
    sys.stderr.write(
        warnings.formatwarning(message, category, filename, lineno, line)
    )
