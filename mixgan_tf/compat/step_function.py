"""The function that `fit` and `evaluate` call in place of Keras's own."""

import keras
import tensorflow as tf


def make_step_function(model, step):
    """Returns what `fit` calls: `steps_per_execution` steps on an iterator.

    Keras 3.15's own breaks under several workers, and under several replicas
    with `steps_per_execution > 1`
    (https://github.com/keras-team/keras/issues/20585).

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
    def replica_step(data):
        data = _optionals_to_none(data)
        # Nothing may count a step whose data never came.
        present = [t for t in tf.nest.flatten(data) if t is not None]
        with tf.control_dependencies(present):
            return step(data)

    def one_step(data):
        logs = strategy.run(replica_step, args=(data,))
        return {
            name: strategy.reduce(tf.distribute.ReduceOp.MEAN, value, axis=None)
            for name, value in logs.items()
        }

    if not model.run_eagerly:
        one_step = tf.function(
            one_step, jit_compile=model.jit_compile, reduce_retracing=True
        )

    def steps(iterator):
        logs = one_step(next(iterator))
        for _ in tf.range(model.steps_per_execution - 1):
            logs = one_step(next(iterator))
        return logs

    if not model.run_eagerly:
        steps = tf.function(steps, reduce_retracing=True)

    def function(iterator):
        if isinstance(
            iterator, tf.data.Iterator | tf.distribute.DistributedIterator
        ):
            try:
                return steps(iterator)
            except tf.errors.OutOfRangeError:
                raise StopIteration from None
        return one_step(next(iterator))  # `train_on_batch`

    return function


def _optionals_to_none(data):
    return keras.tree.map_structure(
        lambda t: None if isinstance(t, tf.experimental.Optional) else t, data
    )
