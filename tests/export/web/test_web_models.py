"""Pages of every kind of model, and pages that cannot work."""

import numpy as np
import pytest
from mixgan_tf.export.web.description import sample_range

import mixgan_tf as mg
from mixgan_tf.model import sampling
from tests.export.web import browser as browsers
from tests.export.web import pages
from tests.models import set_logits
from tests.models import tiny_gan

# A browser that does not know relaxed SIMD instructions: LiteRT.js looks by
# instantiating a module of a few bytes.
WITHOUT_RELAXED_SIMD = """
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = (source, imports) =>
  source.byteLength < 100
    ? Promise.reject(new Error("unknown instruction"))
    : instantiate(source, imports);
"""


# Of the first components, on the page.
COLOURS = [(79, 124, 255), (242, 140, 40), (22, 168, 138)]


@pytest.fixture(scope="module")
def grey(tmp_path_factory):
    gan = pages.image_gan(num=2)
    set_logits(gan, np.log([0.7, 0.3]))
    return pages.Site(gan, tmp_path_factory.mktemp("grey") / "site")


def test_grey_images_without_classes(browser, grey):
    latents = sampling.draw_latents(20, 12, seed=1).numpy()
    with browsers.opened(browser, grey.folder) as page:
        found = pages.generate(page, latents, [0] * 20)
        expected = grey.expected(latents, None).reshape(20, -1)
        np.testing.assert_allclose(found, expected, atol=pages.TOLERANCE)
        cell = page.locator("#grid canvas").nth(40)
        pages.assert_drawn(cell, grey.gan.sample(64, seed=0)[40])
        assert page.inner_text("h1") == "A mixture of 2 generators"
        assert page.locator("#classes").count() == 0


def test_browsers_without_relaxed_simd(browser, grey):
    latents = sampling.draw_latents(5, 12, seed=2).numpy()
    fetched = []

    def prepare(page):
        page.add_init_script(WITHOUT_RELAXED_SIMD)
        page.on("request", lambda request: fetched.append(request.url))

    with browsers.opened(browser, grey.folder, prepare) as page:
        found = pages.generate(page, latents, [0] * 5)
    expected = grey.expected(latents, None).reshape(5, -1)
    np.testing.assert_allclose(found, expected, atol=pages.TOLERANCE)
    wasm = [url.split("/")[-1] for url in fetched if url.endswith(".wasm")]
    assert wasm == ["litert_wasm_compat_internal.wasm"]


def test_a_single_generator_has_no_bar(browser, tmp_path):
    site = pages.Site(pages.image_gan(num=1), tmp_path / "site")
    with browsers.opened(browser, site.folder) as page:
        assert page.locator("#mixture").count() == 0
        assert page.is_hidden("#grid-component")
        pages.assert_stage_shows_its_state(page, site)
        cell = page.locator("#grid canvas").nth(7)
        pages.assert_drawn(cell, site.gan.sample(8, seed=0)[7])


def test_points_are_plotted(browser, tmp_path):
    gan = tiny_gan()
    for i, generator in enumerate(gan.generator_mixture.components):
        *rest, bias = generator.get_weights()
        generator.set_weights([*(0.1 * w for w in rest), bias + 2 * i - 2])
    site = pages.Site(gan, tmp_path / "site")
    samples = gan.sample(1024, seed=0)
    with browsers.opened(browser, site.folder) as page:
        shown = pages.state(page).latents
        found = pages.generate(page, [shown], [0])
        np.testing.assert_allclose(found, samples[:1], atol=pages.TOLERANCE)
        plot = pages.pixels(page.locator("#grid canvas"))
    low, high = sample_range(site.generator)
    side = len(plot)
    for component, colour in enumerate(COLOURS):
        near = np.abs(plot - colour).max(axis=-1) < 12
        row, column = np.argwhere(near).mean(axis=0)
        alone = gan.sample(500, seed=1, component=component).mean(axis=0)
        place = (alone - low) / (high - low) * side
        np.testing.assert_allclose([column, side - row], place, atol=12)


def test_the_preset_of_the_zoo(browser, tmp_path):
    gan = mg.MixGAN.from_preset("mix_dcgan_mnist", load_discriminators=False)
    site = pages.Site(gan, tmp_path / "site", title="mix_dcgan_mnist")
    samples = gan.sample(64, seed=0)
    with browsers.opened(browser, site.folder) as page:
        for index in (0, 21, 63):
            cell = page.locator("#grid canvas").nth(index)
            pages.assert_drawn(cell, samples[index])


@pytest.mark.parametrize(
    "lost", ["model.tflite", "model.json", "litert_wasm_internal.wasm"]
)
def test_a_missing_file_is_told(browser, grey, lost):
    def prepare(page):
        page.route(f"**/{lost}", lambda route: route.fulfill(status=404))

    with browsers.opened(browser, grey.folder, prepare, ready=False) as page:
        page.wait_for_selector("#error")
        text = page.inner_text("#error")
        assert "could not be started" in text
        assert lost in text and "404" in text
        assert page.is_hidden("#loading") and page.is_hidden("#panels")


def test_a_browser_without_webassembly_is_told(browser, grey):
    def prepare(page):
        page.add_init_script("delete window.WebAssembly")

    with browsers.opened(browser, grey.folder, prepare, ready=False) as page:
        page.wait_for_selector("#error")
        assert "no WebAssembly" in page.inner_text("#error")


def test_opened_from_disk_it_says_that_it_needs_a_server(browser, grey):
    page = browser.new_page()
    page.goto((grey.folder / "index.html").as_uri())
    assert "python -m http.server" in page.inner_text("#error")
    assert page.is_hidden("#loading")
    page.close()
