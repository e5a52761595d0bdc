"""Sums over replicas."""

import tensorflow as tf


def sum_over_replicas(values: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
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
