"""`mixgan`, as a user runs it: usage, errors, sample, export and zoo."""

import json

import keras
import numpy as np
import pytest
from PIL import Image

import mixgan_tf as mg
from tests.integration.command import SMALL
from tests.integration.command import mixgan_process
from tests.integration.command import refused
from tests.integration.command import succeed
from tests.models import tiny_gan


@pytest.mark.parametrize("source", ["workdir", "preset", "keras file"])
def test_sample(source, workdir, tmp_path):
    model = workdir
    if source == "preset":
        model = workdir / "preset"
    elif source == "keras file":
        model = tmp_path / "gan.keras"
        mg.MixGAN.from_preset(workdir / "preset").save(model)
    out = tmp_path / "x" / "grid.png"
    succeed(
        "sample",
        f"--model={model}",
        "--num=6",
        "--seed=3",
        "--labels=0,1",
        "--component=1",
        "--scale=1",
        f"--out={out}",
    )
    gan = mg.MixGAN.from_preset(workdir / "preset")
    expected = gan.sample(6, seed=3, labels=[0, 1] * 3, component=1)
    picture = np.asarray(Image.open(out))
    assert picture.shape == (2 * 9 + 1, 3 * 9 + 1)
    np.testing.assert_allclose(
        picture[1:9, 1:9], (expected[0, ..., 0] + 1) * 127.5, atol=0.51
    )


def test_export_says_what_it_wrote(workdir, tmp_path):
    model = f"--model={workdir / 'preset'}"
    saved = tmp_path / "m" / "1"
    out = succeed(
        *("export", model, f"--out={saved}"),
        *("--components", "--selector=relu"),
        run=mixgan_process,
    )
    assert (saved / "saved_model.pb").is_file()
    assert "selector 'relu'" in out
    assert "Against Keras, 1000 latents: largest error" in out
    assert "Time relative to one component" in out
    assert "at batch 64" in out
    assert f"Wrote {saved} (saved_model" in out


def test_export_overwrites_only_when_told(workdir, tmp_path):
    arguments = (
        "export",
        f"--model={workdir / 'preset'}",
        "--format=tflite",
        "--quantization=float16",
        "--batch_size=1",
        f"--out={tmp_path / 'm.tflite'}",
    )
    out = succeed(*arguments)
    assert "at batch 1." in out
    written = (tmp_path / "m.tflite").read_bytes()
    assert "exists already" in refused(*arguments)
    assert (tmp_path / "m.tflite").read_bytes() == written
    succeed(*arguments, "--overwrite")
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "m.tflite",
        "m.tflite.json",
    ]


def test_export_refuses_flags_of_another_format(workdir, tmp_path):
    for flag in ("--quantization=int8", "--title=x"):
        error = refused(
            "export", f"--model={workdir}", flag, f"--out={tmp_path / 'm'}"
        )
        assert "--format=saved_model" in error
    assert not (tmp_path / "m").exists()


def test_an_untrained_model_is_not_exported(tmp_path):
    tiny_gan().save(tmp_path / "gan.keras")
    error = refused(
        "export", f"--model={tmp_path / 'gan.keras'}", f"--out={tmp_path / 'm'}"
    )
    assert "no training step" in error


def test_zoo_lists_and_shows_the_presets():
    listed = json.loads(succeed("zoo", "list", "--json"))
    assert sorted(listed) == mg.zoo.list_presets()
    table = succeed("zoo", "list")
    for name in listed:
        assert name in table
        shown = json.loads(succeed("zoo", "show", name))
        assert shown["sha256"] == listed[name]["sha256"]


def test_zoo_shows_a_folder(workdir):
    shown = json.loads(succeed("zoo", "show", workdir / "preset"))
    assert shown["num_generators"] == 2


def test_help_does_not_import_tensorflow():
    for command in (
        [],
        ["train"],
        ["sample"],
        ["export"],
        ["evaluate"],
        ["zoo"],
    ):
        done = mixgan_process(*command, "--help", PYTHONPROFILEIMPORTTIME="1")
        assert done.returncode == 0
        assert "usage: mixgan" in done.stdout
        assert "absl" in done.stderr  # import times are being reported
        imported = {
            line.rpartition("|")[2].strip() for line in done.stderr.splitlines()
        }
        assert not imported & {"tensorflow", "keras"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["paint"], "no command 'paint'"),
        (["train", "--recipe=nope", "--workdir=w"], "one of dcgan_cifar10"),
        (["train", "--recipe=mix_dcgan_digits"], "--workdir are required"),
        (["train", "--colour=red"], "Unknown command line flag 'colour'"),
        (["train", *SMALL, "--workdir=w", "now"], "received: now"),
        (["train", *SMALL, "--recipe.stepz=3", "--workdir=w"], "stepz"),
        (["train", *SMALL, "--recipe.steps=many", "--workdir=w"], "many"),
        (
            ["train", *SMALL, "--recipe.objective=x", "--workdir=w"],
            "'non_saturating'",
        ),
        (
            ["train", *SMALL, "--recipe.dataset.name=mnits", "--workdir=w"],
            "no such data set",
        ),
        (
            ["train", *SMALL, "--recipe.dataset.name=mnist:9.9.9"]
            + ["--workdir=w"],
            "no such data set",
        ),
        (["sample", "--model=nope"], "Received: 'nope'"),
        (["sample", "--model=nope.keras"], "no file nope.keras"),
        (["sample"], "model"),
        (["sample", "--model=x", "--num=0"], "num"),
        (["export", "--model=x", "--format=gif", "--out=y"], "format"),
        (["zoo", "show", "nope"], "Received: 'nope'"),
        (["zoo", "feed"], "mixgan zoo list"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_usage_is_one_line_and_exit_code_2(arguments, message, tmp_path):
    assert message in refused(*arguments, cwd=tmp_path)


def test_no_command_prints_the_usage():
    done = mixgan_process()
    assert done.returncode == 2
    assert "usage: mixgan" in done.stdout


def test_a_keras_file_of_another_model_is_refused(tmp_path):
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(
        tmp_path / "other.keras"
    )
    # The start of TensorFlow must not add to a process's one line.
    model = f"--model={tmp_path / 'other.keras'}"
    error = refused("sample", model, run=mixgan_process)
    assert "not a mixgan_tf.MixGAN" in error
