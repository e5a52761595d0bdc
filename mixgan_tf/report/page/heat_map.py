"""A matrix as a chart: what is computed here is where everything goes."""

from typing import Any

from markupsafe import Markup

from mixgan_tf.report.page.rendering import render
from mixgan_tf.report.page.shapes import Box
from mixgan_tf.report.page.shapes import Label
from mixgan_tf.report.page.shapes import width_of

_TOP = 28
_DARK = 0.55  # the opacity above which text is light


def heat_map(
    matrix: list[list[float]],
    row_labels: list[str],
    column_labels: list[str],
    texts: list[list[str]],
    notes: list[list[str]] | None = None,
    lowest: float | None = None,
    width: float = 640,
) -> Markup:
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
        SVG.
    """
    low = min(map(min, matrix)) if lowest is None else lowest
    span = (max(map(max, matrix)) - low) or 1
    left = 16 + width_of(row_labels)
    wide = min((width - left) / len(column_labels), 130)
    tall = 48 if notes else 36
    centers = [left + (j + 0.5) * wide for j in range(len(column_labels))]
    rows = []
    for i, row in enumerate(matrix):
        y = _TOP + i * tall
        opacities = [0.06 + 0.84 * (value - low) / span for value in row]
        boxes = [Box(x - wide / 2, y, wide, tall) for x in centers]
        notes_of_row = notes[i] if notes else None
        rows.append(
            {
                "label": Label(
                    left - 8, y + tall / 2 + 5, row_labels[i], "end"
                ),
                "cells": _cells(boxes, opacities, texts[i], notes_of_row),
            }
        )
    return render(
        "heat_map.svg.jinja",
        width=left + wide * len(column_labels),
        height=_TOP + tall * len(matrix) + 4,
        heads=[
            Label(x, _TOP - 10, name, "middle")
            for x, name in zip(centers, column_labels, strict=True)
        ],
        rows=rows,
    )


def _cells(
    boxes: list[Box],
    opacities: list[float],
    texts: list[str],
    notes: list[str] | None,
) -> list[dict[str, Any]]:
    """Returns the cells of a row, a gap of two pixels between them."""
    cells: list[dict[str, Any]] = []
    for j, (x, y, width, height) in enumerate(boxes):
        center, middle = x + width / 2, y + height / 2 + 5
        note, lift = None, 0
        if notes:  # the text makes room for it
            note, lift = Label(center, middle + 10, notes[j], "middle"), 9
        cells.append(
            {
                "box": Box(x + 1, y + 1, width - 2, height - 2),
                "opacity": opacities[j],
                "dark": opacities[j] > _DARK,
                "text": Label(center, middle - lift, texts[j], "middle"),
                "note": note,
            }
        )
    return cells
