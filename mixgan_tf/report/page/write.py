"""Writing an evaluation: scores.json, and report.html for people.

The page is one file: its style sheet, charts and pictures are inside, and it
loads nothing.
"""

import html
import json
import pathlib

from mixgan_tf import files
from mixgan_tf.report.formatting import short_protocol
from mixgan_tf.report.page import check_sections
from mixgan_tf.report.page import score_sections
from mixgan_tf.report.page.elements import pair
from mixgan_tf.report.page.style import CSS

PAGE = "report.html"


def write(found, path, metadata=None):
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


def page_of(found, metadata=None):
    """Returns the page that shows an evaluation.

    Args:
        found: an `Evaluation`.
        metadata: see `write`.

    Returns:
        The text of one self-contained HTML file.
    """
    result, metadata = found.result, metadata or {}
    model, protocol = result["model"], result["protocol"]
    title = html.escape(model["name"])
    facts = "".join(f"<span>{html.escape(f)}</span>" for f in _facts(model))
    words = html.escape(
        f"{short_protocol(protocol)}. mixgan-tf "
        f"{protocol['versions']['mixgan_tf']}"
    )
    body = [
        f"<h1>{title}</h1>",
        f'<p class="soft lead">Scored on {words}.</p>',
        f'<div class="facts">{facts}</div>',
        score_sections.samples(found),
        score_sections.scores(result),
        pair(score_sections.weights(result), score_sections.distances(result)),
        score_sections.classes(result),
        check_sections.game(result),
        check_sections.birthday(found),
        check_sections.memorization(found),
        check_sections.selection(metadata.get("selection"), protocol["data"]),
        check_sections.protocol(result),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}: scores</title>\n<style>{CSS}</style>\n</head>\n"
        f"<body><main>\n{chr(10).join(filter(None, body))}\n</main></body>\n"
        "</html>\n"
    )


def _facts(model):
    shape = "x".join(str(n) for n in model["sample_shape"])
    each = model["generator_parameters"] // model["num_generators"]
    plural = "s" * (model["num_generators"] > 1)
    yield f"{model['num_generators']} generator{plural}"
    yield f"{each:,} parameters each"
    points = len(model["sample_shape"]) == 1
    yield "points of the plane" if points else f"samples {shape}"
    if model["num_classes"]:
        yield f"{model['num_classes']} classes"
    yield f"{model['train_steps']:,} training steps"
