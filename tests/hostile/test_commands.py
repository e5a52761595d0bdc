"""Flags of every subcommand that no one means."""

import pytest

SAMPLE = [
    ["--num=0"],
    ["--num=-5"],
    ["--num=1e3"],
    ["--num=99999999999999999999"],
    ["--num=1000001"],
    ["--num="],
    ["--num=1", "--num"],
    ["--seed=x"],
    ["--seed=1e99"],
    ["--seed=99999999999999999999"],
    ["--component=-1"],
    ["--component=2"],
    ["--component=one"],
    ["--labels=3"],
    ["--labels=-1"],
    ["--labels=a"],
    ["--labels="],
    ["--labels=1,,2"],
    ["--labels=99999999999999999999"],
    ["--labels=1.5"],
    ["--scale=0"],
    ["--scale=65"],
    ["--scale=1000000000"],
    ["--out="],
    ["--out=/proc/nowhere/x.png"],
    ["--out=/"],
    ["--out=a\0b.png"],
    ["--colour=red"],
    ["stray"],
    ["-num", "x"],
    ["--num=5", "5"],
    ["--flagfile=/etc/passwd"],
    ["--nonum"],
]
EXPORT = [
    [],
    ["--out="],
    ["--out=/proc/x"],
    ["--format="],
    ["--format=pickle"],
    ["--selector=best"],
    ["--selector=relu", "--delta=nan"],
    ["--selector=relu", "--delta=0"],
    ["--selector=relu", "--delta=-1"],
    ["--selector=relu", "--delta=inf"],
    ["--selector=relu", "--delta=x"],
    ["--output_dtype=int4"],
    ["--output_dtype=uint8"],
    ["--format=tflite", "--batch_size=0"],
    ["--format=tflite", "--quantization=int1"],
    ["--format=tflite", "--components"],
    ["--format=web", "--litert=/nowhere"],
    ["--format=web", "--class_names=a"],
    ["--quantization=int8"],
    ["--overwrite=perhaps"],
]
EVALUATE = [
    ["--dataset="],
    ["--dataset=../../etc"],
    ["--dataset=a\0b"],
    ["--dataset=ring", "--metrics="],
    ["--dataset=ring", "--metrics=frechet"],
    ["--dataset=ring", "--metrics=,"],
    ["--dataset=digits"],
    ["--num=0"],
    ["--num=10000001"],
    ["--num=x"],
    ["--seeds="],
    ["--seeds=-1"],
    ["--seeds=1,1"],
    ["--seeds=1.0"],
    ["--seeds=" + "9" * 5000],
    ["--out="],
    ["--out=/"],
    ["--out=/proc/x/y.json"],
    ["--record=perhaps"],
]
ZOO = [
    [],
    [""],
    ["list", "x"],
    ["list", "--json=perhaps"],
    ["show"],
    ["show", ""],
    ["show", "/"],
    ["show", "/proc/self"],
    ["show", "a\0b"],
    ["show", "x" * 5000],
    ["show", "hf://"],
    ["show", "hf://../x"],
    ["verify", "nope"],
    ["verify", "a", "b"],
    ["verify", "--num=0"],
    ["verify", "--num=x"],
    ["card"],
    ["card", "nope"],
    ["card", "/etc/passwd"],
    ["feed"],
]
MODELS = [
    "",
    "/",
    "/dev/null",
    "/etc/passwd",
    "x" * 5000,
    "a\0b",
    "nope.keras",
    "/.keras",
    "hf://a/b/c",
]


def _id(arguments):
    return " ".join(arguments)[:50].replace("\0", "0") or "nothing"


@pytest.mark.parametrize("arguments", SAMPLE, ids=_id)
def test_sample(arguments, saved, tmp_path, refused, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused("sample", f"--model={saved}", *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", EXPORT, ids=_id)
def test_export(arguments, saved, tmp_path, refused, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if arguments and not any("--out=" in a for a in arguments):
        arguments = [*arguments, "--out=made"]
    refused("export", f"--model={saved}", *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", EVALUATE, ids=_id)
def test_evaluate(arguments, saved, tmp_path, refused, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    refused("evaluate", f"--model={saved}", *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", ZOO, ids=_id)
def test_zoo(arguments, refused):
    refused("zoo", *arguments)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: _id([m]))
def test_models(model, tmp_path, refused):
    refused("sample", f"--model={model}", f"--out={tmp_path}/x.png")


@pytest.mark.parametrize("name", ["", " ", "Train", "--train", "-", "\0"])
def test_commands(name, capfd):
    from mixgan_tf.cli.main import main

    assert main(["mixgan", name]) == 2
    error = capfd.readouterr().err
    assert len(error.splitlines()) == 1
