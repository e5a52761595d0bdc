"""A check for values that only some computations have."""

from typing import TypeVar

T = TypeVar("T")


def required(value: T | None, what: str) -> T:
    """Returns a value, or raises if it is missing.

    Args:
        value: what may be `None`.
        what: what it is, for the message.

    Returns:
        The value.

    Raises:
        ValueError: if it is `None`.
    """
    if value is None:
        raise ValueError(f"This needs {what}. Received: None")
    return value
