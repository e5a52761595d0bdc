"""Training that is killed, again and again, and goes on."""

import importlib
import json
import pathlib
import subprocess
import sys

import pytest

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"
KILLING = pathlib.Path(__file__).with_name("killing.py")
RECIPE = [
    "--recipe=mix_mlp_ring",
    "--recipe.num_generators=2",
    "--recipe.num_discriminators=2",
    "--recipe.generator.width=8",
    "--recipe.discriminator.width=8",
    "--recipe.ema_decay=0.9",
    "--recipe.steps=11",
    "--recipe.checkpoint_every=4",
    "--recipe.sample_every=3",
    "--recipe.log_every=2",
    "--recipe.validation.every=3",
    "--recipe.validation.num=200",
]
# A process renames recipe.json first, and last at step 3 its picture.
KILLS = [
    ["before_delete", 3],  # whether the log has room was just tried
    ["before_delete", 1],  # and whether the folder has
    ["half_written", 1],  # the first weights, at step 3
    ["after_rename", 5],  # the checkpoint of step 4 is the latest
    ["before_rename", 5],  # at step 8, all but its checkpoint is written
    ["before_rename", 2],  # what was logged after step 4 is being removed
    ["logged", 11],
    ["drawn", 2],
    ["after_rename", 8],
]


def train(*trainings):
    """Trains in processes of their own; returns how each of them ended."""
    done = subprocess.run(
        [sys.executable, str(KILLING), json.dumps(trainings), *RECIPE],
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1].removeprefix("ends "))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it forks")
def test_killed_training_ends_as_if_it_never_was(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    work_folder = importlib.import_module("work_folder")
    straight, killed = (str(tmp_path / name) for name in ("straight", "killed"))
    kills = [(killed, point) for point in KILLS]
    ends = train((straight, None), *kills, (killed, None))
    assert ends == [0, *([-9] * len(KILLS)), 0]
    expected = work_folder.contents(pathlib.Path(straight))
    found = work_folder.contents(pathlib.Path(killed))
    assert not work_folder.differences(found, expected)
    # All was there to compare: 5 points a curve, the optimizers, averages.
    steps = [s for _, tag, s, _ in found["events"] if "payoff" in tag]
    assert steps == [2, 4, 6, 8, 10]
    last = found["checkpoints/step_00000011.weights.h5"]
    for part in ("generator_optimizer", "mixture_optimizer", "ema_"):
        assert any(part in name for name in last), sorted(last)
    assert not any(".tmp" in name for name in found["files"])
