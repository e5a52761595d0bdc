"""Writing an evaluation: scores.json, and report.html for people.

The page is one file: its style sheet, charts and pictures are inside, and it
loads nothing.
"""

import json
import os
import pathlib
from typing import Any

from mixgan_tf import files
from mixgan_tf.report.formatting import short_protocol
from mixgan_tf.report.page import check_sections
from mixgan_tf.report.page import score_sections
from mixgan_tf.report.page.rendering import render
from mixgan_tf.report.page.rendering import style
from mixgan_tf.report.scoring.score_model import Evaluation

PAGE = "report.html"


def write(
    found: Evaluation,
    path: str | os.PathLike[str],
    metadata: dict[str, Any] | None = None,
) -> tuple[pathlib.Path, pathlib.Path]:
    """Writes an evaluation's result, and its page beside it.

    Both files are written whole, or neither is.

    Args:
        found: an `Evaluation`.
        path: the JSON file to write. The page is `report.html` beside it.
        metadata: dict of what else is known of the model, such as a preset's
            metadata; its `"selection"` is drawn.

    Returns:
        A tuple of both paths.

    Raises:
        ValueError: if `path` is a folder.
        OSError: if the files cannot be written.

    Example:
    ```python
    report.write(report.evaluate(gan, protocol), "runs/scores.json")
    ```
    """
    path = pathlib.Path(path)
    place = path.with_name(PAGE)
    for file in (path, place):
        if file.is_dir():
            raise ValueError(
                f"A file is to be written, and {file} is a folder. "
                f"Received: {path}"
            )
    text = json.dumps(found.result, indent=1, allow_nan=False) + "\n"
    page = page_of(found, metadata)
    with files.atomic_file(path) as scores, files.atomic_file(place) as shown:
        scores.write_text(text, encoding="utf-8")
        shown.write_text(page, encoding="utf-8")
    return path, place


def page_of(found: Evaluation, metadata: dict[str, Any] | None = None) -> str:
    """Returns the page that shows an evaluation.

    Args:
        found: an `Evaluation`.
        metadata: see `write`.

    Returns:
        The text of one self-contained HTML file.
    """
    result, metadata = found.result, metadata or {}
    model, protocol = result["model"], result["protocol"]
    shape = model["sample_shape"]
    selection = metadata.get("selection")
    return render(
        "page.html.jinja",
        style=style(),
        model=model,
        parameters=model["generator_parameters"] // model["num_generators"],
        of_points=len(shape) == 1,
        shape="x".join(map(str, shape)),
        protocol=short_protocol(protocol),
        version=protocol["versions"]["mixgan_tf"],
        samples=score_sections.samples(found),
        scores=score_sections.scores(result),
        weights=score_sections.weights(result),
        distances=score_sections.distances(result),
        classes=score_sections.classes(result),
        game=check_sections.game(result),
        birthday=check_sections.birthday(found),
        memorization=check_sections.memorization(found),
        selection=check_sections.selection(selection, protocol["data"]),
        how=check_sections.protocol(result),
    )
