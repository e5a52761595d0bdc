"""`mixgan train`, as a user runs it."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

import mixgan_tf as mg
from tests.integration.command import POINTS
from tests.integration.command import SMALL
from tests.integration.command import TWO
from tests.integration.command import mixgan_process
from tests.integration.command import refused
from tests.integration.command import succeed
from tests.models import differ
from tests.models import tiny_gan
from tests.models import weights_of


def test_train_writes_what_it_says(workdir):
    checkpoints = sorted(f.name for f in (workdir / "checkpoints").iterdir())
    assert checkpoints == [
        "step_00000008.weights.h5",
        "step_00000010.weights.h5",
    ]
    samples = sorted(f.name for f in (workdir / "samples").iterdir())
    assert samples == [
        "step_00000004.png",
        "step_00000006.png",
        "step_00000008.png",
        "step_00000010.png",
    ]
    assert list((workdir / "logs").glob("events.out.tfevents.*"))
    gan = mg.MixGAN.from_preset(workdir / "preset")
    assert int(gan.train_steps.numpy()) == 10
    metadata = json.loads((workdir / "preset" / "metadata.json").read_text())
    assert metadata["command"].startswith(
        "mixgan train --recipe=mix_dcgan_digits --recipe.num_generators=2"
    )
    assert metadata["recipe"]["steps"] == 10


def test_resumed_training_equals_uninterrupted_training(workdir, tmp_path):
    succeed("train", *SMALL, "--recipe.steps=10", f"--workdir={tmp_path}/w")
    straight = mg.MixGAN.from_preset(tmp_path / "w" / "preset")
    resumed = mg.MixGAN.from_preset(workdir / "preset")
    assert not differ(weights_of(straight), weights_of(resumed))


def test_train_again_when_done_changes_nothing(workdir):
    metadata = workdir / "preset" / "metadata.json"
    before = metadata.read_bytes()
    out = succeed("train", *SMALL, "--recipe.steps=10", f"--workdir={workdir}")
    assert "Nothing to do" in out
    assert metadata.read_bytes() == before


def test_a_mistake_in_the_first_command_can_be_mended(tmp_path):
    place = f"--workdir={tmp_path}/w"
    refused("train", *POINTS, "--recipe.objective=typo", place)
    assert not (tmp_path / "w" / "recipe.json").exists()
    succeed("train", *POINTS, "--recipe.steps=2", place)
    # A learning rate may change on the way.
    succeed(
        "train",
        *POINTS,
        "--recipe.steps=3",
        "--recipe.generator_learning_rate=1e-5",
        place,
    )


def test_a_recipe_of_ones_own(tmp_path):
    recipe = tmp_path / "mine.py"
    for text in (
        "from ml_collections import ConfigDict\n"
        "def get_config():\n    return ConfigDict({'steps': 1})\n",
        "def get_config(:\n",
        "import no_such_module\n",
    ):
        recipe.write_text(text)
        refused("train", f"--recipe={recipe}", f"--workdir={tmp_path}/w")
    recipe.write_text(
        "from mixgan_tf.zoo.recipes.mix_mlp_ring import get_config as ring\n"
        "def get_config():\n"
        "    config = ring()\n"
        "    config.steps = config.num_generators = 2\n"
        "    config.num_discriminators = 2\n"
        "    return config\n"
    )
    succeed("train", "--recipe", recipe, "--workdir", tmp_path / "w")


def test_the_weights_that_score_best_become_the_preset(tmp_path):
    folder = tmp_path / "w"
    recipe = [
        *SMALL,
        "--recipe.steps=8",
        "--recipe.validation.every=2",
        "--recipe.validation.extractor=digits",
        "--recipe.validation.split=test",
        "--recipe.validation.num=100",
        # So wild that what comes later is no better.
        "--recipe.generator_learning_rate=0.05",
    ]
    out = succeed("train", *recipe, f"--workdir={folder}")
    metadata = json.loads((folder / "preset" / "metadata.json").read_text())
    selection = metadata["selection"]
    scores = {entry["step"]: entry["score"] for entry in selection["all"]}
    assert sorted(scores) == [2, 4, 6, 8]
    best = min(scores, key=scores.get)
    assert selection["step"] == metadata["train_steps"] == best
    assert f"Step {best} scored best: frechet@digits" in out
    assert selection["protocol"]["real"]["split"] == "test"
    # The same samples score the same again, from the preset itself.
    gan = mg.MixGAN.from_preset(folder / "preset")
    found = mg.metrics.collect_statistics(
        mg.metrics.GanSamples(
            gan, 100, selection["protocol"]["samples"]["seed"]
        ),
        mg.metrics.get_extractor("digits"),
    )
    real = mg.metrics.ImageSplit("digits", "test", 100)
    moments = mg.metrics.reference_statistics(
        real, mg.metrics.get_extractor("digits")
    ).moments
    assert mg.metrics.frechet_distance(moments, found.moments) == pytest.approx(
        scores[best], rel=1e-4
    )
    refused(
        "train",
        *recipe,
        "--recipe.validation.num=60",
        f"--workdir={tmp_path}/v",
    )
    error = refused(
        "train",
        *recipe,
        "--recipe.validation.extractor=nose",
        f"--workdir={tmp_path}/v",
    )
    assert "'nose'" in error


def test_a_changed_recipe_is_refused_with_the_difference(workdir):
    error = refused(
        "train", *SMALL, "--recipe.batch_size=32", f"--workdir={workdir}"
    )
    assert "batch_size: 64 -> 32" in error


def test_unwritable_workdir_is_one_line(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    error = refused("train", *SMALL, f"--workdir={tmp_path / 'file' / 'w'}")
    assert "Not a directory" in error
    assert (tmp_path / "file").read_text() == "not a folder"


def test_a_data_set_that_is_not_there_is_one_line(tmp_path):
    error = refused(
        "train",
        "--recipe=mix_dcgan_mnist",
        f"--workdir={tmp_path}/w",
        TFDS_DATA_DIR=str(tmp_path / "empty"),
        https_proxy="http://127.0.0.1:9",
        http_proxy="http://127.0.0.1:9",
    )
    assert "could not be downloaded" in error
    assert "TFDS_DATA_DIR" in error


def test_divergence_is_one_line_and_loses_nothing(workdir, tmp_path):
    folder = shutil.copytree(workdir, tmp_path / "w")
    poisoned = folder / "checkpoints" / "step_00000010.weights.h5"
    good = (folder / "checkpoints" / "step_00000008.weights.h5").read_bytes()
    preset = weights_of(mg.MixGAN.from_preset(folder / "preset"))
    # What follows a step from huge weights is not finite.
    gan = mg.MixGAN.from_preset(folder / "preset")
    for variable in gan.discriminator_variables:
        variable.assign(np.full(variable.shape, 1e30))
    gan.save_weights(poisoned)
    error = refused("train", *SMALL, "--recipe.steps=13", f"--workdir={folder}")
    assert "not finite" in error
    assert [f.name for f in sorted((folder / "checkpoints").iterdir())] == [
        "step_00000008.weights.h5",
        "step_00000010.weights.h5",
    ]
    kept = folder / "checkpoints" / "step_00000008.weights.h5"
    assert kept.read_bytes() == good
    assert not differ(
        preset, weights_of(mg.MixGAN.from_preset(folder / "preset"))
    )


@pytest.mark.real_data
def test_the_mnist_recipe_trains(mnist, tmp_path):
    succeed(
        "train",
        "--recipe=mix_dcgan_mnist",
        *TWO,
        "--recipe.steps=3",
        "--recipe.generator.width=8",
        "--recipe.discriminator.width=8",
        f"--workdir={tmp_path}/w",
    )
    gan = mg.MixGAN.from_preset(tmp_path / "w" / "preset")
    assert gan.sample(4, seed=0).shape == (4, 28, 28, 1)


def test_points_train_and_are_drawn(tmp_path):
    succeed(
        "train",
        *POINTS,
        "--recipe.steps=20",
        f"--workdir={tmp_path}/w",
        run=mixgan_process,
    )
    out = tmp_path / "points.png"
    succeed("sample", f"--model={tmp_path}/w", "--num=500", f"--out={out}")
    assert Image.open(out).size == (800, 800)
    assert tiny_gan().sample_shape == (2,)
