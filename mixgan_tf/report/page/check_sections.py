"""Parts of the report page: the checks, and how all of it was done.

Each takes an `Evaluation`, `found`, or its `result`, and returns HTML, empty if
nothing is known.
"""

import json
from typing import Any

from markupsafe import Markup

from mixgan_tf.report.page.heat_map import heat_map
from mixgan_tf.report.page.inline_pictures import InlinePicture
from mixgan_tf.report.page.inline_pictures import inline_picture
from mixgan_tf.report.page.inline_pictures import sample_scale
from mixgan_tf.report.page.point_charts import line
from mixgan_tf.report.page.rendering import render
from mixgan_tf.report.scoring.score_model import Evaluation


def game(result: dict[str, Any]) -> Markup:
    """Returns the payoffs of every pair of networks."""
    found = result["diagnostics"].get("game")
    if not found:
        return Markup()
    w, q = found["generator_weights"], found["discriminator_weights"]
    chart = heat_map(
        found["payoff"],
        [f"G{i} (w = {x:.2f})" for i, x in enumerate(w)],
        [f"D{j} (q = {x:.2f})" for j, x in enumerate(q)],
        [[f"{x:.3f}" for x in row] for row in found["payoff"]],
        [[f"± {x:.3f}" for x in row] for row in found["standard_errors"]],
        width=520,
    )
    return render("game.html.jinja", chart=chart, game=found)


def birthday(found: Evaluation) -> Markup:
    """Returns the birthday test with its nearest pairs."""
    test = found.result["diagnostics"].get("birthday")
    if not test:
        return Markup()
    low, high = test["support_interval"]
    return render(
        "birthday.html.jinja",
        test=test,
        support=_large(test["support"]),
        least=_large(low),
        most=_large(high),
        pairs=_inline(found, "pairs"),
    )


def memorization(found: Evaluation) -> Markup:
    """Returns how near samples are to the training images."""
    test = found.result["diagnostics"].get("memorization")
    if not test:
        return Markup()
    return render(
        "memorization.html.jinja",
        test=test,
        median_ratio=_large(test["median_ratio"]),
        nearest_of_all=_inline(found, "nearest_of_all"),
        nearest_of_first=_inline(found, "nearest_of_first"),
    )


def selection(
    found: dict[str, Any] | None, scored_on: dict[str, Any]
) -> Markup:
    """Returns the validation scores of the training, if it was validated.

    Args:
        found: a preset's `"selection"`, or `None`.
        scored_on: the real data of the scores on the page.

    Returns:
        HTML.
    """
    if not found or not found.get("all"):
        return Markup()
    steps = [entry["step"] for entry in found["all"]]
    values = [entry["score"] for entry in found["all"]]
    best = steps.index(found["step"]) if found["step"] in steps else None
    real = (found.get("protocol") or {}).get("real") or {}
    return render(
        "selection.html.jinja",
        chart=line(steps, values, best, "training steps", found["name"]),
        name=found["name"],
        real=real,
        flatters=bool(real) and real["split"] == scored_on.get("split"),
    )


def protocol(result: dict[str, Any]) -> Markup:
    """Returns all that the numbers depend on, and what was left out."""
    return render(
        "protocol.html.jinja",
        command=result["protocol"]["command"],
        skipped=result["skipped"],
        record=json.dumps(result["protocol"], indent=1),
    )


def _inline(found: Evaluation, name: str) -> InlinePicture:
    return inline_picture(found.pictures[name], sample_scale(found.result))


def _large(value: float | None) -> str:
    if value is None:
        return "unbounded"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
