"""`mixgan evaluate` and what `mixgan zoo` makes of it, as a user runs them."""

import json
import pathlib
import subprocess

import pytest

import mixgan_tf as mg
from mixgan_tf.cli import source_tree
from mixgan_tf.cli.main import main
from mixgan_tf.report.formatting import with_spread
from mixgan_tf.saving import preset_folders
from tests.integration.command import succeed
from tests.models import tiny_gan
from tests.report.models import digits_gan


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate")
    patch = pytest.MonkeyPatch()
    patch.setenv("MIXGAN_CACHE", str(folder / "cache"))
    digits_gan().save_to_preset(
        folder / "tiny", {"dataset": {"name": "digits", "split": "train"}}
    )
    yield folder
    patch.undo()


@pytest.fixture
def refused(capsys):
    """Runs the command here, which must answer one line and return 2."""

    def run(*arguments):
        assert main(["mixgan", *map(str, arguments)]) == 2
        error = capsys.readouterr().err
        assert len(error.splitlines()) == 1, error
        return error

    return run


def test_a_preset_is_scored_recorded_and_verified(folder, capsys):
    preset = folder / "tiny"
    common = ["evaluate", f"--model={preset}", "--num=200", "--seeds=0,1"]
    out = succeed(*common, f"--out={folder}/a/scores.json")
    first = (folder / "a" / "scores.json").read_bytes()
    last = out.splitlines()[-1]
    assert "scores.json and" in last
    assert "report.html" in last
    assert "frechet@digits" in out
    again = [*common, f"--out={folder}/b/scores.json", "--record"]
    assert main(["mixgan", *again]) == 0
    assert "Recorded in the preset" in capsys.readouterr().out
    # The same protocol, the same bytes: there is no time in them.
    assert (folder / "b" / "scores.json").read_bytes() == first
    pages = [(folder / x / "report.html").read_bytes() for x in "ab"]
    assert pages[0] == pages[1]
    result = json.loads(first)
    assert result["protocol"]["command"] == (
        "mixgan evaluate --model=tiny --dataset=digits --split=test --num=200 "
        "--seeds=0,1"
    )
    metadata = json.loads((preset / "metadata.json").read_text())
    assert metadata["scores"]["protocol"] == result["protocol"]
    assert (preset / "README.md").read_text().startswith("# tiny\n")
    assert main(["mixgan", "zoo", "verify", str(preset)]) == 0
    assert "30 scores are as recorded" in capsys.readouterr().out
    assert mg.MixGAN.from_preset(preset).sample(2, seed=0).shape[0] == 2


def test_a_work_folder_and_a_keras_file(folder, tmp_path, refused):
    gan = digits_gan()
    gan.save(tmp_path / "gan.keras")
    model = f"--model={tmp_path / 'gan.keras'}"
    out = tmp_path / "scores.json"
    assert "--dataset" in refused("evaluate", model, f"--out={out}")
    quick = ["--num=120", "--seeds=0", "--metrics=kernel,classes"]
    arguments = [model, "--dataset=digits", *quick, f"--out={out}"]
    assert main(["mixgan", "evaluate", *arguments]) == 0
    result = json.loads(out.read_text())
    assert set(result["mixture"]["scores"]) == {
        "kernel@digits",
        "modes@digits",
        "class_kl@digits",
    }
    points = tiny_gan()
    points.save_to_preset(tmp_path / "p", {"dataset": {"name": "ring"}})
    arguments = [f"--model={tmp_path}/p", "--num=100", f"--out={out}"]
    assert main(["mixgan", "evaluate", *arguments]) == 0
    result = json.loads(out.read_text())
    assert set(result["mixture"]["scores"]) == {"modes", "high_quality"}


def test_a_work_folder_knows_its_data_and_its_choice(tmp_path):
    from tests.integration.command import SMALL

    validated = ["every=2", "extractor=digits", "split=test", "num=100"]
    arguments = [
        *SMALL,
        "--recipe.steps=2",
        *(f"--recipe.validation.{entry}" for entry in validated),
        f"--workdir={tmp_path}/w",
    ]
    succeed("train", *arguments)
    out = tmp_path / "scores.json"
    quick = ["--num=120", "--seeds=0", "--metrics=kernel", f"--out={out}"]
    evaluate = ["mixgan", "evaluate", f"--model={tmp_path}/w", *quick]
    assert main(evaluate) == 0
    protocol = json.loads(out.read_text())["protocol"]
    assert protocol["data"]["name"] == "digits"
    assert protocol["training_split"] == "train"
    page = (tmp_path / "report.html").read_text()
    assert "Choice of the weights" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--num=50"], "needs 100 samples"),
        (["--extractor=mnist"], "takes images (B, 28, 28, 1)"),
        (["--extractor=nose"], "'nose'"),
        (["--metrics=fid"], "Received: fid"),
        (["--metrics=mode_coverage"], "Received: mode_coverage"),
        (["--seeds=1,one"], "Received: 'one'"),
        (["--seeds=2,2"], "different"),
        (["--split=validation"], "Received: split='validation'"),
        (["--dataset=ring"], "points of the plane"),
        (["--record", "--extractor=/my/own"], "everyone has"),
        (["--model=nope"], "'nope'"),
        (["--num=0"], "num"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_line_and_writes_nothing(
    arguments, message, folder, tmp_path, refused
):
    out = tmp_path / "made" / "scores.json"
    command = ["evaluate", f"--model={folder}/tiny", *arguments]
    assert message in refused(*command, f"--out={out}")
    assert not out.parent.exists()


def test_where_nothing_can_be_written(folder, tmp_path, refused):
    (tmp_path / "file").write_text("kept")
    model = f"--model={folder}/tiny"
    for out in (tmp_path, tmp_path / "file" / "scores.json"):
        assert "--out" in refused("evaluate", model, f"--out={out}")
    assert (tmp_path / "file").read_text() == "kept"
    (tmp_path / "recipe.json").write_text("{}")
    work = f"--model={tmp_path}"
    assert "WORKDIR/preset" in refused("evaluate", work, "--record")


def test_a_data_set_that_is_not_at_hand(folder, tmp_path, refused, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    out = tmp_path / "made" / "scores.json"
    model = f"--model={folder}/tiny"
    error = refused("evaluate", model, "--dataset=mnist", f"--out={out}")
    assert "TFDS_DATA_DIR" in error
    assert not out.parent.exists()


def test_the_zoo_lists_and_verifies_recorded_scores(
    folder, tmp_path, capsys, monkeypatch, refused
):
    preset = tmp_path / "shown"
    gan = digits_gan()
    gan.save_to_preset(preset, {"dataset": {"name": "digits"}})
    quick = ["--num=200", "--seeds=0,1", "--metrics=frechet,precision_recall"]
    out = f"--out={tmp_path}/scores.json"
    evaluate = ["evaluate", f"--model={preset}", *quick, out, "--record"]
    assert main(["mixgan", *evaluate]) == 0
    monkeypatch.setattr(preset_folders, "named", lambda: {"shown": preset})
    capsys.readouterr()
    assert main(["mixgan", "zoo", "list"]) == 0
    scores = json.loads((tmp_path / "scores.json").read_text())
    distance = scores["mixture"]["scores"]["frechet@digits"]
    expected = with_spread(distance["mean"], distance["sd"])
    row = capsys.readouterr().out.splitlines()[1]
    for cell in (
        "shown   digits  2+2  ",
        f"frechet@digits {expected}, precision@digits ",
        "digits test (360), 200 samples x 2 seeds, extractor digits ",
    ):
        assert cell in row
    assert main(["mixgan", "zoo", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["shown"]["scores"]
    assert listed["mixture"]["frechet@digits"]["mean"] == pytest.approx(
        distance["mean"], rel=1e-5
    )
    assert main(["mixgan", "zoo", "verify", "--num=200"]) == 0
    assert "9 scores are as recorded" in capsys.readouterr().out
    (preset / "samples.png").write_bytes(b"another picture")
    assert "damaged or was changed" in refused("zoo", "verify")


def test_the_zoo_lists_every_preset(capsys):
    assert main(["mixgan", "zoo", "list"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == [
        *("preset", "data", "T", "parameters", "steps", "scores", "protocol")
    ]
    for name, row in zip(mg.zoo.list_presets(), rows, strict=True):
        metadata = preset_folders.read_metadata(name)
        assert row.startswith(name)
        assert f"{metadata['generator_parameters']:,}" in row
        for score in list(metadata.get("scores", {}).get("mixture", {}))[:1]:
            assert "±" in row, score


def test_zoo_usage(refused, folder):
    assert "zoo verify" in refused("zoo", "feed")
    assert "'nope'" in refused("zoo", "verify", "nope")
    assert "expected PRESET" in refused("zoo", "card")


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A git tree that the package seems to run from."""
    package = tmp_path / "mixgan_tf" / "__init__.py"
    preset = tmp_path / "zoo" / "presets" / "p" / "README.md"
    for path in (package, preset):
        path.parent.mkdir(parents=True)
        path.write_text("1")
    monkeypatch.setattr(mg, "__file__", str(package))
    return tmp_path, package, preset


def git(folder: pathlib.Path, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_the_commit_of_the_source_tree(source):
    folder, package, preset = source
    assert source_tree.commit() is None
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    head = git(folder, "rev-parse", "HEAD")
    assert source_tree.commit() == head
    preset.write_text("a card")  # a recorded preset is no other source
    assert source_tree.commit() == head
    package.write_text("2")
    assert source_tree.commit() == f"{head}-dirty"
