"""Keras callbacks that watch and save the training of a mixture."""

from mixgan_tf.callbacks.checkpoint import Checkpoint
from mixgan_tf.callbacks.checkpoint import StopOnNaN
from mixgan_tf.callbacks.checkpoint import checkpoints
from mixgan_tf.callbacks.checkpoint import restore_latest
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.callbacks.mixture_monitor import MixtureMonitor
from mixgan_tf.callbacks.sample_grid import SampleGrid
from mixgan_tf.callbacks.sample_grid import component_grid

__all__ = [
    "Checkpoint",
    "EverySteps",
    "MixtureMonitor",
    "SampleGrid",
    "StopOnNaN",
    "checkpoints",
    "component_grid",
    "restore_latest",
]
