"""What parsed JSON must look like, said by small functions.

A type is a dict of the types of an object's entries, or a function of a value
and of its place that returns what the value should have been, and `None` if it
is that.
"""

import numbers


def require(value, spec, place):
    """Raises unless a value is of a type.

    Args:
        value: what `json` parsed.
        spec: the type.
        place: what begins a message: where the value stands.

    Raises:
        ValueError: if it is not, or an entry of an object is not.
    """
    if isinstance(spec, dict):
        if not isinstance(value, dict):
            raise ValueError(
                f"{place} must be a JSON object. Received: {str(value)[:80]!r}"
            )
        for key, inner in spec.items():
            require(value.get(key), inner, f"{place}, entry {key!r},")
        return
    wrong = spec(value, place)
    if wrong:
        raise ValueError(
            f"{place} must be {wrong}. Received: {str(value)[:80]!r}"
        )


def text(value, place):
    """A string."""
    return None if isinstance(value, str) else "a string"


def is_number(value):
    """Returns whether a value is an int or a float."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def number(value, place):
    """An int or a float."""
    return None if is_number(value) else "a number"


def natural(value, place):
    """An int of at least 0."""
    good = is_number(value) and isinstance(value, int) and value >= 0
    return None if good else "a whole number from 0 on"


def count(value, place):
    """An int of at least 1."""
    good = is_number(value) and isinstance(value, int) and value >= 1
    return None if good else "a whole number from 1 on"


def flag(value, place):
    """True or false."""
    return None if isinstance(value, bool) else "true or false"


def number_in(low, high):
    """Returns the type of numbers in `[low, high]`."""

    def check(value, place):
        good = is_number(value) and low <= value <= high
        return None if good else f"a number in [{low:g}, {high:g}]"

    return check


def optional(spec):
    """Returns the type of what may be `null`, or missing."""

    def check(value, place):
        if value is not None:
            require(value, spec, place)

    return check


def dict_of(spec):
    """Returns the type of objects with entries of one type."""

    def check(value, place):
        require(value, {}, place)
        for key, inner in value.items():
            require(inner, spec, f"{place} {key[:80]!r}")

    return check


def list_of(spec):
    """Returns the type of lists of one type."""

    def check(value, place):
        if not isinstance(value, list):
            return "a list"
        for inner in value:
            require(inner, spec, place)
        return None

    return check
