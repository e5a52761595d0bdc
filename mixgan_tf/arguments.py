"""Checks of users' arguments, whose errors say what to do."""

import numbers
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import TypeGuard
from typing import TypeVar

Instance = TypeVar("Instance")


def resolve(
    identifier: object,
    choices: Mapping[str, Callable[[], Instance]],
    base_class: type[Instance],
    argument: str,
) -> Instance:
    """Returns an instance from its name, or an instance as it is.

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


def error_summary(error: BaseException) -> str:
    """Returns an error's type and text on one line, for another error's text.

    Args:
        error: an exception.

    Returns:
        A string; the text is cut at 300 characters.
    """
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def require_positive_int(argument: str, value: object) -> None:
    """Raises an error unless a value is a positive integer.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.

    Raises:
        ValueError: if it is not a positive integer.
    """
    if not _is_integer(value) or value < 1:
        raise ValueError(
            f"Argument `{argument}` must be a positive int. "
            f"Received: {argument}={value!r}"
        )


def require_seed(argument: str, value: object) -> None:
    """Raises an error unless a value is an integer in `[0, 2**63)`.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.

    Raises:
        ValueError: if it is not.
    """
    if not _is_integer(value) or not 0 <= value < 2**63:
        raise ValueError(
            f"Argument `{argument}` must be an int in [0, 2**63). "
            f"Received: {argument}={value!r}"
        )


def require_number(
    argument: str, value: object, low: float = 0.0, high: float = float("inf")
) -> float:
    """Returns a number as a float, if it lies in `(low, high]`.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.
        low: exclusive lower bound.
        high: inclusive upper bound.

    Returns:
        A float.

    Raises:
        ValueError: if it is no number or lies elsewhere.
    """
    if (
        is_real(value)
        and not isinstance(value, bool)
        and low < value <= high
        and value != float("inf")
    ):
        return float(value)
    raise ValueError(
        f"Argument `{argument}` must be a number in ({low:g}, {high:g}]. "
        f"Received: {argument}={value!r}"
    )


def require_nonnegative(argument: str, value: object) -> float:
    """Returns a number as a float, if it is finite and not negative.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.

    Returns:
        A float.

    Raises:
        ValueError: if it is not.
    """
    if is_real(value) and 0 <= value < float("inf"):
        return float(value)
    raise ValueError(
        f"Argument `{argument}` must be a nonnegative number. "
        f"Received: {argument}={value!r}"
    )


def require_choice(
    argument: str, value: object, choices: Collection[object]
) -> None:
    """Raises an error unless a value is one of the given choices.

    Args:
        argument: the name of the user's argument, for the message.
        value: what the user gave.
        choices: tuple of the allowed values.

    Raises:
        ValueError: if it is none of them.
    """
    if value not in choices:
        raise ValueError(
            f"Argument `{argument}` must be one of "
            f"{', '.join(map(repr, choices))}. Received: {argument}={value!r}"
        )


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_real(value: object) -> TypeGuard[float]:
    """Returns whether a value is a real number, bools and NumPy's included."""
    return isinstance(value, numbers.Real)
