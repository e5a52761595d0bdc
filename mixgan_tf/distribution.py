"""What makes a custom training step right on one replica and on several."""

import keras
import tensorflow as tf

from mixgan_tf.payoff import Rows

_TPU = (tf.distribute.TPUStrategy, tf.distribute.experimental.TPUStrategy)
_SUPPORTED = (
    tf.distribute.OneDeviceStrategy,
    tf.distribute.MirroredStrategy,
    tf.distribute.MultiWorkerMirroredStrategy,
    *_TPU,
)
_REASONS = {
    "ParameterServer": "its workers update the same variables at times of "
    "their own, and a step of a mixture needs all replicas at once",
    "CentralStorage": "Keras 3 cannot update variables that all replicas share",
}


def global_rows(batch):
    """Returns where this replica's batch lies in the global batch.

    Args:
        batch: tensor of shape `(n, ...)`; called in a replica's context.

    Returns:
        A `Rows`; on a single replica Python ints wherever the batch size is
        static, so that XLA sees static shapes. TPUs, which know no other
        shapes, have equal batches.

    Raises:
        ValueError: if the batch size is not static on a TPU.
    """
    local = batch.shape[0]
    if local is None:
        local = tf.shape(batch)[0]
    strategy = tf.distribute.get_strategy()
    replicas = strategy.num_replicas_in_sync
    if replicas == 1:
        return Rows(local, local, 0)
    context = tf.distribute.get_replica_context()
    replica = tf.cast(context.replica_id_in_sync_group, tf.int32)
    if isinstance(strategy, _TPU):
        if not isinstance(local, int):
            raise ValueError(
                "On TPUs every batch must have one size, known beforehand: "
                "batch the data with `drop_remainder=True`. "
                f"Received: a batch of shape {tuple(batch.shape)}"
            )
        return Rows(local, local * replicas, local * replica)
    sizes = context.all_reduce(
        tf.distribute.ReduceOp.SUM,
        tf.one_hot(replica, replicas, dtype=tf.int32) * local,
    )
    return Rows(local, tf.reduce_sum(sizes), tf.reduce_sum(sizes[:replica]))


def gather_rows(batch):
    """Returns the rows of all replicas together.

    Differentiated, each replica's loss is taken to be a share `1 / replicas`
    of one that all compute: the gradient is the whole loss's, with respect to
    the rows of this replica.

    Args:
        batch: float tensor `(n, d)`; called in a replica's context.

    Returns:
        A tensor `(rows on all replicas, d)`; on a single replica `batch`.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas == 1:
        return batch
    rows = global_rows(batch)
    after = rows.total - rows.offset - rows.local

    @tf.custom_gradient
    def gather(own):
        context = tf.distribute.get_replica_context()
        found = context.all_reduce(tf.distribute.ReduceOp.SUM, own)
        return found, lambda upstream: replicas * upstream

    return gather(tf.pad(batch, [[rows.offset, after], [0, 0]]))


def sum_over_replicas(values):
    """Sums a dict of scalars over replicas, in one collective.

    Args:
        values: dict from name to float32 scalar, this replica's share.

    Returns:
        A dict of the global sums.
    """
    stacked = tf.stack(list(values.values()))
    if tf.distribute.get_strategy().num_replicas_in_sync > 1:
        context = tf.distribute.get_replica_context()
        stacked = context.all_reduce(tf.distribute.ReduceOp.SUM, stacked)
    return dict(zip(values, tf.unstack(stacked), strict=True))


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


def check_strategy(model, jit_compile):
    """Refuses to compile where a step would be wrong.

    Args:
        model: a Keras model about to be compiled.
        jit_compile: whether its step is to be compiled by XLA.

    Raises:
        ValueError: if the current strategy is unsupported, or is not the one
            the model was made under.
    """
    require_supported_strategy()
    strategy = tf.distribute.get_strategy()
    made_under = getattr(model, "_distribute_strategy", None)
    default = None if tf.distribute.has_strategy() else strategy
    if strategy is not (made_under or default):
        raise ValueError(
            "`compile` must run in the scope of the strategy that the model "
            "was made in: put both inside `with strategy.scope():`. "
            f"Received: a model of {type(made_under).__name__} compiled under "
            f"{type(strategy).__name__}"
        )
    if jit_compile and strategy.num_replicas_in_sync > 1:
        raise ValueError(
            "Argument `jit_compile`: Keras cannot compile a step of several "
            "replicas by XLA; leave it out. "
            f"Received: jit_compile={jit_compile!r} on "
            f"{strategy.num_replicas_in_sync} replicas"
        )


def require_supported_strategy():
    """Refuses distribution strategies that cannot train a mixture.

    Raises:
        ValueError: if the current strategy is one of them.
    """
    strategy = tf.distribute.get_strategy()
    if not tf.distribute.has_strategy() or isinstance(strategy, _SUPPORTED):
        return
    name = type(strategy).__name__
    reason = next(
        (why for part, why in _REASONS.items() if part in name),
        "it is not known how it sums over replicas",
    )
    raise ValueError(
        "MixGAN trains on one device, or under MirroredStrategy, "
        "MultiWorkerMirroredStrategy or TPUStrategy; not under this strategy: "
        f"{reason}. Received: {name}"
    )


def check_scope(model):
    """Refuses to train in the scope of a strategy that is not the model's.

    Args:
        model: a Keras model.

    Raises:
        ValueError: if the current scope is another strategy's.
    """
    require_supported_strategy()
    current = tf.distribute.get_strategy()
    # Keras's `distribute_strategy` is the current one, of a model without any.
    made_in = model._distribute_strategy
    if tf.distribute.has_strategy() and current is not made_in:
        raise ValueError(
            "The model trains under the strategy that it was made in: make "
            "and compile it inside this one's scope, or leave the scope. "
            f"Received: a model of {type(made_in).__name__} in the scope "
            f"of {type(current).__name__}"
        )


def check_optimizer(optimizer, argument):
    """Refuses optimizers that would go wrong on replicas.

    Keras clips, averages and accumulates before the gradients are summed over
    replicas; and one made outside the strategy's scope does not sum them.

    Args:
        optimizer: a Keras optimizer.
        argument: the user's argument, for the message.

    Raises:
        ValueError: if such an option is set and there are several replicas,
            or if it was made outside their strategy's scope.
    """
    strategy = tf.distribute.get_strategy()
    if strategy.num_replicas_in_sync == 1:
        return
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    made_under = getattr(optimizer, "_distribution_strategy", strategy)
    if made_under is not strategy:
        raise ValueError(
            f"Argument `{argument}` must be made inside the strategy's scope, "
            "or its gradients are not summed over replicas: put it inside "
            "`with strategy.scope():`. Received: an optimizer of "
            f"{type(made_under).__name__} under {type(strategy).__name__}"
        )
    for option in (
        "clipnorm",
        "global_clipnorm",
        "clipvalue",
        "use_ema",
        "gradient_accumulation_steps",
    ):
        if getattr(optimizer, option, None):
            raise ValueError(
                f"Argument `{argument}`: Keras optimizers apply `{option}` "
                "before gradients are summed over replicas, which changes the "
                "result; leave it out under a distribution strategy. "
                f"Received: {option}={getattr(optimizer, option)!r}"
            )


def check_precision():
    """Refuses policies whose variables are not float32.

    Averages and small steps get lost in variables of less.
    """
    policy = keras.config.dtype_policy().name
    if policy not in ("float32", "mixed_bfloat16", "mixed_float16"):
        raise ValueError(
            "MixGAN trains under the policies `float32`, `mixed_bfloat16` and "
            "`mixed_float16`, whose variables are float32. "
            f"Received: dtype policy {policy!r}"
        )


def _optionals_to_none(data):
    return keras.tree.map_structure(
        lambda t: None if isinstance(t, tf.experimental.Optional) else t, data
    )
