"""Recipes that cannot be trained, and work folders that were tampered with."""

import json
import sys

import pytest
from mixgan_tf.zoo.recipe_checks import check_recipe
from mixgan_tf.zoo.recipe_checks import check_recipe_size
from mixgan_tf.zoo.recipes import mix_dcgan_digits
from mixgan_tf.zoo.recipes import mix_mlp_ring

RECIPE = "--recipe=mix_dcgan_digits"
ENTRIES = [
    "steps=0",
    "steps=-1",
    "steps=100000000",
    "steps=1e3",
    "steps=many",
    "batch_size=0",
    "batch_size=-64",
    "batch_size=10000000",
    "num_generators=0",
    "num_generators=-1",
    "num_generators=100000",
    "num_discriminators=0",
    "num_classes=-1",
    "num_classes=10000000",
    "image_shape=(8,8)",
    "image_shape=(0,8,1)",
    "image_shape=(100000,100000,1)",
    "image_shape=(8,8,-1)",
    "image_shape=(9,9,1)",
    "image_shape=(8,6,1)",
    "generator.class_name=os.system",
    "generator.class_name=MLPGenerator",
    "generator.class_name=",
    "generator.width=0",
    "generator.width=-4",
    "generator.width=1000000000",
    "generator.latent_dim=0",
    "generator.latent_dim=1000000000000",
    "generator.unknown=1",
    "discriminator.width=1000000000",
    "discriminator.dropout=-1.0",
    "discriminator.dropout=2.0",
    "entropy_weight=nan",
    "entropy_weight=-0.1",
    "entropy_weight=inf",
    "generator_learning_rate=nan",
    "discriminator_learning_rate=-1.0",
    "mixture_learning_rate=inf",
    "final_learning_rate_fraction=2.0",
    "adam_beta_1=1.0",
    "adam_beta_2=-0.1",
    "ema_decay=1.0",
    "ema_decay=nan",
    "discriminator_steps=0",
    "discriminator_steps=1000000000",
    "checkpoint_every=0",
    "sample_every=-5",
    "log_every=0",
    "seed=-1",
    "seed=99999999999",
    "objective=",
    "objective=typo",
    "payoff=typo",
    "mixture_optimizer=typo",
    "network_optimizer=typo",
    "dataset.name=",
    "dataset.name=../../etc/passwd",
    "dataset.split=typo",
    "validation.every=-1",
    "class_loss_weight=nan",
    "reconstruction_weight=-1.0",
    "nonsense=1",
    "dataset=1",
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_is_refused_before_anything_is_built(
    entry, tmp_path, refused, monkeypatch
):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "empty"))
    folder = tmp_path / "w"
    # So few steps that it fails at once where it is not refused.
    steps = "--recipe.steps=1"
    refused("train", RECIPE, steps, f"--recipe.{entry}", f"--workdir={folder}")
    assert not list(folder.glob("*.json"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "get_config = 3",
        "def get_config(): return None",
        "def get_config(): return {}",
        "def get_config(): raise KeyError('x')",
        "def get_config(): return 1 / 0",
        "def get_config(: pass",
    ],
)
def test_a_recipe_file_that_is_none(text, tmp_path, refused, monkeypatch):
    path = tmp_path / "mine.py"
    path.write_text(text)
    # Where ml_collections keeps the recipe before: a new process has none.
    monkeypatch.delitem(sys.modules, "recipe_config", raising=False)
    refused("train", f"--recipe={path}", f"--workdir={tmp_path}/w")
    assert not list((tmp_path / "w").glob("*.json"))


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("steps", "10"),
        ("steps", 1.5),
        ("steps", None),
        ("steps", True),
        ("image_shape", 8),
        ("image_shape", [8, "8", 1]),
        ("generator", 3),
        ("generator", {"width": 4}),
        ("generator", {"class_name": "DCGANGenerator", "width": "x"}),
        ("generator", {"class_name": "DCGANGenerator", "width": 10**9}),
        ("generator", {"class_name": "DCGANGenerator", "kernel_size": 10**9}),
        ("discriminator", {"class_name": "DCGANDiscriminator", "width": 2.5}),
        ("regularizers", ["gradient_penalty"]),
        ("regularizers", {"gradient_penalty": 10}),
        ("dataset", "digits"),
        ("validation", None),
        ("objective", {"class_name": "Lambda"}),
        ("seed", 1e400),
        ("num_generators", 1000),
    ],
)
def test_a_work_folder_with_another_recipe(entry, value, tmp_path, refused):
    folder = tmp_path / "w"
    folder.mkdir()
    recipe = json.loads(mix_dcgan_digits.get_config().to_json_best_effort())
    recipe[entry] = value
    if entry == "num_generators":
        recipe["generator"]["width"] = 2000
    (folder / "recipe.json").write_text(json.dumps(recipe))
    refused("sample", f"--model={folder}", f"--out={tmp_path}/x.png")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"steps": NaN}', "3"])
def test_a_work_folder_without_a_recipe(text, tmp_path, refused):
    (tmp_path / "recipe.json").write_text(text)
    assert "recipe.json" in refused("sample", f"--model={tmp_path}")


def test_a_checkpoint_with_a_link(tmp_path, refused):
    import h5py

    recipe = mix_mlp_ring.get_config()
    (tmp_path / "recipe.json").write_text(recipe.to_json_best_effort())
    (tmp_path / "checkpoints").mkdir()
    path = tmp_path / "checkpoints" / "step_00000001.weights.h5"
    with h5py.File(path, "w") as file:
        file["vars"] = h5py.ExternalLink("/etc/passwd", "x")
    assert "link to elsewhere" in refused("sample", f"--model={tmp_path}")


def test_the_recipes_of_the_package_pass(monkeypatch):
    import importlib

    from mixgan_tf import zoo

    for name in zoo.list_recipes():
        module = importlib.import_module(f"mixgan_tf.zoo.recipes.{name}")
        check_recipe(module.get_config())
    recipe = mix_mlp_ring.get_config()
    check_recipe_size(recipe)
    with pytest.raises(ValueError, match="MIXGAN_MAX_PARAMETERS"):
        check_recipe_size(recipe, max_parameters=10)
    monkeypatch.setenv("MIXGAN_MAX_PARAMETERS", "0")
    with pytest.raises(ValueError, match="positive int"):
        check_recipe_size(recipe)
