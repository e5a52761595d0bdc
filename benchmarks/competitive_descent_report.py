"""The table and the picture of `competitive_descent.py`."""

import statistics
from typing import NamedTuple

import numpy as np
from mode_coverage_report import FAINT
from mode_coverage_report import INK
from mode_coverage_report import LARGE
from mode_coverage_report import SMALL
from PIL import Image
from PIL import ImageDraw

import mixgan_tf as mg

CENTERS = mg.data.ring_centers()
PALE = "#e4e6ea"
TABLE_NOTE = (
    "Means and standard deviations over seeds. Derivatives: gradients of both "
    "players, and products with the mixed second derivatives. Bold: the best "
    "rate by high quality, of short and of long runs."
)


class Rule(NamedTuple):
    """How both players step."""

    title: str
    optimizer: str
    max_iterations: int  # of a solve; 0: simultaneous steps
    rates: tuple
    colour: str


RULES = {
    "gd": Rule("simultaneous", "CGD", 0, (0.003, 0.01, 0.03, 0.1), "#d64541"),
    "cgd": Rule("CGD", "CGD", 5, (0.1,), "#2e8b57"),
    "adaptive": Rule(
        "simultaneous, adaptive", "ACGD", 0, (0.001, 0.003, 0.01), "#e69f00"
    ),
    "acgd": Rule("ACGD", "ACGD", 5, (0.01,), "#2166ac"),
}


def ending(cell, key):
    """Returns each seed's mean over the last three evaluations."""
    return [np.mean(run[key][-3:]) for run in cell["runs"]]


def markdown(report):
    """Returns the table, a line for each cell; the best rates are bold."""
    lines = [
        "| step | rate | steps | derivatives | ms a step | modes "
        "| high quality | payoff at the end |",
        "|---" * 8 + "|",
    ]
    for name, cell in report["cells"].items():
        rate = f"{cell['rate']:g}"
        if name in {*report["best"].values(), *report["best_longer"].values()}:
            rate = f"**{rate}**"
        lines.append(
            f"| {RULES[cell['rule']].title} | {rate} | {cell['steps']:,} "
            f"| {cell['derivatives']:,.0f} | {cell['milliseconds']:.1f} | "
            + " | ".join(
                _spread(ending(cell, key))
                for key in ("modes", "high_quality", "payoff")
            )
            + " |"
        )
    return "\n".join([*lines, "", TABLE_NOTE, ""])


def _spread(values):
    # Where the payoff overflowed, how many seeds did.
    finite = [v for v in values if np.isfinite(v)]
    if lost := len(values) - len(finite):
        return f"not finite in {lost} of {len(values)}"
    text = f"{statistics.fmean(finite):.2f}"
    return text + (f" ± {statistics.stdev(finite):.2f}" if finite[1:] else "")


def draw(report):
    """Returns the picture: three charts, and the first seed's samples."""
    cells, steps = report["cells"], report["protocol"]["steps"]
    short, longer = (
        {rule: cells[name] for rule, name in report[which].items()}
        for which in ("best", "best_longer")
    )
    picture = Image.new("RGB", (1480, 830), "white")
    canvas = ImageDraw.Draw(picture)
    for index, (key, title, shown, unit, end, low, high) in enumerate(
        (
            (
                "payoff",
                "payoff (0 at a solution)",
                short,
                "steps",
                steps,
                -5,
                25,
            ),
            (
                "high_quality",
                "samples near a mode",
                short,
                "steps",
                steps,
                0,
                1,
            ),
            (
                "high_quality",
                "the same, by derivatives",
                longer,
                "derivatives",
                max(cell["derivatives"] for cell in longer.values()),
                0,
                1,
            ),
        )
    ):
        left = 60 + 490 * index
        box = (left, 50, left + 420, 400)
        canvas.text((left, 12), title, INK, LARGE)
        _draw_axes(canvas, box, low, high, f"{end:,.0f} {unit}")
        for rule, cell in shown.items():
            width = cell[unit] / end * (box[2] - left)
            for run in cell["runs"]:
                finite = np.isfinite(run["payoff"])
                values = np.where(finite, run[key], np.nan)
                values = (np.clip(values, low, high) - low) / (high - low)
                _draw_curve(canvas, box, width, values, RULES[rule].colour)
    panels = [*short.items(), ("adaptive", longer["adaptive"])]
    for column, (rule, cell) in enumerate(panels):
        left = 30 + 288 * column
        title, colour = RULES[rule].title, RULES[rule].colour
        canvas.text((left, 458), title, colour, LARGE)
        near, modes = (
            statistics.fmean(ending(cell, key))
            for key in ("high_quality", "modes")
        )
        note = f"{cell['steps']:,} steps: {modes:.1f} modes, {near:.0%} near"
        canvas.text((left, 490), note, FAINT, SMALL)
        picture.paste(_scatter(cell["samples"], colour), (left, 520))
    note = (
        "A curve for each seed, at the best rate of each rule; a cross where "
    )
    note += "it overflowed. Samples of the first seed at the end."
    canvas.text((30, 796), note, FAINT, SMALL)
    return picture


def _draw_axes(canvas, box, low, high, end):
    left, top, right, bottom = box
    for part in (0, 0.2, 0.4, 0.6, 0.8, 1):
        y = bottom - part * (bottom - top)
        canvas.line((left, y, right, y), PALE)
        text = f"{low + part * (high - low):g}"
        canvas.text((left - 8, y), text, FAINT, SMALL, anchor="rm")
    for part, text in ((0, "0"), (1, end)):
        x = left + part * (right - left)
        anchor = "rt" if part else "lt"
        canvas.text((x, bottom + 8), text, FAINT, SMALL, anchor=anchor)


def _draw_curve(canvas, box, width, values, colour):
    left, top, _, bottom = box
    points = [
        (
            left + (index + 1) / len(values) * width,
            bottom - value * (bottom - top),
        )
        for index, value in enumerate(values)
        if np.isfinite(value)
    ]
    canvas.line(points, colour, 2, joint="curve")
    if len(points) < len(values):  # where it overflowed
        x, y = points[-1] if points else (left, bottom)
        canvas.line((x - 6, y - 6, x + 6, y + 6), colour, 3)
        canvas.line((x - 6, y + 6, x + 6, y - 6), colour, 3)


def _scatter(samples, colour, side=260, scale=3):
    # Drawn large and reduced, so that dots have smooth edges.
    size, limit = scale * side, 3.0
    image = Image.new("RGB", (size, size), "white")
    canvas = ImageDraw.Draw(image)
    for points, radius, ink in ((CENTERS, 27, PALE), (samples, 3, colour)):
        places = (1 + points * [1, -1] / limit) * size / 2
        for x, y in places[np.isfinite(places).all(axis=1)][:2000]:
            canvas.ellipse(
                (x - radius, y - radius, x + radius, y + radius), ink
            )
    canvas.rectangle((0, 0, size - 1, size - 1), outline=FAINT, width=scale)
    return image.resize((side, side), Image.LANCZOS)
