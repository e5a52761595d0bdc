"""The variables that an optimizer was built with.

Keras 3.15 knows a variable's place among them, and has no public way to ask.
"""

import keras


def index_of(
    optimizer: keras.optimizers.Optimizer, variable: keras.Variable
) -> int:
    """Returns a variable's place among those an optimizer was built with.

    Args:
        optimizer: a built Keras optimizer.
        variable: one of them.
    """
    return optimizer._get_variable_index(variable)


def key_of(
    optimizer: keras.optimizers.Optimizer, variable: keras.Variable
) -> object:
    """Returns what an optimizer tells variables apart by.

    Args:
        optimizer: a Keras optimizer.
        variable: any variable.
    """
    return optimizer._var_key(variable)


def known_keys(optimizer: keras.optimizers.Optimizer) -> set:
    """Returns the keys of the variables an optimizer was built with.

    Args:
        optimizer: a built Keras optimizer.
    """
    return set(optimizer._trainable_variables_indices)
