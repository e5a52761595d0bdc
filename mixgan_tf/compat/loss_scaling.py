"""Scaled losses, whose gradients do not vanish under `mixed_float16`.

Gradients of activations in float16 are lost below 6e-8. The networks'
optimizers are Keras's `LossScaleOptimizer`s, which multiply the loss, divide
the gradients, and skip a step and halve the scale when one overflowed. The
mixture logits need none of it: their gradients are of float32 alone.

Reference:
    [Micikevicius et al., 2018](https://arxiv.org/abs/1710.03740), section 3.2.
"""

import keras
import tensorflow as tf

POLICY = "mixed_float16"


def with_loss_scaling(
    optimizer: keras.optimizers.Optimizer,
) -> keras.optimizers.Optimizer:
    """Returns a network optimizer as the current dtype policy needs it.

    Args:
        optimizer: a Keras optimizer.

    Returns:
        The optimizer, inside a `LossScaleOptimizer` under `mixed_float16`.
    """
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if scales or keras.config.dtype_policy().name != POLICY:
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)


def overflow_everywhere(
    optimizer: keras.optimizers.Optimizer, gradients: list[tf.Tensor]
) -> list[tf.Tensor]:
    """Spreads an overflow on one replica to all, so that all skip the step.

    `LossScaleOptimizer` looks at its own replica's gradients only.

    Args:
        optimizer: the optimizer they are for.
        gradients: list of tensors, before they are summed over replicas.

    Returns:
        A list of tensors: NaN if any gradient of any replica is not finite.
    """
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if not scales or tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return gradients
    bad = tf.add_n(
        [
            tf.cast(~tf.reduce_all(tf.math.is_finite(g)), tf.float32)
            for g in gradients
        ]
    )
    context = tf.distribute.get_replica_context()
    bad = context.all_reduce(tf.distribute.ReduceOp.SUM, bad)
    mark = tf.where(bad > 0, tf.constant(float("nan")), tf.zeros([]))
    return [g + tf.cast(mark, g.dtype) for g in gradients]
