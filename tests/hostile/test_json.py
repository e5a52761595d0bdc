"""JSON that is none, and metadata that lie."""

import json

import pytest

from mixgan_tf.saving.preset_folders import require_inside
from mixgan_tf.untrusted.strict_json import parse_json_object
from mixgan_tf.untrusted.strict_json import read_json_object
from mixgan_tf.untrusted.strict_json import write_json
from tests.hostile.presets import edited
from tests.hostile.presets import rehash

TEXTS = {
    "empty": b"",
    "spaces": b"   ",
    "not utf-8": b"\xff\xfe{}",
    "cut": b'{"model": {"generator": [',
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "deep lists": b'{"model": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 200 + b"1" + b"}" * 200,
    "NaN": b'{"model": NaN}',
    "Infinity": b'{"model": -Infinity}',
    "huge float": b'{"model": 1e999}',
    "huge int": b'{"model": ' + b"9" * 100_000 + b"}",
    "int of 65 bits": b'{"model": 18446744073709551616}',
    "a key twice": b'{"model": {}, "model": {"generator": []}}',
    "too long": b'{"a": "' + b"a" * 2**25 + b'"}',
    "two objects": b"{} {}",
    "trailing comma": b'{"model": 1,}',
    "comment": b'{"model": 1} // harmless',
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("file", ["config.json", "metadata.json"])
def test_bad_json(file, name, preset, refused):
    (preset / file).write_bytes(TEXTS[name])
    if file == "config.json":
        rehash(preset)
    error = refused("sample", f"--model={preset}", "--out=never.png")
    assert file in error


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": [Infinity]}', "Infinity is no number"),
        (b'{"a": -1e999}', "not finite"),
        (b'{"a": 9223372036854775808}', "64 bits"),
        (b'{"a": ' + b"9" * 9999 + b"}", "64 bits"),
        (b'{"a": 1, "a": 1}', "'a' stands twice"),
        (b'{"b": {"a": 1, "c": 2, "a": 3}}', "'a' stands twice"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "levels deep"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "levels deep"),
        (b'{"a": "' + b"a" * 2**25 + b'"}', "too large"),
        (b"[1]", "must hold a JSON object"),
        (b'{"a": "\xff"}', "utf-8"),
    ],
    ids=lambda value: str(value[:20]),
)
def test_the_reason_is_said(text, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        parse_json_object(text, "The file")
    assert len(str(caught.value)) < 500


def test_what_json_holds_is_read():
    text = b'{"a": [1, -2.5, "x", null, true, {"b": 9223372036854775807}]}'
    assert parse_json_object(text, "The file") == json.loads(text)
    deep = b'{"a":' * 99 + b"1" + b"}" * 99
    assert parse_json_object(deep, "The file") == json.loads(deep)


def test_what_is_written_can_be_read(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"a": [float("nan"), (1.5, float("-inf"))], "b": {}})
    found = read_json_object(path, "file")
    assert found == {"a": [None, [1.5, None]], "b": {}}


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ("format", None, "no preset's metadata"),
        ("format", True, "no preset's metadata"),
        ("format", "1", "no preset's metadata"),
        ("format", 0, "'format'"),
        ("format", -1, "'format'"),
        ("format", 2, "newer mixgan-tf"),
        ("sha256", [], "records no SHA-256"),
        ("sha256", "x", "records no SHA-256"),
        ("num_generators", 0, "'num_generators'"),
        ("num_generators", 3, "`num_generators` is 2"),
        ("num_generators", "two", "'num_generators'"),
        ("num_classes", 5, "`num_classes` is 3"),
        ("num_classes", 2.5, "'num_classes'"),
        ("latent_dim", 10**9, "`latent_dim` is 3"),
        ("latent_dim", [3], "'latent_dim'"),
        ("sample_shape", [10**6, 10**6], "`sample_shape` is [2]"),
        ("sample_shape", 2, "'sample_shape'"),
        ("sample_shape", [-2], "'sample_shape'"),
        ("generator_parameters", 1, "`generator_parameters` is"),
        ("generator_weights", [0.9, 0.1], "mixture weights are"),
        ("generator_weights", [0.5], "mixture weights are"),
        ("generator_weights", [[0.5, 0.5], [0.5]], "mixture weights are"),
        ("generator_weights", [2.0, -1.0], "in [0, 1]"),
        ("generator_weights", ["a", "b"], "in [0, 1]"),
        ("generator_weights", {"a": 1}, "a list"),
        ("train_steps", -1, "'train_steps'"),
        ("train_steps", 1.5, "'train_steps'"),
        ("train_steps", None, "'train_steps'"),
    ],
)
def test_metadata_that_do_not_describe_the_model(
    entry, value, message, preset, not_loaded
):
    with edited(preset / "metadata.json") as metadata:
        metadata[entry] = value
    assert message in not_loaded(preset)


@pytest.mark.parametrize(
    "name",
    ["../p/x", "/etc/passwd", "..", "a/b", "C:\\x", "..\\x", "", "a\0b"],
)
def test_a_name_that_is_a_path(name, preset, not_loaded):
    with edited(preset / "metadata.json") as metadata:
        metadata["sha256"][name] = "0" * 64
    assert "outside its folder" in not_loaded(preset)


@pytest.mark.parametrize("digest", [None, 0, "", "x" * 63, ["0" * 64], {}])
def test_a_hash_that_is_none(digest, preset, not_loaded):
    with edited(preset / "metadata.json") as metadata:
        metadata["sha256"]["config.json"] = digest
    assert "SHA-256" in not_loaded(preset)


@pytest.mark.parametrize(
    "file", ["config.json", "metadata.json", "generators.weights.h5"]
)
@pytest.mark.parametrize("relative", [True, False])
def test_links_lead_nowhere(file, relative, preset, not_loaded):
    outside = preset.parent / "elsewhere"
    (preset / file).rename(outside)
    target = "../elsewhere" if relative else outside
    (preset / file).symlink_to(target)
    assert "link to a place outside" in not_loaded(preset)


def test_links_of_the_hub_lead_to_its_blobs_alone(tmp_path):
    for place in ("blobs/a", "refs/a", "snapshots/1/c", "other/1/c"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    snapshot, other = tmp_path / "snapshots" / "1", tmp_path / "other" / "1"
    for folder in (snapshot, other):
        (folder / "inside").symlink_to("c")
        (folder / "blob").symlink_to("../../blobs/a")
        (folder / "ref").symlink_to("../../refs/a")
        require_inside(folder, "inside")
    require_inside(snapshot, "blob")
    for folder, name in ((snapshot, "ref"), (other, "ref"), (other, "blob")):
        with pytest.raises(ValueError, match="link to a place outside"):
            require_inside(folder, name)


def test_a_link_in_a_preset_is_not_copied(preset, refused):
    secret = preset.parent / "secret"
    secret.write_text("secret")
    (preset / "notes.txt").symlink_to(secret)
    assert "link to a place outside" in refused("zoo", "card", preset)
    assert (preset / "notes.txt").is_symlink()
    assert secret.read_text() == "secret"


SCORES = {
    "mixture": {"modes": {"mean": 3.0, "sd": 0.1}},
    "components": [],
    "check": None,
    "diagnostics": {},
    "protocol": {
        "command": "mixgan evaluate",
        "data": {"name": "ring"},
        "training_split": None,
        "samples": {"num": 100, "seeds": [0]},
        "extractor": None,
        "metrics": ["mode_coverage"],
        "versions": {"mixgan_tf": "0.1", "tensorflow": "2.21", "keras": "3"},
    },
}


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "ring"},
        {"dataset": {"name": 3}},
        {"recipe": []},
        {"recipe": {"generator": None}},
        {"command": ["rm"]},
        {"command": "x", "commit": 7},
        {"selection": {"step": 3}},
        {"selection": {"step": "3", "all": [], "name": "x", "score": 1}},
        {"selection": {"step": 3, "all": 1, "name": "x", "score": 1}},
        {"scores": []},
        {"scores": {"mixture": {}}},
        {"scores": {**SCORES, "mixture": {"modes": 3}}},
        {"scores": {**SCORES, "mixture": {"modes": {"mean": "3"}}}},
        {"scores": {**SCORES, "components": [3]}},
        {"scores": {**SCORES, "components": {"a": 1}}},
        {"scores": {**SCORES, "protocol": None}},
        {"scores": {**SCORES, "check": {"num": 0}}},
        {"scores": {**SCORES, "diagnostics": {"game": {"value": None}}}},
        {"scores": {**SCORES, "diagnostics": {"birthday": 1}}},
    ],
    ids=lambda change: json.dumps(change)[:60],
)
@pytest.mark.parametrize("action", ["card", "verify"])
def test_entries_that_no_card_can_be_made_of(action, change, preset, refused):
    with edited(preset / "metadata.json") as metadata:
        metadata.update(change)
    assert "metadata" in refused("zoo", action, preset)
