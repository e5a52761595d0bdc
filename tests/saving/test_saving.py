import json
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.saving import preset_folders
from tests.models import differ
from tests.models import labels
from tests.models import points
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import weights_of


def trained(**kwargs):
    gan = tiny_gan(**kwargs)
    gan.compile(
        objective=mg.objectives.NonSaturating(weight_grad="loss"),
        mixture_optimizer="exponentiated_gradient",
        payoff=mg.payoff.Subsampled(2),
        entropy_weight=0.05,
        discriminator_steps=2,
    )
    fit(gan, epochs=2)
    return gan


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A trained model and its preset folder; tests copy before they damage."""
    gan = trained()
    folder = tmp_path_factory.mktemp("saved") / "p"
    return gan, gan.save_to_preset(folder)


@pytest.fixture
def preset(saved, tmp_path):
    return shutil.copytree(saved[1], tmp_path / "p")


def fit(gan, epochs):
    y = labels(24) if gan.num_classes else None
    gan.fit(points(), y, batch_size=8, epochs=epochs, shuffle=False, verbose=0)


def state_of(gan):
    optimizers = (
        gan.generator_optimizer,
        gan.discriminator_optimizer,
        gan.generator_mixture_optimizer,
        gan.discriminator_mixture_optimizer,
    )
    return weights_of(gan) + [
        np.array(v) for o in optimizers for v in o.variables
    ]


@pytest.mark.parametrize("num_classes", [None, 3])
def test_keras_file_holds_everything(num_classes, tmp_path):
    gan = trained(num_classes=num_classes)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert not differ(state_of(gan), state_of(copy))
    np.testing.assert_array_equal(gan.sample(9, seed=1), copy.sample(9, seed=1))
    assert copy.get_compile_config() == gan.get_compile_config()
    assert copy.objective.weight_grad == "loss"
    assert copy.payoff.num_sampled == 2


def test_keras_file_loads_in_a_fresh_process(saved, tmp_path):
    gan = saved[0]
    gan.save(tmp_path / "gan.keras")
    script = (
        "import sys, keras, numpy as np, mixgan_tf\n"
        "gan = keras.saving.load_model(sys.argv[1])\n"
        "np.save(sys.argv[2], gan.sample(9, seed=1))\n"
    )
    out = tmp_path / "samples.npy"
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "gan.keras"), str(out)],
        check=True,
        timeout=300,
    )
    np.testing.assert_allclose(np.load(out), gan.sample(9, seed=1), atol=1e-6)


@pytest.mark.parametrize("form", ["gan.keras", "gan.weights.h5"])
def test_training_goes_on_exactly_from_a_file(form, tmp_path):
    # With dropout, whose random state Keras itself does not save.
    straight = trained(dropout=0.3)
    fit(straight, epochs=2)
    keras.utils.set_random_seed(1)
    first = trained(dropout=0.3)
    if form == "gan.keras":
        first.save(tmp_path / form)
        second = keras.saving.load_model(tmp_path / form)
    else:
        first.save_weights(tmp_path / form)
        keras.utils.set_random_seed(8)
        second = keras.models.model_from_json(first.to_json())
        second.compile_from_config(first.get_compile_config())
        second.load_weights(tmp_path / form)
    fit(second, epochs=2)
    assert not differ(state_of(straight), state_of(second))


def test_preset_round_trip(tmp_path):
    gan = trained()
    set_logits(gan, [0.5, 0.0, -0.5])
    folder = gan.save_to_preset(tmp_path / "p", metadata={"dataset": "points"})
    assert {f.name for f in folder.iterdir()} == {
        "config.json",
        "metadata.json",
        "generators.weights.h5",
        "discriminators.weights.h5",
    }
    metadata = preset_folders.read_metadata(folder)
    assert metadata["dataset"] == "points"
    assert metadata["train_steps"] == 6
    copy = mg.MixGAN.from_preset(str(folder))
    assert not differ(weights_of(gan), weights_of(copy))
    np.testing.assert_array_equal(gan.sample(9, seed=1), copy.sample(9, seed=1))
    fit(copy, epochs=1)  # compiled as it was


def test_preset_without_discriminators_samples_the_same(
    saved, preset, tmp_path
):
    gan = saved[0]
    (preset / "discriminators.weights.h5").unlink()
    copy = mg.MixGAN.from_preset(preset, load_discriminators=False)
    assert copy.num_discriminators == 0
    expected = gan.sample(9, seed=1)
    np.testing.assert_array_equal(expected, copy.sample(9, seed=1))
    again = copy.save_to_preset(tmp_path / "q")
    assert not (again / "discriminators.weights.h5").exists()
    third = mg.MixGAN.from_preset(again)
    np.testing.assert_array_equal(expected, third.sample(9, seed=1))


def test_preset_architecture_alone_has_fresh_weights(saved, preset):
    gan = saved[0]
    copy = mg.MixGAN.from_preset(preset, load_weights=False)
    assert [w.shape for w in copy.weights] == [w.shape for w in gan.weights]
    assert differ(weights_of(gan), weights_of(copy))


def test_saving_replaces_a_preset_but_nothing_else(tmp_path):
    gan = trained()
    gan.save_to_preset(tmp_path / "p")
    fit(gan, epochs=1)
    gan.save_to_preset(tmp_path / "p")
    assert preset_folders.read_metadata(tmp_path / "p")["train_steps"] == 9
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(ValueError, match="new, empty, or a preset.*Received"):
        gan.save_to_preset(tmp_path / "thesis")
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"
    assert sorted(f.name for f in tmp_path.iterdir()) == ["p", "thesis"]


def test_a_failed_save_leaves_the_old_preset(tmp_path, monkeypatch):
    gan = tiny_gan()
    gan.save_to_preset(tmp_path / "p")

    def no_space(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(gan.discriminator_mixture, "save_weights", no_space)
    with pytest.raises(OSError, match="No space"):
        gan.save_to_preset(tmp_path / "p")
    assert [f.name for f in tmp_path.iterdir()] == ["p"]
    preset_folders.read_metadata(tmp_path / "p")


def test_a_full_disk_leaves_the_old_preset(tmp_path):
    resource = pytest.importorskip("resource")
    gan = tiny_gan()
    gan.save_to_preset(tmp_path / "p")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As on a disk with this much room: HDF5 would end the process.
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large.*nothing was written"):
            gan.save_to_preset(tmp_path / "p")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [f.name for f in tmp_path.iterdir()] == ["p"]
    preset_folders.read_metadata(tmp_path / "p")


def tamper(folder):
    path = folder / "generators.weights.h5"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def edit_metadata(**changes):
    def edit(folder):
        path = folder / "metadata.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return edit


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (tamper, "damaged or was changed.*Received"),
        (
            lambda f: (f / "discriminators.weights.h5").unlink(),
            "lacks its file discriminators.weights.h5",
        ),
        (lambda f: (f / "config.json").write_text("{"), "damaged or was"),
        (lambda f: (f / "metadata.json").write_text("{"), "cannot be read"),
        (lambda f: (f / "metadata.json").write_text("[]"), "JSON object"),
        (edit_metadata(format=99), "newer mixgan-tf"),
        (edit_metadata(format=None), "no preset's metadata"),
        (edit_metadata(sha256={}), "records no SHA-256"),
    ],
)
def test_a_damaged_preset_is_one_clear_error(damage, message, preset):
    damage(preset)
    with pytest.raises(ValueError, match=message):
        mg.MixGAN.from_preset(preset)


def test_a_preset_cannot_name_files_outside_its_folder(preset):
    metadata = json.loads((preset / "metadata.json").read_text())
    metadata["sha256"]["../secret"] = "0" * 64
    (preset / "metadata.json").write_text(json.dumps(metadata))
    with pytest.raises(ValueError, match="outside its folder"):
        preset_folders.read_metadata(preset)


def test_an_unknown_preset_lists_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match="name of a preset.*Received: 'nope'"):
        mg.MixGAN.from_preset("nope")
