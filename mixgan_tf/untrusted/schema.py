"""What parsed JSON and recipes must look like, said by small functions.

A type is a dict of the types of an object's entries, or a function of a value
and of its place that returns what the value should have been, and `None` if it
is that.
"""

import math
import numbers
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeAlias

Check: TypeAlias = Callable[[Any, str], str | None]
Spec: TypeAlias = Mapping[str, Any] | Check
# How the place of an object's entry is worded, from the object's and its key.
Wording: TypeAlias = Callable[[str, str], str]


def in_json(place: str, key: str) -> str:
    """Returns the place of an entry of a JSON object, for messages."""
    return f"{place}, entry {key!r},"


def require(
    value: Any, spec: Spec, place: str, wording: Wording = in_json
) -> None:
    """Raises unless a value is of a type.

    Args:
        value: what was parsed.
        spec: the type.
        place: what begins a message: where the value stands.
        wording: how the places of entries are worded.

    Raises:
        ValueError: if it is not, or an entry of an object is not.
    """
    if isinstance(spec, Mapping):
        if not isinstance(value, dict):
            raise ValueError(
                f"{place} must be an object with named entries. "
                f"Received: {str(value)[:80]!r}"
            )
        for key, inner in spec.items():
            require(value.get(key), inner, wording(place, key), wording)
        return
    wrong = spec(value, place)
    if wrong:
        raise ValueError(
            f"{place} must be {wrong}. Received: {str(value)[:80]!r}"
        )


def is_number(value: Any) -> bool:
    """Returns whether a value is an int or a float."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def is_whole(value: Any) -> bool:
    """Returns whether a value is an int."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def text(value: Any, place: str) -> str | None:
    """A string."""
    return None if isinstance(value, str) else "a string"


def short_text(value: Any, place: str) -> str | None:
    """A string of 1 to 200 characters."""
    good = isinstance(value, str) and 0 < len(value) <= 200
    return None if good else "a string of 1 to 200 characters"


def flag(value: Any, place: str) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "true or false"


def number(value: Any, place: str) -> str | None:
    """An int or a float."""
    return None if is_number(value) else "a number"


def number_in(low: float, high: float, below: bool = False) -> Check:
    """Returns the type of numbers in `[low, high]`.

    Args:
        low: the least.
        high: the largest.
        below: whether `high` itself is left out.
    """

    def check(value: Any, place: str) -> str | None:
        # NaN compares with nothing.
        good = is_number(value) and low <= value <= high
        if good and not (below and value == high):
            return None
        return f"a number in [{low:g}, {high:g}{')' if below else ']'}"

    return check


def whole_in(low: int, high: float = math.inf) -> Check:
    """Returns the type of ints in `[low, high]`.

    Args:
        low: the least.
        high: the largest; infinite for all from `low` on.
    """
    words = f"a whole number from {low} on"
    if high < math.inf:
        words = f"a whole number in [{low}, {high}]"

    def check(value: Any, place: str) -> str | None:
        return None if is_whole(value) and low <= value <= high else words

    return check


natural = whole_in(0)
count = whole_in(1)


def optional(spec: Spec) -> Check:
    """Returns the type of what may be `null`, or missing."""

    def check(value: Any, place: str) -> None:
        if value is not None:
            require(value, spec, place)

    return check


def dict_of(spec: Spec) -> Check:
    """Returns the type of objects with entries of one type."""

    def check(value: Any, place: str) -> None:
        require(value, {}, place)
        for key, inner in value.items():
            require(inner, spec, f"{place} {key[:80]!r}")

    return check


def list_of(spec: Spec) -> Check:
    """Returns the type of lists of one type."""

    def check(value: Any, place: str) -> str | None:
        if not isinstance(value, list):
            return "a list"
        for inner in value:
            require(inner, spec, place)
        return None

    return check
