"""Charts of points: what is computed here is where everything goes."""

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from mixgan_tf.report.page.rendering import render
from mixgan_tf.report.page.shapes import Label
from mixgan_tf.report.page.shapes import Point
from mixgan_tf.report.page.shapes import vertical_axis

_WIDTH = 640
_MOST_DOTS = 60


def line(
    xs: list[int],
    ys: Sequence[float | None],
    marked: int | None = None,
    x_name: str = "",
    y_name: str = "",
) -> Markup:
    """Draws points joined by a line, one of them marked.

    Args:
        xs: increasing ints.
        ys: as many floats; those that are `None` or not finite are left out.
        marked: index of the point to mark, or `None`.
        x_name: what stands below.
        y_name: what stands above.

    Returns:
        SVG, empty if nothing is finite.
    """
    known = {i: y for i, y in enumerate(ys) if y is not None}
    finite = {i: y for i, y in known.items() if math.isfinite(y)}
    if not finite:
        return Markup()
    height, top, left, right = 200, 28, 64, _WIDTH - 16
    low, high = min([*finite.values(), 0]), max(finite.values())
    # Of points that all agree, the range is one rather than nothing.
    across, span = (xs[-1] - xs[0]) or 1, (high - low) or 1
    places = [left + (right - left) * (x - xs[0]) / across for x in xs]
    points = {
        i: Point(places[i], top + height * (1 - (y - low) / span))
        for i, y in finite.items()
    }
    best = None
    if marked in points:
        x, y = points[marked]
        anchor = "end" if x > _WIDTH * 0.8 else "middle"
        label = Label(x, y - 14, f"{finite[marked]:.4g}", anchor)
        best = {"point": points[marked], "label": label}
    steps = []
    for i in sorted({0, len(xs) // 2, len(xs) - 1}):
        anchor = "end" if i == len(xs) - 1 and len(xs) > 1 else "middle"
        steps.append(Label(places[i], top + height + 18, f"{xs[i]:,}", anchor))
    return render(
        "line.svg.jinja",
        width=_WIDTH,
        height=top + height + 42,
        left=left,
        ticks=vertical_axis(low, high, left, top, height),
        points=list(points.values()),
        dotted=len(points) <= _MOST_DOTS,
        best=best,
        steps=steps,
        x_name=Label(right, top + height + 36, x_name, "end"),
        y_name=Label(left, 14, y_name),
    )


def scatter(
    groups: Sequence[np.ndarray], centers: np.ndarray, size: int = 460
) -> Markup:
    """Draws points of the plane, each group in a colour of its own.

    Args:
        groups: list of arrays `(n, 2)`.
        centers: array `(modes, 2)`, drawn as rings.
        size: side of the picture. Points outside are left out.

    Returns:
        SVG.
    """
    limit = 1.25 * max(abs(float(x)) for center in centers for x in center)

    def place(point: np.ndarray) -> Point:
        x, y = (float(value) / limit for value in point)
        return Point(size * (x + 1) / 2, size * (1 - y) / 2)

    def inside(point: Point) -> bool:
        return 0 <= point.x <= size and 0 <= point.y <= size

    return render(
        "scatter.svg.jinja",
        size=size,
        groups=[list(filter(inside, map(place, group))) for group in groups],
        rings=[place(center) for center in centers],
    )
