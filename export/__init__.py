"""Folding a trained mixture into one generator, and writing it for serving.

The pure-equilibrium construction of the paper: one network that carries the
whole mixture and picks a component by one extra Gaussian input.
"""

from mixgan_tf.export.fold import FoldedGenerator
from mixgan_tf.export.fold import fold
from mixgan_tf.export.saved_model import to_saved_model
from mixgan_tf.export.tflite import to_tflite

__all__ = ["FoldedGenerator", "fold", "to_saved_model", "to_tflite"]
