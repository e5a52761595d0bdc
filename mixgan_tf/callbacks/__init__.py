"""Keras callbacks that watch and save the training of a mixture."""

from mixgan_tf.callbacks.best_checkpoint import BestCheckpoint
from mixgan_tf.callbacks.best_checkpoint import restore_best
from mixgan_tf.callbacks.checkpoint import Checkpoint
from mixgan_tf.callbacks.checkpoint import StopOnNaN
from mixgan_tf.callbacks.checkpoint import checkpoints
from mixgan_tf.callbacks.checkpoint import restore_latest
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.callbacks.mixture_monitor import MixtureMonitor
from mixgan_tf.callbacks.resolve_mixture import ResolveMixture
from mixgan_tf.callbacks.sample_grid import SampleGrid
from mixgan_tf.callbacks.sample_grid import component_grid

__all__ = [
    "BestCheckpoint",
    "Checkpoint",
    "EverySteps",
    "MixtureMonitor",
    "ResolveMixture",
    "SampleGrid",
    "StopOnNaN",
    "checkpoints",
    "component_grid",
    "restore_best",
    "restore_latest",
]
