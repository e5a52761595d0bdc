"""The base class of callbacks that act at regular training steps."""

import keras

from mixgan_tf.arguments import require_positive_int


class EverySteps(keras.callbacks.Callback):
    """A callback that acts whenever the model has made another `every` steps.

    Steps are the model's own count, which survives a restart; batch numbers
    begin again in every epoch.

    Args:
        every: positive int, in training steps.
        last_step: a step that counts as well, such as the last of training;
            `None` for no other.
    """

    def __init__(self, every: int, last_step: int | None = None) -> None:
        super().__init__()
        require_positive_int("every", every)
        self.every = every
        self.last_step = last_step
        self._last = 0

    def on_step(self, step: int, logs: dict[str, float]) -> None:
        """Acts at a step; subclasses override it.

        Args:
            step: int, the number of steps made so far.
            logs: dict of metrics.
        """
        raise NotImplementedError

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Records the step at which training begins."""
        self._last = int(self.model.train_steps.numpy())

    def on_train_batch_end(
        self, batch: int, logs: dict[str, float] | None = None
    ) -> None:
        """Calls `on_step` if a multiple of `every` was reached or passed."""
        step = int(self.model.train_steps.numpy())
        passed = step // self.every > self._last // self.every
        if self.last_step is not None:
            passed |= self._last < self.last_step <= step
        if passed:
            self.on_step(step, logs or {})
        self._last = step
