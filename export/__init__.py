"""Export of a mixture: folded into one generator and written for serving.

The fold is the pure-equilibrium construction of the paper: one network that
carries the whole mixture and picks a component by one extra Gaussian input.
"""

from mixgan_tf.export.folding.folded_generator import FoldedGenerator
from mixgan_tf.export.folding.folded_generator import fold
from mixgan_tf.export.onnx import open_onnx
from mixgan_tf.export.onnx import to_onnx
from mixgan_tf.export.saved_model.to_saved_model import open_saved_model
from mixgan_tf.export.saved_model.to_saved_model import to_saved_model
from mixgan_tf.export.tflite.metadata import read_tflite_metadata
from mixgan_tf.export.tflite.runner import open_tflite
from mixgan_tf.export.tflite.to_tflite import to_tflite
from mixgan_tf.export.web import open_web
from mixgan_tf.export.web import to_web

__all__ = [
    "FoldedGenerator",
    "fold",
    "open_onnx",
    "open_saved_model",
    "open_tflite",
    "open_web",
    "read_tflite_metadata",
    "to_onnx",
    "to_saved_model",
    "to_tflite",
    "to_web",
]
