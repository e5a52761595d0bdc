"""The table and the picture of `export.py`."""

from mode_coverage_report import FAINT
from mode_coverage_report import INK
from mode_coverage_report import LARGE
from mode_coverage_report import SMALL
from PIL import Image
from PIL import ImageDraw

GOAL = 1.10
LOW, HIGH = 0.8, 2.4
PALE = "#e4e6ea"
COLOURS = {"T=3": "#e69f00", "T=5": "#2166ac", "T=5, apart": "#b5b9c2"}
TABLE_NOTE = (
    "Processor time (time on the wall) in units of one component exported the "
    "same way; medians of interleaved rounds. *Apart*: the five components in "
    "files of their own, each run on its rows. *Keras export*: one component "
    "as `keras.Model.export` writes it. SavedModels ran with TensorFlow's own "
    "choice of threads, LiteRT on one, at batch 1 with the file for single "
    "samples."
)


def markdown(report):
    """Returns the table: a line for each file, a column for each batch."""
    sizes = batch_sizes(report)
    lines = [
        "| images | format | | " + " | ".join(f"B={n}" for n in sizes) + " |",
        "|---" * (3 + len(sizes)) + "|",
    ]
    names = list(dict.fromkeys(n.rsplit("/", 1)[0] for n in report["cells"]))
    for name in names:
        cells = [report["cells"][f"{name}/{n}"] for n in sizes]
        if name.endswith("/T=1"):
            shown = [f"{c['cpu_milliseconds']:.2f} ms" for c in cells]
        else:
            shown = [
                f"{c['cpu_ratio']:.2f} ({c['wall_ratio']:.2f})" for c in cells
            ]
        lines.append(f"| {' | '.join([*name.split('/'), *shown])} |")
    return "\n".join([*lines, "", TABLE_NOTE, ""])


def batch_sizes(report):
    """Returns the batch sizes, in increasing order."""
    return sorted({int(name.rsplit("/", 1)[1]) for name in report["cells"]})


def draw(report):
    """Returns the picture: a chart for each image size and format."""
    panels = list(
        dict.fromkeys(tuple(n.split("/")[:2]) for n in report["cells"])
    )
    picture = Image.new("RGB", (40 + 370 * len(panels), 400), "white")
    canvas = ImageDraw.Draw(picture)
    for index, (size, form) in enumerate(panels):
        left = 60 + 370 * index
        box = (left, 60, left + 280, 320)
        canvas.text((left, 14), f"{form}, {size}", INK, LARGE)
        _draw_axes(canvas, box, batch_sizes(report))
        for name, colour in COLOURS.items():
            _draw_curve(canvas, box, report, f"{size}/{form}/{name}", colour)
    x = 60
    for name, colour in COLOURS.items():
        canvas.line((x, 378, x + 26, 378), colour, 3)
        canvas.text((x + 34, 378), name, INK, SMALL, anchor="lm")
        x += 90 if "apart" not in name else 130
    note = "processor time of a batch, one component's being 1; dashed: 1.10"
    canvas.text((x + 20, 378), note, FAINT, SMALL, anchor="lm")
    return picture


def _height(box, ratio):
    _, top, _, bottom = box
    part = (min(max(ratio, LOW), HIGH) - LOW) / (HIGH - LOW)
    return bottom - part * (bottom - top)


def _place(box, index, count):
    left, _, right, _ = box
    return left + (index + 0.5) / count * (right - left)


def _draw_axes(canvas, box, sizes):
    left, _, right, bottom = box
    for tenths in range(round(10 * LOW), round(10 * HIGH) + 1, 2):
        y = _height(box, tenths / 10)
        canvas.line((left, y, right, y), FAINT if tenths == 10 else PALE)
        text = f"{tenths / 10:.1f}"
        canvas.text((left - 8, y), text, FAINT, SMALL, anchor="rm")
    y = _height(box, GOAL)
    for x in range(left, right, 10):
        canvas.line((x, y, x + 5, y), "#d64541")
    for index, size in enumerate(sizes):
        x = _place(box, index, len(sizes))
        canvas.text((x, bottom + 8), f"B={size}", FAINT, SMALL, anchor="mt")


def _draw_curve(canvas, box, report, name, colour):
    sizes = batch_sizes(report)
    points = [
        (
            _place(box, index, len(sizes)),
            _height(box, report["cells"][f"{name}/{size}"]["cpu_ratio"]),
        )
        for index, size in enumerate(sizes)
        if f"{name}/{size}" in report["cells"]
    ]
    if points:
        canvas.line(points, colour, 3, joint="curve")
    for x, y in points:
        canvas.ellipse((x - 4, y - 4, x + 4, y + 4), colour)
