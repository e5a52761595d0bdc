"""Charts of bars: what is computed here is where everything goes."""

from typing import Any

from markupsafe import Markup

from mixgan_tf.report.page.rendering import render
from mixgan_tf.report.page.shapes import Box
from mixgan_tf.report.page.shapes import Label
from mixgan_tf.report.page.shapes import legend
from mixgan_tf.report.page.shapes import vertical_axis
from mixgan_tf.report.page.shapes import width_of

_WIDTH = 480


def bars(
    values: list[float],
    labels: list[str],
    texts: list[str],
    reference: float | None = None,
    reference_label: str = "",
) -> Markup:
    """Draws horizontal bars, one below the other.

    Args:
        values: nonnegative floats.
        labels: what stands before each bar.
        texts: what stands behind each bar.
        reference: float at which a dashed line is drawn, or `None`.
        reference_label: what it is.

    Returns:
        SVG.
    """
    left = 16 + width_of(labels)
    room = _WIDTH - left - 16 - width_of(texts)
    largest = max([*values, reference or 0]) or 1
    step = 30
    rows = []
    for index, value in enumerate(values):
        y, width = index * step + 6, room * value / largest
        rows.append(
            {
                "label": Label(left - 8, y + 14, labels[index], "end"),
                "box": Box(left, y, max(width, 1), 20),
                "text": Label(_WIDTH, y + 14, texts[index], "end"),
            }
        )
    height = bottom = len(values) * step + 8
    below = None
    if reference is not None:
        x = left + room * reference / largest
        below = Label(x, bottom + 14, reference_label, "middle")
        height += 20
    return render(
        "bars.svg.jinja",
        width=_WIDTH,
        height=height,
        rows=rows,
        reference=below,
        bottom=bottom,
    )


def columns(
    values: list[float],
    labels: list[str],
    marks: list[float] | None = None,
    name: str = "",
    mark_name: str = "",
) -> Markup:
    """Draws vertical bars side by side, and a mark at each.

    Args:
        values: nonnegative floats.
        labels: what stands below each bar.
        marks: floats to compare with, one for each bar, or `None`.
        name: what the bars are.
        mark_name: what the marks are.

    Returns:
        SVG.
    """
    height, top, left = 180, 24, 48
    largest = max([*values, *(marks or [])]) or 1
    step = (_WIDTH - left) / len(values)
    parts: list[dict[str, Any]] = []
    for index, value in enumerate(values):
        x, tall = left + index * step, height * value / largest
        mark = None
        if marks is not None:
            y = top + height * (1 - marks[index] / largest)
            mark = {"left": x + step * 0.05, "right": x + step * 0.95, "y": y}
        middle, below = x + step / 2, top + height + 18
        parts.append(
            {
                "box": Box(
                    x + step * 0.15, top + height - tall, step * 0.7, tall
                ),
                "mark": mark,
                "label": Label(middle, below, labels[index], "middle"),
            }
        )
    bar_key, mark_key = legend([name, mark_name], left)
    return render(
        "columns.svg.jinja",
        width=_WIDTH,
        height=top + height + 26,
        left=left,
        ticks=vertical_axis(0, largest, left, top, height),
        columns=parts,
        bar_key=bar_key,
        mark_key=mark_key,
    )
