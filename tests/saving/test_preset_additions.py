import hashlib
import json

import pytest

import mixgan_tf as mg
from mixgan_tf.saving import preset_folders
from mixgan_tf.saving.preset_additions import add_to_preset
from tests.models import differ
from tests.models import weights_of


@pytest.fixture
def preset(gan, tmp_path):
    return gan.save_to_preset(tmp_path / "p", {"dataset": {"name": "ring"}})


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_entries_and_files_are_added_with_their_hashes(gan, preset):
    before = preset_folders.read_metadata(preset)
    (preset / "notes.txt").write_text("mine")
    files = {"README.md": b"card", "samples.png": b"picture"}
    assert add_to_preset(preset, {"scores": {"a": 1}}, files) == preset
    metadata = preset_folders.read_metadata(preset)  # hashes are checked
    assert metadata["scores"] == {"a": 1}
    for name, content in files.items():
        assert (preset / name).read_bytes() == content
        expected = hashlib.sha256(content).hexdigest()
        assert metadata["sha256"][name] == expected
    kept = {key: value for key, value in before.items() if key != "sha256"}
    assert {key: metadata[key] for key in kept} == kept
    assert (preset / "notes.txt").read_text() == "mine"
    assert not differ(
        weights_of(gan), weights_of(mg.MixGAN.from_preset(preset))
    )
    # Again: what is there is replaced.
    add_to_preset(preset, {"scores": {}}, {"README.md": b"new"})
    metadata = preset_folders.read_metadata(preset)
    assert metadata["scores"] == {}
    assert "samples.png" in metadata["sha256"]
    assert [p.name for p in preset.parent.iterdir()] == ["p"]


@pytest.mark.parametrize(
    ("entries", "files"),
    [
        ({"generator_weights": [1.0]}, {}),
        ({"sha256": {}}, {}),
        ({}, {"config.json": b"{}"}),
        ({}, {"metadata.json": b"{}"}),
        ({}, {"generators.weights.h5": b""}),
        ({}, {"../outside.txt": b""}),
    ],
)
def test_the_model_itself_stays(preset, entries, files):
    before = contents(preset)
    with pytest.raises(ValueError, match="must not replace"):
        add_to_preset(preset, entries, files)
    assert contents(preset) == before
    assert not (preset.parent / "outside.txt").exists()


def test_nothing_is_added_to_a_damaged_preset(preset):
    weights = preset / "discriminators.weights.h5"
    weights.write_bytes(weights.read_bytes() + b"x")
    before = contents(preset)
    with pytest.raises(ValueError, match="damaged"):
        add_to_preset(preset, {"scores": {}}, {"README.md": b""})
    assert contents(preset) == before


def test_a_failure_leaves_all_as_it_was(preset):
    before = contents(preset)
    with pytest.raises(TypeError):
        add_to_preset(preset, {"scores": object()}, {"README.md": b"card"})
    assert contents(preset) == before
    assert [p.name for p in preset.parent.iterdir()] == ["p"]
    assert json.loads((preset / "metadata.json").read_text())["format"] == 1
