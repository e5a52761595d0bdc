"""Checks of users' arguments, with errors that say what to do."""

import numbers


def resolve(identifier, choices, base_class, argument):
    """Returns an instance from a name or from an instance.

    Args:
        identifier: a key of `choices`, or an instance of `base_class`.
        choices: dict from name to class or zero-argument function.
        base_class: the class an instance must have.
        argument: the name of the user's argument, for error messages.

    Returns:
        An instance of `base_class`.

    Raises:
        ValueError: if the name is unknown or the instance is of another kind.
    """
    if isinstance(identifier, str) and identifier in choices:
        return choices[identifier]()
    if isinstance(identifier, base_class):
        return identifier
    names = ", ".join(repr(name) for name in sorted(choices))
    raise ValueError(
        f"Argument `{argument}` must be one of {names}, or an instance of "
        f"`{base_class.__name__}`. Received: {argument}={identifier!r}"
    )


def summary_of(error):
    """Returns an error's type and text on one line, for another's message.

    Args:
        error: an exception.

    Returns:
        A string; the text is cut at 300 characters.
    """
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def require_positive_int(argument, value):
    """Raises unless a value is a positive integer.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.

    Raises:
        ValueError: if it is not a positive integer.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < 1:
        raise ValueError(
            f"Argument `{argument}` must be a positive int. "
            f"Received: {argument}={value!r}"
        )


def require_seed(argument, value):
    """Raises unless a value is a nonnegative integer of at most 63 bits.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.

    Raises:
        ValueError: if it is not.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or not 0 <= value < 2**63:
        raise ValueError(
            f"Argument `{argument}` must be an int in [0, 2**63). "
            f"Received: {argument}={value!r}"
        )


def require_number(argument, value, low=0.0, high=float("inf")):
    """Returns a number as a float, if it lies in `(low, high]`.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.
        low: exclusive lower bound.
        high: inclusive upper bound.

    Returns:
        A float.

    Raises:
        ValueError: if it does not.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if is_number and low < value <= high and value != float("inf"):
        return float(value)
    raise ValueError(
        f"Argument `{argument}` must be a number in ({low:g}, {high:g}]. "
        f"Received: {argument}={value!r}"
    )


def require_nonnegative(argument, value):
    """Returns a number as a float, if it is finite and not negative.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.

    Returns:
        A float.

    Raises:
        ValueError: if it is not.
    """
    if isinstance(value, numbers.Real) and 0 <= value < float("inf"):
        return float(value)
    raise ValueError(
        f"Argument `{argument}` must be a nonnegative number. "
        f"Received: {argument}={value!r}"
    )


def require_choice(argument, value, choices):
    """Raises unless a value is one of a few.

    Args:
        argument: its name, for the message.
        value: what the user gave.
        choices: tuple of what it may be.

    Raises:
        ValueError: if it is none of them.
    """
    if value not in choices:
        raise ValueError(
            f"Argument `{argument}` must be one of "
            f"{', '.join(map(repr, choices))}. Received: {argument}={value!r}"
        )
