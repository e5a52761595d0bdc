"""What benchmarks/mode_coverage.py shows: a table and a picture."""

import statistics
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont

from mixgan_tf.metrics import mode_coverage

LOSSES = {"ns": "non-saturating", "gp": "Wasserstein, gradient penalty"}
TABLE_NOTE = (
    "Columns name generators + discriminators; wide is one GAN with about as "
    "many parameters as 5+5. Means and standard deviations over seeds."
)
# Of the settings, those whose samples are drawn.
PICTURED = {
    "single": "one GAN",
    "wide": "one wider GAN",
    "5+5": "MIX+GAN, 5 + 5",
}
DOTS = 4000
SIDE = 300  # of a panel, in pixels
GAP = 24
HEADING = 58
LARGE = ImageFont.load_default(24)
SMALL = ImageFont.load_default(17)
INK = (40, 44, 52)
FAINT = (112, 118, 130)
SAMPLE = (33, 102, 172)
PALE = (146, 197, 222)
COVERED = (46, 139, 87)
MISSED = (214, 69, 65)


class Scene(NamedTuple):
    """A row of the picture."""

    real: object  # float array (n, 2)
    centers: object  # float array (modes, 2)
    sd: float
    results: dict  # setting -> (samples (n, 2), runs of all seeds)


def markdown(cells):
    """Returns the table, two lines for each row, of cells `row/setting`."""
    rows, settings = (
        list(dict.fromkeys(name.split("/")[part] for name in cells))
        for part in (0, 1)
    )
    lines = [
        "| trained on | | " + " | ".join(settings) + " |",
        "|---" * (len(settings) + 2) + "|",
    ]
    for row in rows:
        shown = [cells[f"{row}/{s}"] for s in settings]
        data, loss, width, _ = row.split("_")
        steps = shown[0]["protocol"]["steps"]
        title = f"{data}, {LOSSES[loss]}, width {width}, {steps:,} steps"
        for key in ("modes", "high_quality"):
            values = [_spread(cell["runs"], key) for cell in shown]
            measure = key.replace("_", " ")
            lines.append(
                f"| {title} | {measure} | " + " | ".join(values) + " |"
            )
            title = ""
    return "\n".join([*lines, "", TABLE_NOTE, ""])


def _spread(runs, key):
    # The mean, and the standard deviation where there are several seeds.
    values = [run[key] for run in runs]
    text = f"{statistics.fmean(values):.2f}"
    return text + (f" ± {statistics.stdev(values):.2f}" if values[1:] else "")


def draw(scenes):
    """Returns the picture, a `PIL.Image.Image`, of a list of `Scene`s."""
    rows = [
        [("real data", scene.real)]
        + [
            (title, scene.results[setting][0])
            for setting, title in PICTURED.items()
            if setting in scene.results
        ]
        for scene in scenes
    ]
    columns = 1 + max(len(row) for row in rows)
    height = SIDE + HEADING + GAP
    picture = Image.new(
        "RGB",
        (columns * (SIDE + GAP) + GAP + 40, len(rows) * height + GAP + 10),
        "white",
    )
    canvas = ImageDraw.Draw(picture)
    for index, (scene, row) in enumerate(zip(scenes, rows, strict=True)):
        top = index * height + GAP // 2
        for column, (title, samples) in enumerate(row):
            left = GAP + column * (SIDE + GAP)
            found = mode_coverage(samples, scene.centers, scene.sd)
            note = f"{found.modes} of {len(scene.centers)} modes, "
            note += f"{found.high_quality:.0%} near one"
            canvas.text((left, top), title, INK, LARGE)
            canvas.text((left, top + 30), note, FAINT, SMALL)
            picture.paste(_scatter(samples, scene), (left, top + HEADING))
        left = GAP + len(row) * (SIDE + GAP)
        _draw_bars(canvas, left, top, scene)
    legend = [
        (COVERED, "a mode with a fifth of its share of samples, or more"),
        (MISSED, "a mode missed"),
        ("white", "The samples are those of the first seed."),
    ]
    _draw_legend(canvas, GAP, picture.height - GAP - 6, legend, hollow=True)
    return picture


def _scatter(samples, scene, scale=3):
    # Drawn large and reduced, so that dots and circles have smooth edges.
    size = scale * SIDE
    limit = 1.3 * np.abs(scene.centers).max()
    radius = scale
    inside = samples[np.abs(samples).max(axis=1) < 0.98 * limit]

    def pixels(points):
        return (1 + points * [1, -1] / limit) * size / 2

    ink = np.zeros((size, size))
    column, row = pixels(inside[:DOTS]).astype(int).T
    for dx in range(-radius, radius + 1):
        for dy in range(-radius, radius + 1):
            if dx * dx + dy * dy <= radius * radius:
                np.add.at(ink, (row + dy, column + dx), 0.4)
    opacity = 1 - np.exp(-ink[..., None])
    image = Image.fromarray(
        np.uint8(255 + opacity * (np.array(SAMPLE) - 255.0))
    )
    canvas = ImageDraw.Draw(image)
    ring = scale * (9 if len(scene.centers) < 10 else 7)
    share = 0.2 / len(scene.centers)
    for center, (x, y) in zip(
        scene.centers, pixels(scene.centers), strict=True
    ):
        covered = mode_coverage(samples, [center], scene.sd, share=share).modes
        canvas.ellipse(
            (x - ring, y - ring, x + ring, y + ring),
            outline=COVERED if covered else MISSED,
            width=2 * scale,
        )
    canvas.rectangle((0, 0, size - 1, size - 1), outline=FAINT, width=scale)
    return image.resize((SIDE, SIDE), Image.LANCZOS)


def _draw_bars(canvas, left, top, scene):
    num_modes = len(scene.centers)
    runs = [runs for _, runs in scene.results.values()]
    count = len(runs[0])
    title = f"mean of {count} seeds" if count > 1 else "the one seed"
    canvas.text((left, top), title, INK, LARGE)
    legend = [(SAMPLE, f"modes of {num_modes}"), (PALE, "samples near one")]
    _draw_legend(canvas, left, top + 30, legend)
    start, full = left + 62, SIDE - 62
    pitch = SIDE // max(len(runs), 4)
    for index, (setting, (_, runs)) in enumerate(scene.results.items()):
        middle = top + HEADING + index * pitch + pitch // 2
        canvas.text((left, middle), setting, INK, SMALL, anchor="lm")
        modes, near = (
            statistics.fmean(run[key] for run in runs)
            for key in ("modes", "high_quality")
        )
        for y, part, text, colour in (
            (middle - 18, modes / num_modes, f"{modes:.1f}", SAMPLE),
            (middle + 1, near, f"{near:.0%}", PALE),
        ):
            end = start + round(full * part)
            canvas.rectangle((start, y, end, y + 16), fill=colour)
            canvas.text((end + 6, y + 8), text, FAINT, SMALL, anchor="lm")


def _draw_legend(canvas, left, top, entries, hollow=False):
    for colour, text in entries:
        box = (left, top + 4, left + 13, top + 17)
        if hollow:
            canvas.ellipse(box, outline=colour, width=2)
        else:
            canvas.rectangle(box, fill=colour)
        canvas.text((left + 19, top), text, FAINT, SMALL)
        left += 45 + int(canvas.textlength(text, SMALL))
