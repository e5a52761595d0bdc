"""What charts are made of: where things are, for the templates to draw."""

from typing import NamedTuple

CHARACTER = 7  # width of one, about, at the charts' font size


class Point(NamedTuple):
    """A place in a chart; y counts downwards."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle, by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class Label(NamedTuple):
    """A line of text, and which part of it is at its place."""

    x: float
    y: float
    words: str
    anchor: str = "start"  # "start", "middle" or "end"


class Tick(NamedTuple):
    """A level of an axis."""

    y: float
    label: Label


class Key(NamedTuple):
    """An entry of a legend: a swatch, and what has its colour."""

    box: Box
    label: Label


def width_of(words: list[str]) -> int:
    """Returns the width of the longest of some labels, in pixels."""
    return CHARACTER * max(map(len, words))


def vertical_axis(
    low: float, high: float, left: float, top: float, height: float
) -> list[Tick]:
    """Returns three levels of an axis, with their values.

    Args:
        low: the value at the bottom.
        high: the value at the top.
        left: where the axis begins; values stand before it.
        top: y of the top.
        height: from the top to the bottom.

    Returns:
        A list of `Tick`.
    """
    ticks = []
    for share in (0, 0.5, 1):
        y = top + height * (1 - share)
        value = low + share * (high - low)
        label = Label(left - 8, y + 4, f"{value:.3g}", "end")
        ticks.append(Tick(y, label))
    return ticks


def legend(names: list[str], left: float) -> list[Key | None]:
    """Returns the entries of a legend, one beside the other.

    Args:
        names: what to explain; an empty one has no entry.
        left: x of the first.

    Returns:
        A list of a `Key` or `None` for each name.
    """
    keys: list[Key | None] = []
    for name in names:
        if not name:
            keys.append(None)
            continue
        keys.append(Key(Box(left, 2, 12, 12), Label(left + 18, 12, name)))
        left += 40 + CHARACTER * len(name)
    return keys
