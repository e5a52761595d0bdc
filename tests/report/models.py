"""A small model of digits, and its protocol."""

import numpy as np

from mixgan_tf import report
from tests.models import tiny_image_gan


def digits_gan(num=2, num_classes=10):
    """A compiled, untrained mixture on 8x8 images of all shades of grey."""
    gan = tiny_image_gan(num=num, num_classes=num_classes)
    gan.compile()
    for variable in gan.generator_variables:
        if variable.path.endswith("image_pre_activation/kernel"):
            # As made, samples would be one grey when rounded to 8 bits.
            variable.assign(200 * np.asarray(variable))
    return gan


def digits_protocol(**changes):
    """A small protocol on scikit-learn's digits."""
    settings = dict(training_split="train", num=120, seeds=(3, 4))
    return report.Protocol("digits", **{**settings, **changes})
