"""Data sets as `tf.data` pipelines, scaled for the generators."""

from mixgan_tf.data.images import digits_arrays
from mixgan_tf.data.images import load_images
from mixgan_tf.data.pipeline import endless_batches
from mixgan_tf.data.stacked import load_stacked_mnist
from mixgan_tf.data.synthetic import gaussian_mixture
from mixgan_tf.data.synthetic import grid
from mixgan_tf.data.synthetic import grid_centers
from mixgan_tf.data.synthetic import ring
from mixgan_tf.data.synthetic import ring_centers

__all__ = [
    "digits_arrays",
    "endless_batches",
    "gaussian_mixture",
    "grid",
    "grid_centers",
    "load_images",
    "load_stacked_mnist",
    "ring",
    "ring_centers",
]
