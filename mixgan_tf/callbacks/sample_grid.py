"""A callback that draws samples of each component during training."""

import pathlib

import tensorflow as tf

from mixgan_tf.callbacks.event_log import EventLog
from mixgan_tf.callbacks.every import EverySteps
from mixgan_tf.pictures import image_grid
from mixgan_tf.pictures.component_grid import component_grid


class SampleGrid(EverySteps):
    """Draws samples of every component, one row of images each.

    The latents are the same every time and for every component, and so are
    the classes of a conditional model: 0, 1, 2, ... along a row. Points of
    the plane are drawn as a scatter plot of the mixture instead.

    Args:
        directory: folder for PNG files named by step, or `None`.
        log_dir: TensorBoard folder, or `None`.
        every: how often, in training steps.
        columns: samples of each component.
        seed: int that fixes the latents.
        last_step: the step of one more picture; by default the one at which
            `fit` ends. Training that may be killed and go on should say it:
            the picture is then there before the last checkpoint is.

    Example:
    ```python
    gan.fit(data, callbacks=[mg.callbacks.SampleGrid("samples", every=500)])
    ```
    """

    def __init__(
        self,
        directory: str | pathlib.Path | None = None,
        log_dir: str | pathlib.Path | None = None,
        every: int = 500,
        columns: int = 10,
        seed: int = 0,
        last_step: int | None = None,
    ) -> None:
        super().__init__(every, last_step)
        self.directory = None if directory is None else pathlib.Path(directory)
        self.log_dir = None if log_dir is None else str(log_dir)
        self.columns = columns
        self.seed = seed
        self._drawn: int | None = None

    def on_step(self, step: int, logs: dict[str, float]) -> None:
        """Draws one picture."""
        picture = component_grid(self.model, self.columns, self.seed)
        self._drawn = step
        if self.directory is not None:
            image_grid.save_png(
                picture, self.directory / f"step_{step:08d}.png", scale=2
            )
        if self.log_dir is not None:
            log = EventLog(self.log_dir)
            with log.at(step):
                tf.summary.image("samples", picture[None])
            log.close()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Draws the last picture, unless it was drawn just now."""
        step = int(self.model.train_steps.numpy())
        if self.last_step is None and self._drawn != step:
            self.on_step(step, logs or {})
