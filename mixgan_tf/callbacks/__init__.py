"""Keras callbacks that watch and save the training of a mixture."""

from mixgan_tf.callbacks.best_checkpoint import BestCheckpoint
from mixgan_tf.callbacks.best_checkpoint import restore_best
from mixgan_tf.callbacks.best_checkpoint import rewind_best
from mixgan_tf.callbacks.checkpoint import Checkpoint
from mixgan_tf.callbacks.checkpoint import checkpoints
from mixgan_tf.callbacks.checkpoint import prune_checkpoints
from mixgan_tf.callbacks.checkpoint import restore_latest
from mixgan_tf.callbacks.collapse_monitor import CollapseMonitor
from mixgan_tf.callbacks.event_log import EventLog
from mixgan_tf.callbacks.event_log import purge_events
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.callbacks.mixture_monitor import MixtureMonitor
from mixgan_tf.callbacks.resolve_mixture import ResolveMixture
from mixgan_tf.callbacks.sample_grid import SampleGrid
from mixgan_tf.callbacks.stop_on_nan import StopOnNaN
from mixgan_tf.pictures.component_grid import component_grid

__all__ = [
    "BestCheckpoint",
    "Checkpoint",
    "CollapseMonitor",
    "EventLog",
    "EverySteps",
    "MixtureMonitor",
    "ResolveMixture",
    "SampleGrid",
    "StopOnNaN",
    "checkpoints",
    "component_grid",
    "prune_checkpoints",
    "purge_events",
    "restore_best",
    "restore_latest",
    "rewind_best",
]
