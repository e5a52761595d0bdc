"""What the README shows must run."""

import pathlib
import re

import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from tests.models import images
from tests.models import points

ROOT = pathlib.Path(__file__).parents[2]


def blocks():
    text = (ROOT / "README.md").read_text()
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def block_with(text):
    (found,) = [b for b in blocks() if text in b]
    return found


def test_preset_blocks_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(block_with("from_preset"), names)
    assert names["images"].shape == (64, 28, 28, 1)
    assert names["sevens"].shape == names["second"].shape == (10, 28, 28, 1)
    exec(block_with("to_saved_model"), names)
    served = tf.saved_model.load("generator/1")
    assert {"generate", "sample"} <= set(served.signatures)
    assert (tmp_path / "generator.tflite").is_file()


def test_training_block_runs_on_small_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    block = block_with("gan.fit(")
    for old, new in (
        ("(28, 28, 1)", "(8, 8, 1)"),
        ('"mnist"', '"digits"'),
        ("steps_per_epoch=500", "steps_per_epoch=2"),
        ("epochs=20", "epochs=1"),
    ):
        assert old in block
        block = block.replace(old, new)
    exec(block, {})
    assert (tmp_path / "gan.keras").is_file()
    assert list((tmp_path / "samples").glob("*.png"))
    assert list((tmp_path / "logs").iterdir())


def test_the_mix_wgan_block_trains():
    names = {}
    block = block_with("WeightClipping")
    exec(block.replace("(28, 28, 1)", "(8, 8, 1), width=4"), names)
    gan = names["wgan"]
    logs = gan.fit(images(), batch_size=6, verbose=0).history
    assert {f"gradient_norm_{j}" for j in range(3)} <= set(logs)


def test_the_conditional_block_compiles():
    names = {}
    block = block_with("class_dependent_weights")
    exec(block.replace("(32, 32, 3),", "(16, 16, 3), width=8,"), names)
    gan = names["conditional"]
    assert gan.sample(4, labels=3).shape == (4, 16, 16, 3)
    assert gan.generator_weights.shape == (3, 10)


def test_build_notes_objective_trains(gan):
    text = (ROOT / "BUILD.md").read_text()
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(block, {"gan": gan})
    gan.fit(points(), batch_size=12, verbose=0)
    assert type(gan.objective).__name__ == "LinearPayoff"


def test_metrics_block_measures():
    block = block_with("birthday_test")
    for old, new in (
        ("400", "8"),
        ("(28, 28, 1)", "(28, 28, 1), width=4"),
        (", discriminator)", ", discriminator, steps=2, restarts=1)"),
    ):
        assert old in block
        block = block.replace(old, new)
    random = np.random.default_rng(0)
    test_images, images = random.uniform(-1, 1, (2, 200, 28, 28, 1)).astype(
        "float32"
    )
    names = {"mg": mg, "test_images": test_images, "images": images}
    names["train_features"] = random.normal(size=(200, 64))
    exec(block, names)
    assert names["threshold"] >= 0
    assert names["real"].shape == names["fake"].shape == (200, 64)


def test_games_block_solves_the_game(gan, capsys):
    block = block_with("empirical_game").replace("steps=5000", "steps=3")
    exec(block, {"mg": mg, "gan": gan, "held_out_images": points(60)})
    assert "exploitability" in capsys.readouterr().out.lower()


def test_no_placeholder_is_left():
    text = (ROOT / "README.md").read_text()
    assert "@@" not in text
    left = set(re.findall("<!-- (.*?) -->", text))
    assert left <= {"mode table", "end of mode table"}


@pytest.mark.parametrize("document", ["README.md", "BUILD.md", "CHANGELOG.md"])
def test_relative_links_lead_somewhere(document):
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
