"""Small charts as inline SVG, coloured by the page's style sheet.

Every function returns the text of one `<svg>` element that scales to the width
it is given. Colours are classes of `style.py`, so that charts follow the light
and the dark theme.
"""

import math

from mixgan_tf.report.page.svg import CHARACTER
from mixgan_tf.report.page.svg import legend
from mixgan_tf.report.page.svg import rect
from mixgan_tf.report.page.svg import svg
from mixgan_tf.report.page.svg import text
from mixgan_tf.report.page.svg import vertical_axis

_WIDTH = 640
_NARROW = 480
_MOST_DOTS = 60


def bars(values, labels, texts, reference=None, reference_label=""):
    """Draws horizontal bars, one below the other.

    Args:
        values: nonnegative floats.
        labels: what stands before each bar.
        texts: what stands behind each bar.
        reference: float at which a dashed line is drawn, or `None`.
        reference_label: what it is.

    Returns:
        A string.
    """
    left = 16 + CHARACTER * max(map(len, labels))
    room = _NARROW - left - 16 - CHARACTER * max(map(len, texts))
    largest = max([*values, reference or 0]) or 1
    step = 30
    parts = []
    for index, value in enumerate(values):
        y, width = index * step + 6, room * value / largest
        parts += [
            text(left - 8, y + 14, labels[index], "end"),
            rect(left, y, max(width, 1), 20, f"bar series{index % 6}"),
            text(_NARROW, y + 14, texts[index], "end"),
        ]
    height = len(values) * step + 8
    if reference is not None:
        x = left + room * reference / largest
        parts.append(
            f'<line class="reference" x1="{x:.1f}" x2="{x:.1f}" y1="0" '
            f'y2="{height:.0f}"/>'
        )
        parts.append(text(x, height + 14, reference_label, "middle", "small"))
        height += 20
    return svg(_NARROW, height, parts)


def columns(values, labels, marks=None, name="", mark_name=""):
    """Draws vertical bars side by side, and a mark at each.

    Args:
        values: nonnegative floats.
        labels: what stands below each bar.
        marks: floats to compare with, one for each bar, or `None`.
        name: what the bars are.
        mark_name: what the marks are.

    Returns:
        A string.
    """
    height, top, left = 180, 24, 48
    largest = max([*values, *(marks or [])]) or 1
    step = (_NARROW - left) / len(values)
    parts = vertical_axis(0, largest, left, _NARROW, top, height)
    for index, value in enumerate(values):
        x, tall = left + index * step, height * value / largest
        parts.append(
            rect(x + step * 0.15, top + height - tall, step * 0.7, tall, "bar")
        )
        if marks is not None:
            y = top + height * (1 - marks[index] / largest)
            parts.append(
                f'<line class="mark" x1="{x + step * 0.05:.1f}" '
                f'x2="{x + step * 0.95:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            )
        parts.append(
            text(x + step / 2, top + height + 18, labels[index], "middle")
        )
    parts += legend([(name, "bar"), (mark_name, "mark-swatch")], left)
    return svg(_NARROW, top + height + 26, parts)


def heat_map(
    matrix,
    row_labels,
    column_labels,
    texts,
    notes=None,
    lowest=None,
    width=_WIDTH,
):
    """Draws a matrix as coloured cells, the largest entry darkest.

    Args:
        matrix: list of rows of floats.
        row_labels: what stands before each row.
        column_labels: what stands above each column.
        texts: list of rows of strings, one in each cell.
        notes: the same, in small type below them, or `None`.
        lowest: the float that is lightest; the smallest entry if `None`.
        width: the most that the chart may take, in pixels.

    Returns:
        A string.
    """
    low = min(map(min, matrix)) if lowest is None else lowest
    span = (max(map(max, matrix)) - low) or 1
    left = 16 + CHARACTER * max(map(len, row_labels))
    top, tall = 28, 48 if notes else 36
    wide = min((width - left) / len(column_labels), 130)
    parts = []
    for j, label in enumerate(column_labels):
        x = left + (j + 0.5) * wide
        parts.append(text(x, top - 10, label, "middle"))
    for i, row in enumerate(matrix):
        y = top + i * tall
        parts.append(text(left - 8, y + tall / 2 + 5, row_labels[i], "end"))
        for j, value in enumerate(row):
            shade = 0.06 + 0.84 * (value - low) / span
            x, on = left + j * wide, " on" if shade > 0.55 else ""
            parts.append(
                f'<rect class="cell" x="{x + 1:.1f}" y="{y + 1:.1f}" '
                f'width="{wide - 2:.1f}" height="{tall - 2}" rx="3" '
                f'fill-opacity="{shade:.3f}"/>'
            )
            lift = 9 if notes else 0
            middle = y + tall / 2 + 5
            parts.append(
                text(x + wide / 2, middle - lift, texts[i][j], "middle", on)
            )
            if notes:
                parts.append(
                    text(
                        x + wide / 2,
                        middle + 10,
                        notes[i][j],
                        "middle",
                        f"small{on}",
                    )
                )
    width = left + wide * len(column_labels)
    return svg(width, top + tall * len(matrix) + 4, parts)


def line(xs, ys, marked=None, x_name="", y_name=""):
    """Draws points joined by a line, one of them marked.

    Args:
        xs: increasing floats.
        ys: as many floats; those that are not finite are left out.
        marked: index of the point to mark, or `None`.
        x_name: what stands below.
        y_name: what stands above.

    Returns:
        A string.
    """
    height, top, left, right = 200, 28, 64, 16
    finite = [i for i, y in enumerate(ys) if y is not None and math.isfinite(y)]
    if not finite:
        return ""
    low = min(min(ys[i] for i in finite), 0)
    high = max(ys[i] for i in finite)
    across = (xs[-1] - xs[0]) or 1

    def place(i):
        x = left + (_WIDTH - left - right) * (xs[i] - xs[0]) / across
        return x, top + height * (1 - (ys[i] - low) / ((high - low) or 1))

    places = [place(i) for i in finite]
    parts = vertical_axis(low, high, left, _WIDTH, top, height)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polyline class="line" points="{path}"/>')
    if len(places) <= _MOST_DOTS:
        parts += [
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
            for x, y in places
        ]
    if marked in finite:
        x, y = place(marked)
        parts.append(f'<circle class="best" cx="{x:.1f}" cy="{y:.1f}" r="7"/>')
        anchor = "end" if x > _WIDTH * 0.8 else "middle"
        parts.append(text(x, y - 14, f"{ys[marked]:.4g}", anchor))
    for index in sorted({0, len(xs) // 2, len(xs) - 1}):
        x = left + (_WIDTH - left - right) * (xs[index] - xs[0]) / across
        anchor = "end" if index == len(xs) - 1 and len(xs) > 1 else "middle"
        parts.append(text(x, top + height + 18, f"{xs[index]:,}", anchor))
    parts.append(text(left, 14, y_name, "start", "small"))
    parts.append(
        text(_WIDTH - right, top + height + 36, x_name, "end", "small")
    )
    return svg(_WIDTH, top + height + 42, parts)


def scatter(groups, centers, size=460):
    """Draws points of the plane, each group in a colour of its own.

    Args:
        groups: list of arrays `(n, 2)`.
        centers: array `(modes, 2)`, drawn as rings.
        size: side of the picture.

    Returns:
        A string.
    """
    limit = 1.25 * max(abs(float(x)) for center in centers for x in center)

    def place(point):
        x, y = (float(value) / limit for value in point)
        return size * (x + 1) / 2, size * (1 - y) / 2

    parts = []
    for index, group in enumerate(groups):
        for point in group:
            x, y = place(point)
            if 0 <= x <= size and 0 <= y <= size:
                parts.append(
                    f'<circle class="point series{index % 6}" cx="{x:.1f}" '
                    f'cy="{y:.1f}" r="1.6"/>'
                )
    for center in centers:
        x, y = place(center)
        parts.append(f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="7"/>')
    return svg(size, size, parts)
