"""The functions that `fit` and `evaluate` call in place of Keras's own."""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

Logs = dict[str, tf.Tensor]


class StepFunctions(keras.Model):
    """A model whose steps are right under every distribution strategy.

    Three hooks of `keras.Model.fit` are overridden; `_maybe_symbolic_build` is
    private, the others are public in name only. Keras 3.15's own fail under
    several workers, and under several replicas with `steps_per_execution > 1`
    (https://github.com/keras-team/keras/issues/20585), so that Keras is held to
    one minor version.
    """

    train_function: Callable | None
    test_function: Callable | None

    def make_train_function(self, force: bool = False) -> Callable:
        """Builds the function that `fit` calls."""
        if self.train_function is None or force:
            self.train_function = make_step_function(self, self.train_step)
        return self.train_function

    def make_test_function(self, force: bool = False) -> Callable:
        """Builds the function that `evaluate` calls."""
        if self.test_function is None or force:
            self.test_function = make_step_function(self, self.test_step)
        return self.test_function

    def _maybe_symbolic_build(
        self, iterator: Iterator | None = None, data_batch: Any = None
    ) -> None:
        """Does nothing: networks and optimizers are built already."""


def make_step_function(
    model: keras.Model, step: Callable[[Any], Logs]
) -> Callable[[Iterator], Logs]:
    """Returns what `fit` calls: `steps_per_execution` steps on an iterator.

    Args:
        model: the Keras model.
        step: its `train_step` or `test_step`; returns a dict of scalars that
            are equal on all replicas.

    Returns:
        A function from an iterator to a dict of scalars. It raises
        `StopIteration` when the data end.
    """
    strategy = model.distribute_strategy

    @tf.autograph.experimental.do_not_convert
    def replica_step(data: Any) -> Logs:
        data = _optionals_to_none(data)
        # Nothing may count a step whose data never came.
        present = [t for t in tf.nest.flatten(data) if t is not None]
        with tf.control_dependencies(present):
            return step(data)

    def one_step(data: Any) -> Logs:
        logs = strategy.run(replica_step, args=(data,))
        return {
            name: strategy.reduce(tf.distribute.ReduceOp.MEAN, value, axis=None)
            for name, value in logs.items()
        }

    if not model.run_eagerly:
        one_step = tf.function(
            one_step, jit_compile=model.jit_compile, reduce_retracing=True
        )

    def steps(iterator: Iterator) -> Logs:
        logs = one_step(next(iterator))
        # A loop without a turn would still be compiled, with a step inside.
        if model.steps_per_execution > 1:
            for _ in tf.range(model.steps_per_execution - 1):
                logs = one_step(next(iterator))
        return logs

    if not model.run_eagerly:
        steps = tf.function(steps, reduce_retracing=True)

    def function(iterator: Iterator) -> Logs:
        if isinstance(
            iterator, tf.data.Iterator | tf.distribute.DistributedIterator
        ):
            try:
                return steps(iterator)
            except tf.errors.OutOfRangeError:
                raise StopIteration from None
        return one_step(next(iterator))  # `train_on_batch`

    return function


def _optionals_to_none(data: Any) -> Any:
    return keras.tree.map_structure(
        lambda t: None if isinstance(t, tf.experimental.Optional) else t, data
    )
