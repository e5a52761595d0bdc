"""A callback that logs losses and mixture weights to TensorBoard."""

import pathlib

import numpy as np
import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import summary as layout_summary

from mixgan_tf.callbacks.event_log import EventLog
from mixgan_tf.callbacks.event_log import has_events
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.model.mixture import Mixture


class MixtureMonitor(EverySteps):
    """Writes the metrics and every component's weight to TensorBoard.

    Tags are `train/<metric>`, `generator_weights/<i>` and
    `discriminator_weights/<j>`; the "Custom scalars" tab shows each player's
    weights in one chart. Weights that depend on the class are shown as their
    mean over classes.

    Args:
        log_dir: TensorBoard folder.
        every: how often, in training steps.

    Example:
    ```python
    gan.fit(data, callbacks=[mg.callbacks.MixtureMonitor("logs")])
    ```
    """

    _log: EventLog  # opened when training begins

    def __init__(self, log_dir: str | pathlib.Path, every: int = 100) -> None:
        super().__init__(every)
        self.log_dir = str(log_dir)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Opens the log."""
        super().on_train_begin(logs)
        begun = has_events(self.log_dir)
        self._log = EventLog(self.log_dir)
        if begun:
            return
        layout = layout_summary.pb(_layout())
        with self._log.at(0):
            tf.summary.experimental.write_raw_pb(
                layout.SerializeToString(), step=0
            )

    def on_step(self, step: int, logs: dict[str, float]) -> None:
        """Writes one point of every curve."""
        with self._log.at(step):
            for name, value in logs.items():
                tf.summary.scalar(f"train/{name}", value)
            for player in self.model.players:
                for index, weight in enumerate(_weights(player.mixture)):
                    tf.summary.scalar(f"{player.name}_weights/{index}", weight)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Closes the log."""
        self._log.close()


def _weights(mixture: Mixture) -> np.ndarray:
    weights = mixture.probabilities
    return weights if weights.ndim == 1 else weights.mean(axis=1)


def _layout() -> layout_pb2.Layout:
    def chart(title: str, pattern: str) -> layout_pb2.Chart:
        return layout_pb2.Chart(
            title=title,
            multiline=layout_pb2.MultilineChartContent(tag=[pattern]),
        )

    return layout_pb2.Layout(
        category=[
            layout_pb2.Category(
                title="Mixture",
                chart=[
                    chart("Generator weights", r"generator_weights/.*"),
                    chart("Discriminator weights", r"discriminator_weights/.*"),
                    chart("Entropies", r"train/.*_entropy"),
                    chart("Losses", r"train/.*_loss"),
                    chart("Critics' gradients", r"train/gradient_norm_.*"),
                ],
            )
        ]
    )
