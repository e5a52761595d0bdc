"""`mixgan train` on several devices and machines, and from one to another."""

import functools
import json

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.cli import strategies
from mixgan_tf.cli.errors import UsageError
from tests.distributed.workers import run_workers
from tests.integration.command import MIXGAN
from tests.integration.command import SMALL
from tests.integration.command import mixgan
from tests.integration.command import refused
from tests.integration.command import succeed
from tests.models import weights_of


def test_training_goes_on_under_one_strategy_after_another(
    four_devices, tmp_path
):
    # Dropout inside networks draws one mask for all replicas: left out.
    arguments = [*SMALL, "--recipe.discriminator.dropout=0.0"]
    workdir = tmp_path / "work"
    arguments.append(f"--workdir={workdir}")
    for strategy, steps in (("spread", 2), ("mirrored", 4)):
        succeed(
            *("train", *arguments),
            *(f"--strategy={strategy}", f"--recipe.steps={steps}"),
            run=functools.partial(four_devices.run, mixgan),
        )
        preset = mg.MixGAN.from_preset(workdir / "preset")
        assert preset.placement is None  # it is for whoever loads it to say
    command = [str(MIXGAN), "train", *arguments, "--recipe.steps=6"]
    (chief, out, error), (other, other_out, _) = run_workers(command)
    assert (chief, other) == (0, 0), error[-3000:]
    assert "step 4 of 6" in out
    # The other works in a temporary folder, and keeps quiet.
    assert other_out.startswith("Worker 1 of 2; worker 0 writes to")
    assert len(other_out.splitlines()) == 1
    logs = [f.name for f in (workdir / "logs").glob("*tfevents*")]
    assert len(logs) == 3  # one for each time
    arguments[-1] = f"--workdir={tmp_path}/one"
    succeed("train", *arguments, "--recipe.steps=6", "--strategy=one")
    several, one = (
        mg.MixGAN.from_preset(folder / "preset")
        for folder in (workdir, tmp_path / "one")
    )
    for a, b in zip(weights_of(several), weights_of(one), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5)


def test_strategies_that_cannot_be_are_refused(tmp_path):
    place = f"--workdir={tmp_path}/w"
    error = refused("train", *SMALL, place, "--strategy=multiworker")
    assert "TF_CONFIG" in error
    two = json.dumps(_config(["a:1", "b:1"], index=1))
    error = refused("train", *SMALL, place, "--strategy=one", TF_CONFIG=two)
    assert "TF_CONFIG names 2 workers" in error


def _config(workers, index=0, kind="worker", **others):
    cluster = {"worker": workers, **others}
    return {"cluster": cluster, "task": {"type": kind, "index": index}}


def test_the_task_is_read_from_tf_config():
    def task(config):
        return strategies.worker_position({"TF_CONFIG": json.dumps(config)})

    assert strategies.worker_position({}) == (0, 1)
    assert task({}) == (0, 1)
    assert task(_config(["a:1", "b:1", "c:1"], index=2)) == (2, 3)
    with_chief = _config(["a:1", "b:1"], index=1, chief=["c:1"])
    assert task(with_chief) == (2, 3)
    assert task({**with_chief, "task": {"type": "chief", "index": 0}}) == (0, 3)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("not json", "must be JSON"),
        ('{"cluster": {"worker": ["a:1"]}}', "must be JSON"),
        (json.dumps(_config(["a:1"], index=1)), "a task of its cluster"),
        (json.dumps(_config(["a:1"], ps=["b:1"])), "synchronous"),
        (json.dumps(_config(["a:1"], chief=["b:1", "c:1"])), "one chief"),
    ],
)
def test_a_bad_tf_config_is_refused(config, message):
    with pytest.raises(UsageError, match=message):
        strategies.worker_position({"TF_CONFIG": config})
