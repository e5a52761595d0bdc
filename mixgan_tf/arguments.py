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
    if not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(
            f"Argument `{argument}` must be a positive int. "
            f"Received: {argument}={value!r}"
        )
