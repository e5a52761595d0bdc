"""The folder of an exported page, and where its runtime comes from."""

import json
import pathlib
import shutil

import numpy as np
import pytest
from mixgan_tf.export import web
from mixgan_tf.export.web import litert_js
from mixgan_tf.export.web.description import describe
from mixgan_tf.export.web.description import sample_range
from mixgan_tf.export.web.directions import principal_directions

import mixgan_tf as mg
from mixgan_tf import files
from mixgan_tf.model import sampling
from tests.export.web import browser
from tests.export.web import pages
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import tiny_image_gan

ROOT = pathlib.Path(__file__).parents[3]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    gan = pages.image_gan(num_classes=3)
    return pages.Site(gan, tmp_path_factory.mktemp("page") / "a" / "site")


def test_folder_holds_the_page_the_model_and_the_runtime(site):
    names = {
        path.relative_to(site.folder).as_posix()
        for path in site.folder.rglob("*")
        if path.is_file()
    }
    page = ROOT / "export" / "web" / "page"
    own = {
        path.relative_to(page).as_posix()
        for path in page.rglob("*")
        if path.is_file()
    }
    runtime = {f"litert/{name}" for name, _ in litert_js.FILES.values()}
    written = {"model.tflite", "model.json", "export.json"}
    assert names == own | runtime | written
    assert (site.folder / "LICENSE").read_text() == (
        ROOT / "LICENSE"
    ).read_text()


def test_report_states_what_was_checked(site):
    report = json.loads((site.folder / "export.json").read_text())
    assert report["format"] == "web"
    assert report["options"] == {"quantization": "float16"}
    assert report["verification"]["num_latents"] == 1000
    assert report["verification"]["far_rows"] == 0
    assert 0 < report["verification"]["max_abs_error"] < pages.TOLERANCE
    assert report["fold"]["num_components"] == 3
    model = site.folder / "model.tflite"
    assert report["sha256"] == {"model.tflite": files.sha256(model)}
    assert report["versions"]["@litertjs/core"] == litert_js.VERSION
    size = sum(f.stat().st_size for f in site.folder.rglob("*") if f.is_file())
    own = (site.folder / "export.json").stat().st_size
    assert report["bytes"] == size - own


def test_model_of_the_folder_makes_what_keras_does(site):
    latents = sampling.draw_latents(30, 12, seed=8).numpy()
    labels = sampling.draw_labels(30, 3, seed=8).numpy()
    np.testing.assert_allclose(
        web.open_web(site.folder)(latents, labels),
        site.expected(latents, labels),
        atol=pages.TOLERANCE,
    )


def test_a_folder_of_other_files_cannot_be_opened(tmp_path):
    with pytest.raises(ValueError, match="`to_web` wrote.*Received"):
        web.open_web(tmp_path)


def test_a_page_replaces_a_page_but_no_other_folder(site, tmp_path):
    gan, litert = tiny_image_gan(), browser.litert()
    page = tmp_path / "page"
    shutil.copytree(site.folder, page)
    with pytest.raises(ValueError, match="exists already.*Received"):
        web.to_web(gan, page, litert=litert)
    web.to_web(gan, page, overwrite=True, litert=litert, title="New")
    assert json.loads((page / "model.json").read_text())["title"] == "New"
    work = tmp_path / "work"
    work.mkdir()
    (work / "index.html").write_text("years of work")
    with pytest.raises(ValueError, match="not a folder of other files"):
        web.to_web(gan, work, overwrite=True, litert=litert)
    assert (work / "index.html").read_text() == "years of work"
    assert sorted(f.name for f in tmp_path.iterdir()) == ["page", "work"]


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (lambda: flat_gan(5), {}, r"\(height, width, 1 or 3\).*Received.*5"),
        (tiny_gan, {"class_names": ["a"]}, "needs a conditional model"),
        (lambda: tiny_gan(num_classes=2), {"class_names": "ab"}, "2 strings"),
        (lambda: tiny_gan(num_classes=2), {"class_names": ["a"]}, "2 strings"),
    ],
)
def test_what_does_not_fit_is_refused(make, arguments, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        web.to_web(make(), tmp_path / "page", **arguments)
    assert not list(tmp_path.iterdir())


def flat_gan(size):
    return mg.MixGAN(
        generator=mg.networks.MLPGenerator(size, latent_dim=3, width=4),
        discriminator=mg.networks.MLPDiscriminator(size, width=4),
        num_generators=2,
    )


def test_components_keep_their_indices_where_some_are_left_out():
    gan = tiny_gan()
    set_logits(gan, np.log([0.6, 1e-9, 0.4]))
    described = describe(mg.export.fold(gan))
    assert described["components"] == [0, 2]
    assert len(described["mixture_weights"]) == 2
    json.dumps(described, allow_nan=False)


def test_range_is_that_of_the_output_layer():
    gan = tiny_image_gan()
    assert sample_range(mg.export.fold(gan)) == [-1.0, 1.0]
    points = mg.export.fold(tiny_gan())
    low, high = sample_range(points)
    samples = np.asarray(points(sampling.draw_latents(1024, 3, seed=0)))
    assert low == -high
    np.testing.assert_allclose(high, 1.1 * np.abs(samples).max(), rtol=1e-5)


def test_directions_of_linear_generators_are_singular_vectors():
    # G(z) = A z, so that E[J' J] = A' A: its eigenvectors are A's right
    # singular vectors, in the order of the singular values.
    random = np.random.default_rng(0)
    left, _ = np.linalg.qr(random.normal(size=(6, 4)))
    right, _ = np.linalg.qr(random.normal(size=(4, 4)))
    matrix = left @ np.diag([8.0, 4.0, 2.0, 1.0]) @ right.T
    generators = [_linear(matrix), _linear(-matrix)]
    folded = mg.export.FoldedGenerator(generators, [0.5, 0.5])
    found = principal_directions(folded, num=3, draws=20_000)
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-12)
    cosines = np.abs((found * right.T[:3]).sum(axis=1))
    assert cosines.min() > 0.999
    assert all(row[np.abs(row).argmax()] > 0 for row in found)
    assert principal_directions(folded, num=9, draws=64).shape == (4, 4)


def _linear(matrix):
    import keras

    inputs = keras.Input([matrix.shape[1]])
    layer = keras.layers.Dense(len(matrix), use_bias=False)
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([matrix.T])
    return model


def test_runtime_of_another_version_is_refused(tmp_path):
    folder = tmp_path / "@litertjs"
    shutil.copytree(browser.litert(), folder)
    assert litert_js.find(folder) == folder
    with open(folder / "core" / "dist" / "index.js", "a") as file:
        file.write("\n// one more line\n")
    with pytest.raises(ValueError, match="npm install.*core/dist/index.js"):
        litert_js.find(folder)


def npm_stub(folder, script):
    """A command `npm` that runs a shell script; returns its folder."""
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    return str(folder)


def test_without_npm_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("MIXGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="Install Node.js.*--litert"):
        web.to_web(tiny_image_gan(), tmp_path / "page")
    assert not (tmp_path / "page").exists()


def test_without_a_network_the_error_says_what_npm_said(tmp_path, monkeypatch):
    monkeypatch.setenv("MIXGAN_CACHE", str(tmp_path / "cache"))
    stub = npm_stub(tmp_path / "bin", "echo no route to host >&2; exit 1")
    monkeypatch.setenv("PATH", stub)
    with pytest.raises(ValueError, match="network.*no route to host"):
        litert_js.find()


def test_an_altered_package_is_not_used(tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    monkeypatch.setenv("MIXGAN_CACHE", str(cache))
    source = tmp_path / "package"
    (source / "dist").mkdir(parents=True)
    (source / "dist" / "index.js").write_text("alert('stolen')")
    shutil.make_archive(tmp_path / "evil", "gztar", tmp_path, "package")
    # Its last argument is the folder to write to.
    stub = npm_stub(
        tmp_path / "bin",
        f'for last; do :; done; /bin/cp {tmp_path}/evil.tar.gz "$last/e.tgz"',
    )
    monkeypatch.setenv("PATH", stub)
    with pytest.raises(ValueError, match="was not used.*Received"):
        litert_js.find()
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_a_download_is_kept_and_a_damaged_one_replaced(tmp_path, monkeypatch):
    real, cache = browser.litert(), tmp_path / "cache"
    for name in ("core", "wasm-utils"):
        shutil.copytree(real / name, tmp_path / name / "package")
        shutil.make_archive(
            tmp_path / name, "gztar", tmp_path / name, "package"
        )
    stub = npm_stub(
        tmp_path / "bin",
        f'echo "$2" >> {tmp_path}/asked\n'
        'case "$2" in *core*) name=core;; *) name=wasm-utils;; esac\n'
        f'for last; do :; done; /bin/cp {tmp_path}/$name.tar.gz "$last/a.tgz"',
    )
    monkeypatch.setenv("MIXGAN_CACHE", str(cache))
    monkeypatch.setenv("PATH", stub)
    folder = litert_js.find()
    assert litert_js.find() == folder
    asked = ["@litertjs/core@2.5.3", "@litertjs/wasm-utils@2.5.3"]
    assert (tmp_path / "asked").read_text().split() == asked
    (folder / "core" / "dist" / "index.js").write_text("cut o")
    assert litert_js.find() == folder
    assert litert_js.first_wrong_file(folder) is None
    assert (tmp_path / "asked").read_text().split() == asked * 2
    assert [f.name for f in cache.iterdir()] == [folder.name]
