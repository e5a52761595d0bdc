"""Exported pages, and what is to be seen on them."""

import base64
import io
from typing import NamedTuple

import numpy as np
from mixgan_tf.export.web import to_web
from PIL import Image

import mixgan_tf as mg
from mixgan_tf.model import sampling
from mixgan_tf.networks.inspection import with_labels
from tests.export.web import browser

# Weights are stored as float16; one level of a pixel is 8e-3.
TOLERANCE = 4e-3


class Site:
    """A model, the folder of its page, and what Keras makes of latents."""

    def __init__(self, gan, folder, **kwargs):
        self.gan = gan
        self.generator = mg.export.fold(gan)
        self.class_names = kwargs.get("class_names")
        self.folder = to_web(gan, folder, litert=browser.litert(), **kwargs)

    def expected(self, latents, labels):
        """Samples of latents with h, `(n, latent_dim + 1)`."""
        labels = None if self.gan.num_classes is None else np.array(labels)
        return np.asarray(self.generator(with_labels(latents, labels)))

    def components(self, latents, labels):
        """The component that each row selects."""
        thresholds = self.generator.thresholds
        h = np.array(latents, "float32")[:, -1]
        return sampling.select_components(h, thresholds, labels).numpy()


class State(NamedTuple):
    """Where a page is."""

    latents: np.ndarray  # (latent_dim + 1,), h being the last
    label: int
    component: object  # what shuffling keeps to, or None


def image_gan(num=3, num_classes=None, channels=1, **kwargs):
    """A mixture whose samples are of full contrast, as if trained."""
    sizes = dict(width=4, num_classes=num_classes)
    shape = (8, 8, channels)
    gan = mg.MixGAN(
        generator=mg.networks.DCGANGenerator(shape, latent_dim=12, **sizes),
        discriminator=mg.networks.DCGANDiscriminator(shape, **sizes),
        num_generators=num,
        num_classes=num_classes,
        seed=5,
        **kwargs,
    )
    random = np.random.default_rng(0)
    for generator in gan.generator_mixture.components:
        kernels = [v for v in generator.trainable_variables if v.ndim > 1]
        for kernel in kernels:
            fan_in = np.prod(kernel.shape[-2:]) if kernel.ndim == 4 else 4
            kernel.assign(random.normal(size=kernel.shape) / fan_in**0.5)
    return gan


def state(page):
    """What the page's sample is made of."""
    latents, label, component = page.evaluate(
        "mixgan.state().then(s => [[...s.latents, s.h], s.label, s.component])"
    )
    return State(np.array(latents, "float32"), label, component)


def generate(page, latents, labels):
    """What the page's model makes of latents with h, row by row."""
    return np.array(
        page.evaluate(
            "async ([rows, labels]) => Promise.all(rows.map(async (row, i) =>"
            " [...await mixgan.generate(row, labels[i])]))",
            [np.asarray(latents).tolist(), np.asarray(labels).tolist()],
        )
    )


def stage(page):
    """The canvas of the page's sample, once it is drawn."""
    return page.locator("#stage[aria-busy=false]")


def pixels(canvas):
    """A canvas's RGB values, `(H, W, 3)`."""
    address = canvas.evaluate("c => c.toDataURL('image/png')")
    png = base64.b64decode(address.partition(",")[2])
    rgba = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    return rgba[..., :3].astype(int)


def assert_pixels(found, sample):
    """Asserts that RGB values are those of a sample in [-1, 1]."""
    assert np.ptp(sample) > 0.3, "a sample without contrast proves nothing"
    expected = np.broadcast_to((sample + 1) * 127.5, found.shape)
    assert np.abs(found - expected).max() < 1.1


def assert_drawn(canvas, sample):
    """Asserts that a canvas shows a sample."""
    assert_pixels(pixels(canvas), sample)


def assert_stage_shows_its_state(page, site):
    """Asserts that the picture is that of the page's latents; returns it."""
    canvas = stage(page)
    canvas.wait_for()
    latents, label, _ = state(page)
    sample = site.expected(latents[None], [label])[0]
    assert_drawn(canvas, sample)
    return sample
