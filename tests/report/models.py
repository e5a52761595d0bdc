"""A small model of digits, and its protocol."""

from mixgan_tf import report
from tests.models import tiny_image_gan


def digits_gan(num=2, num_classes=10):
    """A compiled, untrained mixture on 8x8 images."""
    gan = tiny_image_gan(num=num, num_classes=num_classes)
    gan.compile()
    return gan


def digits_protocol(**changes):
    """A small protocol on scikit-learn's digits."""
    settings = dict(training_split="train", num=120, seeds=(3, 4))
    return report.Protocol("digits", **{**settings, **changes})
