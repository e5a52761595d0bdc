"""Where a replica's rows lie in the global batch, and who gets them."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from mixgan_tf.distribution.strategy_checks import TPU


class Rows(NamedTuple):
    """Where this replica's rows lie in the global batch.

    Each is a Python int where it is known while tracing, else an int tensor.
    """

    local: int | tf.Tensor  # rows on this replica
    total: int | tf.Tensor  # rows on all replicas
    offset: int | tf.Tensor  # global index of this replica's first row


def global_rows(batch: tf.Tensor) -> Rows:
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
    if isinstance(strategy, TPU):
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


def gather_rows(batch: tf.Tensor) -> tf.Tensor:
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
    def gather(own: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        context = tf.distribute.get_replica_context()
        found = context.all_reduce(tf.distribute.ReduceOp.SUM, own)
        return found, lambda upstream: replicas * upstream

    return gather(tf.pad(batch, [[rows.offset, after], [0, 0]]))


def dealt_rows(
    rows: Rows,
    total: int | tf.Tensor,
    start: tf.Tensor,
    component: int,
    count: int,
) -> Callable[[tf.Tensor], tf.Tensor]:
    """Returns a function that takes a component's rows out of a tensor.

    Row `g` of the global batch goes to component `((g - start) mod total) mod
    count`. On one replica that is a roll and a stride, with static shapes. A
    replica may hold no row of a component; where batches are of one static
    size, as on TPUs, each holds as many of every component.

    Args:
        rows: `Rows` of the batch.
        total: its rows on all replicas.
        start: int scalar tensor, the same on all replicas.
        component: int.
        count: number of components.

    Returns:
        A function from a tensor `(rows.local, ...)` to the component's rows.

    Raises:
        ValueError: if batches of one static size cannot be dealt out evenly.
    """
    if isinstance(rows.total, int):
        if rows.local == rows.total:
            return lambda x: tf.roll(x, -start, axis=0)[component::count]
        if rows.local % count:
            raise ValueError(
                "On TPUs the batch of each replica must be a multiple of "
                "`num_generators` under this payoff: choose another batch "
                f"size, or `payoff='shared'`. Received: {rows.local} rows on "
                f"each replica for num_generators={count}"
            )
        first = (component - rows.offset + start) % count
        mine = first + count * tf.range(rows.local // count)
        return lambda x: tf.gather(x, mine)
    position = (rows.offset + tf.range(rows.local) - start) % total
    mine = tf.where(position % count == component)[:, 0]
    return lambda x: tf.gather(x, mine)


def enough_rows(total: int | tf.Tensor, num_generators: int) -> int | tf.Tensor:
    """Returns a number of rows, if it is one for each generator or more.

    Args:
        total: int or int scalar tensor.
        num_generators: int.

    Returns:
        `total`; a tensor waits for its check.

    Raises:
        ValueError: if an int is too small.
    """
    message = (
        "A batch must hold at least one row for each generator, or the "
        "stratified payoff would leave some out: use larger batches, and "
        "`drop_remainder=True` where the last one is short."
    )
    if isinstance(total, int):
        if total < num_generators:
            raise ValueError(
                f"{message} Received: a batch of {total} for "
                f"num_generators={num_generators}"
            )
        return total
    enough = tf.debugging.assert_greater_equal(total, num_generators, message)
    # What is drawn must wait for the check, or NaN reaches the weights first.
    with tf.control_dependencies([enough] if enough is not None else []):
        return tf.identity(total)
