"""The exported page, in a headless browser, against Keras."""

import io

import numpy as np
import pytest
from mixgan_tf.export.web.directions import principal_directions
from PIL import Image

from mixgan_tf.model import sampling
from tests.export.web import browser as browsers
from tests.export.web import pages


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    gan = pages.image_gan(
        num_classes=3, channels=3, class_dependent_weights=True
    )
    weights = np.array([[0.6, 0.3, 0.1], [0.1, 0.5, 0.4], [0.2, 0.2, 0.6]])
    logits = gan.generator_mixture.mixture_logits
    logits.assign(np.log(weights.T).reshape(logits.shape))
    np.testing.assert_allclose(gan.generator_weights[:, 0], weights[0], 1e-5)
    folder = tmp_path_factory.mktemp("page") / "site"
    names = ["cat", "dog", "<b>ship</b>"]
    return pages.Site(gan, folder, title="Colours", class_names=names)


@pytest.fixture(scope="module")
def untouched(browser, site):
    """A page for tests that leave it as it is."""
    with browsers.opened(browser, site.folder) as page:
        yield page


@pytest.fixture
def page(browser, site):
    with browsers.opened(browser, site.folder) as page:
        yield page


def test_samples_are_those_of_keras(untouched, site):
    latents = sampling.draw_latents(60, 12, seed=3).numpy()
    labels = np.arange(60) % 3
    assert len(set(site.components(latents, labels))) == 3
    found = pages.generate(untouched, latents, labels)
    expected = site.expected(latents, labels).reshape(60, -1)
    np.testing.assert_allclose(found, expected, atol=pages.TOLERANCE)


@pytest.mark.parametrize("seed", [0, 7, 2**31 - 1])
def test_random_numbers_are_those_of_python(untouched, seed):
    found = untouched.evaluate(f"[...mixgan.normals({seed}, 54)]")
    expected = sampling.draw_latents(5, 12, seed).numpy().ravel()[:54]
    np.testing.assert_allclose(found, expected, atol=2e-6)
    found = untouched.evaluate(f"[...mixgan.integers({seed}, 30, 3)]")
    assert found == sampling.draw_labels(30, 3, seed).numpy().tolist()


def test_grid_shows_what_the_model_samples(page, site):
    page.select_option("#grid-number", "16")
    page.fill("#grid-seed", "5")
    page.press("#grid-seed", "Enter")
    browsers.settle(page)
    cells = page.locator("#grid canvas").all()
    for cell, sample in zip(cells, site.gan.sample(16, seed=5), strict=True):
        pages.assert_drawn(cell, sample)


def test_grid_compares_generators_and_classes(page, site):
    page.select_option("#grid-arrangement", "generators")
    page.select_option("#grid-class", "1")
    browsers.settle(page)
    cells = page.locator("#grid canvas").all()
    assert len(cells) == 3 * 12
    for component in range(3):
        samples = site.gan.sample(12, seed=0, labels=1, component=component)
        pages.assert_drawn(cells[12 * component + 4], samples[4])
    page.select_option("#grid-arrangement", "classes")
    page.select_option("#grid-component", "2")
    browsers.settle(page)
    cells = page.locator("#grid canvas").all()
    for label in range(3):
        samples = site.gan.sample(6, seed=0, labels=label, component=2)
        pages.assert_drawn(cells[3 * 5 + label], samples[5])
    # Names are text, whatever they hold.
    assert page.locator("#grid b").all_inner_texts() == site.class_names


def test_a_cell_goes_to_the_stage_by_mouse_or_by_keys(page, site):
    samples = site.gan.sample(64, seed=0)
    page.locator("#grid button").nth(1).click()
    pages.assert_drawn(pages.stage(page), samples[1])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")  # rows of 16
    page.keyboard.press("Enter")
    pages.assert_drawn(pages.stage(page), samples[18])


def test_sliders_move_the_image_along_their_direction(page, site):
    before = pages.assert_stage_shows_its_state(page, site)
    latents = pages.state(page).latents[:-1]
    page.locator("#direction-2").fill("2.5")
    after = pages.assert_stage_shows_its_state(page, site)
    assert np.abs(after - before).max() > 0.1
    moved = pages.state(page).latents[:-1]
    direction = principal_directions(site.generator)[1]
    reached = latents @ direction
    expected = latents + (2.5 - reached) * direction
    np.testing.assert_allclose(moved, expected, atol=1e-3)
    page.click("#centre")
    assert not pages.state(page).latents[:-1].any()
    pages.assert_stage_shows_its_state(page, site)


def test_a_component_can_be_chosen(page, site):
    for component, alone in enumerate(site.gan.generator_mixture.components):
        page.locator("#component label").nth(1 + component).click()
        page.fill("#stage-seed", str(3 + component))
        page.press("#stage-seed", "Enter")
        shown = pages.state(page)
        assert shown.component == component
        sample = alone([shown.latents[None, :-1], np.array([shown.label])])
        pages.assert_drawn(pages.stage(page), np.asarray(sample)[0])


def test_dragging_h_across_the_bar_selects_by_the_weights(page, site):
    page.locator("#class label").nth(1).click()  # weights .1 .5 .4
    bar = page.locator("#segments").bounding_box()
    boxes = [b.bounding_box() for b in page.locator("#segments div").all()]
    shares = np.array([box["width"] for box in boxes]) / bar["width"]
    np.testing.assert_allclose(shares, [0.1, 0.5, 0.4], atol=0.01)
    middle = bar["y"] + bar["height"] / 2
    page.mouse.move(bar["x"] + 0.02 * bar["width"], middle)
    page.mouse.down()
    for place, component in [(0.05, 0), (0.15, 1), (0.55, 1), (0.65, 2)]:
        page.mouse.move(bar["x"] + place * bar["width"], middle)
        text = page.get_attribute("#selector", "aria-valuetext")
        assert f"G{component}" in text
        assert site.components([pages.state(page).latents], [1]) == [component]
        pages.assert_stage_shows_its_state(page, site)
    page.mouse.up()
    page.focus("#selector")
    before = pages.state(page).latents[-1]
    page.keyboard.press("ArrowRight")
    assert pages.state(page).latents[-1] > before


def test_classes_have_their_own_weights(page, site):
    latents = pages.state(page).latents
    for label in range(3):
        page.locator("#class label").nth(label).click()
        pages.assert_stage_shows_its_state(page, site)
        assert pages.state(page).label == label
        np.testing.assert_array_equal(pages.state(page).latents, latents)
        widths = [
            box.bounding_box()["width"]
            for box in page.locator("#segments div").all()
        ]
        weights = site.gan.generator_weights[:, label]
        np.testing.assert_allclose(
            np.array(widths) / sum(widths), weights, atol=0.01
        )
    assert page.locator("#class").inner_text().endswith("<b>ship</b>")


def test_interpolation_goes_along_an_arc(page, site):
    begin = pages.state(page).latents[:-1].astype("float64")
    end = np.array(page.evaluate("[...mixgan.normals(1000, 12)]"))
    page.wait_for_selector("#strip[aria-busy=false]")
    h, label = pages.state(page).latents[-1], pages.state(page).label
    frames = page.locator("#strip canvas").all()
    for canvas, z in ((frames[0], begin), (frames[-1], end)):
        latents = np.array([[*z, h]], "float32")
        pages.assert_drawn(canvas, site.expected(latents, [label])[0])
    page.locator("#way").fill("1")
    np.testing.assert_allclose(pages.state(page).latents[:-1], end, atol=1e-5)
    page.locator("#way").fill("0.5")
    middle = pages.state(page).latents[:-1].astype("float64")
    lengths = [np.linalg.norm(z) for z in (begin, middle, end)]
    np.testing.assert_allclose(lengths[1], (lengths[0] + lengths[2]) / 2, 1e-4)
    cosines = [
        middle @ z / lengths[1] / length
        for z, length in ((begin, lengths[0]), (end, lengths[2]))
    ]
    np.testing.assert_allclose(*cosines, atol=1e-4)
    pages.assert_stage_shows_its_state(page, site)


def test_interpolation_plays_and_pauses(page, site):
    page.click("#play")
    assert page.get_attribute("#play", "aria-pressed") == "true"
    page.wait_for_selector("#strip canvas:nth-child(3).here")
    page.click("#play")
    assert page.get_attribute("#play", "aria-pressed") == "false"
    latents = pages.state(page).latents
    pages.assert_stage_shows_its_state(page, site)
    np.testing.assert_array_equal(pages.state(page).latents, latents)


def test_pictures_are_saved(page, site):
    sample = pages.assert_stage_shows_its_state(page, site)
    with page.expect_download() as download:
        page.click("#save-sample")
    assert download.value.suggested_filename == "sample.png"
    picture = np.asarray(Image.open(download.value.path()).convert("RGB"))
    assert picture.shape == (512, 512, 3)
    pages.assert_pixels(picture[32::64, 32::64], sample)
    with page.expect_download() as download:
        page.click("#save-grid")
    content = io.BytesIO(download.value.path().read_bytes())
    grid = np.asarray(Image.open(content).convert("RGB"))
    samples = site.gan.sample(64, seed=0)
    # Rows of 16 images of 8 x 8, three times as large, 4 and 8 pixels apart.
    row, column = 4 + 2 * (24 + 8), 4 + 5 * (24 + 4)
    cell = grid[row : row + 24, column : column + 24]
    pages.assert_pixels(cell[1::3, 1::3], samples[2 * 16 + 5])


def test_no_field_is_without_a_name(untouched):
    nameless = untouched.evaluate(
        "[...document.querySelectorAll('input, select, button')].filter(e =>"
        " !e.labels?.length && !e.ariaLabel && !e.innerText.trim())"
        ".map(e => e.id)"
    )
    assert nameless == []
    assert untouched.title() == untouched.inner_text("h1") == "Colours"


def test_page_follows_the_colour_scheme(page):
    shades = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        shades.append(
            page.evaluate("getComputedStyle(document.body).backgroundColor")
        )
    light, dark = (sum(map(int, s[4:-1].split(","))) for s in shades)
    assert light > 600 > 150 > dark


def test_narrow_screens_scroll_down_only(page):
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_first_sample_is_the_models(untouched, site):
    expected = site.gan.sample(1, seed=0)[0]
    pages.assert_drawn(pages.stage(untouched), expected)
