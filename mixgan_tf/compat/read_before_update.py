"""Updates that wait until every variable has been read."""

import tensorflow as tf


def after(loss: tf.Tensor, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
    """Returns gradients that wait for the loss: for all reads of variables.

    A `tf.function` orders reads before updates, but TensorFlow's optimizer of
    graphs takes such an edge away where another path makes it superfluous, even
    one that leads through a shape; static shapes it then folds to constants,
    and with them the path. The gradient of a critic's last kernel does not
    depend on the kernel: it could be updated before it was read.

    Args:
        loss: scalar, of what all the reads went into.
        gradients: list of tensors.

    Returns:
        A list of equal tensors.
    """
    with tf.control_dependencies([loss]):
        return [tf.identity(g) for g in gradients]
