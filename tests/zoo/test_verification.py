"""Recorded scores are found again, and what has drifted is found out."""

import json
import shutil

import numpy as np
import pytest
from mixgan_tf.zoo import recording
from mixgan_tf.zoo import verification

import mixgan_tf as mg
from mixgan_tf import files
from mixgan_tf import report
from mixgan_tf.report.scoring import score_model
from mixgan_tf.report.scoring.real_data import is_available_offline
from mixgan_tf.saving import preset_folders
from tests.report.models import digits_gan
from tests.report.models import digits_protocol

METRICS = (
    "frechet",
    "kernel",
    "precision_recall",
    "classes",
    "components",
    "birthday",
    "memorization",
    "game",
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A preset of digits with recorded scores."""
    folder = tmp_path_factory.mktemp("recorded")
    patch = pytest.MonkeyPatch()
    patch.setenv("MIXGAN_CACHE", str(folder / "cache"))
    gan = digits_gan()
    gan.save_to_preset(
        folder / "tiny", {"dataset": {"name": "digits", "split": "train"}}
    )
    patch.setattr(recording, "CHECK_NUM", 150)  # of 200, to be quick
    protocol = digits_protocol(num=200, seeds=(0, 1), metrics=METRICS)
    found = report.evaluate(gan, protocol)
    assert recording.record(folder / "tiny", gan, found.result).name == "tiny"
    yield folder / "tiny", found.result
    patch.undo()


@pytest.fixture
def preset(recorded, tmp_path):
    return shutil.copytree(recorded[0], tmp_path / "tiny")


def edit(preset, change):
    """Changes metadata, and makes the card of what it then says."""
    path = preset / "metadata.json"
    metadata = json.loads(path.read_text())
    change(metadata)
    path.write_text(json.dumps(metadata))
    recording.rewrite_card(preset)


def test_what_is_recorded(recorded):
    preset, result = recorded
    metadata = preset_folders.read_metadata(preset)  # every hash is right
    assert {"README.md", "samples.png"} <= set(metadata["sha256"])
    entry = metadata["scores"]
    for name, score in result["mixture"]["scores"].items():
        kept = entry["mixture"][name]
        assert set(kept) == {"mean", "sd"}
        assert kept["mean"] == pytest.approx(score["mean"], rel=1e-5)
    assert len(entry["components"]) == 2
    assert entry["protocol"] == result["protocol"]
    assert set(entry["diagnostics"]) == {
        "components",
        "birthday",
        "memorization",
        "game",
        "effective_components",
    }
    check = entry["check"]
    assert (check["num"], check["seed"]) == (150, 0)
    assert set(check["values"]) == set(entry["mixture"])
    assert len(json.dumps(entry)) < 10_000


def test_scores_are_found_again(preset):
    for num in (None, 150, 200):
        lines = verification.verify(preset, num)
        assert lines[0] == "tiny: 5 files are intact."
        assert "the card is what the metadata makes" in lines[1]
        count = 6 if num == 150 else 18
        assert lines[2].startswith(f"tiny: {count} scores are as recorded")


def test_another_number_of_samples_does_not_compare(preset):
    with pytest.raises(ValueError, match="200 and 150.*Received: num=170"):
        verification.verify(preset, num=170)


def test_other_weights_are_found_out(preset):
    gan = mg.MixGAN.from_preset(preset)
    kernel = gan.generator_variables[-2]  # of the last layer of one generator
    kernel.assign(1.05 * np.asarray(kernel))
    weights = preset / preset_folders.GENERATORS
    gan.generator_mixture.save_weights(weights)
    with pytest.raises(ValueError, match="damaged or was changed"):
        verification.verify(preset)
    metadata = json.loads((preset / "metadata.json").read_text())
    metadata["sha256"][preset_folders.GENERATORS] = files.sha256(weights)
    (preset / "metadata.json").write_text(json.dumps(metadata))
    for num in (None, 150):
        with pytest.raises(ValueError, match="have drifted: .*, recorded "):
            verification.verify(preset, num)


def test_a_changed_score_is_found_out(preset):
    def spoil(metadata, factor):
        metadata["scores"]["mixture"]["frechet@digits"]["mean"] *= factor

    edit(preset, lambda metadata: spoil(metadata, 1 + 1e-5))
    verification.verify(preset)
    edit(preset, lambda metadata: spoil(metadata, 1.1))
    with pytest.raises(ValueError, match="1 of 18 scores .*frechet@digits is"):
        verification.verify(preset)


def test_a_card_of_ones_own_is_found_out(preset):
    from mixgan_tf.saving.preset_additions import add_to_preset

    card = (preset / "README.md").read_text()
    add_to_preset(preset, None, {"README.md": (card + "Best!").encode()})
    with pytest.raises(ValueError, match="mixgan zoo card"):
        verification.verify(preset)
    recording.rewrite_card(preset)
    assert (preset / "README.md").read_text() == card
    verification.verify(preset, num=150)


def test_another_extractor_is_found_out(preset):
    def spoil(metadata):
        metadata["scores"]["protocol"]["extractor"]["sha256"] = "0" * 64

    edit(preset, spoil)
    with pytest.raises(ValueError, match="another extractor 'digits'"):
        verification.verify(preset)


def test_without_the_data_nothing_is_scored(preset, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "empty"))

    def move(metadata):
        metadata["scores"]["protocol"]["data"]["name"] = "mnist"

    edit(preset, move)
    lines = verification.verify(preset)
    assert "not scored again: the data set 'mnist' is not at hand" in lines[-1]
    edit(preset, lambda metadata: metadata.pop("scores"))
    assert verification.verify(preset)[-1] == "tiny: no scores are recorded."


def test_a_preset_of_a_newer_version_is_refused(preset):
    path = preset / "metadata.json"
    metadata = {**json.loads(path.read_text()), "format": 2}
    path.write_text(json.dumps(metadata))
    with pytest.raises(ValueError, match="newer mixgan-tf"):
        verification.verify(preset)


@pytest.fixture(scope="module")
def real_images_seen_once():
    """What is known of a protocol's real images is found once for all."""
    find, found = score_model.real_statistics, {}

    def remembered(inputs):
        key = repr(inputs.protocol)
        if key not in found:
            found[key] = find(inputs)
        return found[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score_model, "real_statistics", remembered)
        yield


@pytest.mark.usefixtures("real_images_seen_once")
@pytest.mark.parametrize("preset", mg.zoo.list_presets())
def test_every_preset_scores_as_it_is_recorded(preset):
    entry = preset_folders.read_metadata(preset)["scores"]
    check = entry["check"]
    lines = verification.verify(preset, check and check["num"])
    if is_available_offline(entry["protocol"]["data"]["name"]):
        assert "scores are as recorded" in lines[-1]
    else:
        pytest.skip(lines[-1])


def test_tolerances():
    tolerance = verification.tolerance
    assert tolerance("frechet@mnist", 2.0, 1000) == pytest.approx(2e-3)
    assert tolerance("kernel@mnist", 0.0, 1000, 0.01) == pytest.approx(1e-3)
    # Two of a hundred samples may fall on the other side.
    assert tolerance("recall@mnist", 0.5, 100) == pytest.approx(0.02)
    near, far = verification.compare_scores(
        {"frechet@a": 1.0, "kernel@a": 1.0},
        {"frechet@a": 1.0009, "kernel@a": 1.002, "more": 3.0},
        num=1000,
    )
    assert near.within_tolerance
    assert not far.within_tolerance
    (lost,) = verification.compare_scores(
        {"frechet@a": 1.0}, {"frechet@a": np.nan}, 9
    )
    assert not lost.within_tolerance
    with pytest.raises(ValueError, match="not found again: kernel@a"):
        verification.compare_scores({"kernel@a": 1.0}, {}, 1000)


def test_what_cannot_be_recorded(preset):
    gan = mg.MixGAN.from_preset(preset)
    found = report.evaluate(gan, digits_protocol(metrics=("game",)))
    with pytest.raises(ValueError, match="Nothing to record"):
        recording.record(preset, gan, found.result)
    with pytest.raises(ValueError, match="everyone has"):
        recording.require_recordable(digits_protocol(extractor="/mine"))
    recording.require_recordable(digits_protocol(extractor="digits"))
