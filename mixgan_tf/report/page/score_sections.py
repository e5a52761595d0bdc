"""Parts of the report page: what a model makes, and how good it is.

Each takes an `Evaluation`, `found`, or its `result`, and returns HTML, empty if
nothing is known.
"""

from typing import Any

from markupsafe import Markup

from mixgan_tf.report.formatting import with_spread
from mixgan_tf.report.formatting import wording_of
from mixgan_tf.report.page.bar_charts import bars
from mixgan_tf.report.page.bar_charts import columns
from mixgan_tf.report.page.heat_map import heat_map
from mixgan_tf.report.page.inline_pictures import inline_picture
from mixgan_tf.report.page.point_charts import line
from mixgan_tf.report.page.point_charts import scatter
from mixgan_tf.report.page.rendering import render
from mixgan_tf.report.scoring.real_data import centers_and_sd
from mixgan_tf.report.scoring.score_model import Evaluation

_MOST_COLUMNS = 20


def samples(found: Evaluation) -> Markup:
    """Returns what every component makes."""
    names = _generators(found.result)
    if found.points is not None:
        centers, _ = centers_and_sd(found.result["protocol"]["data"]["name"])
        chart = scatter(found.points, centers)
        return render("points.html.jinja", chart=chart, names=names)
    return render(
        "samples.html.jinja",
        names=names,
        picture=inline_picture(found.pictures["samples"], 3),
        num_classes=found.result["model"]["num_classes"],
    )


def scores(result: dict[str, Any]) -> Markup:
    """Returns the table of scores: mean ± standard deviation over seeds."""
    mixture = result["mixture"]["scores"]
    if not mixture:
        return Markup()
    parts = [part["scores"] for part in result["components"]]
    rows = []
    for name in mixture:
        wording = wording_of(name)
        cells = [
            with_spread(subject[name]["mean"], subject[name]["sd"])
            for subject in (mixture, *parts)
        ]
        rows.append(
            {
                "name": name,
                "label": wording.label[:1].upper() + wording.label[1:],
                "arrow": wording.arrow,
                "meaning": wording.meaning,
                "cells": cells,
            }
        )
    extractor = result["protocol"]["extractor"]
    return render(
        "scores.html.jinja",
        heads=["mixture", *_generators(result)] if parts else ["model"],
        rows=rows,
        num_seeds=len(result["protocol"]["samples"]["seeds"]),
        extractor=extractor["name"] if extractor else None,
    )


def weights(result: dict[str, Any]) -> Markup:
    """Returns the mixture weights and how many components they are worth."""
    found = result["model"]["generator_weights"]
    if len(found) == 1:
        return Markup()
    names = _generators(result)
    effective = result["diagnostics"]["effective_components"]
    of_classes = isinstance(found[0], list)
    if of_classes:
        classes = [str(c) for c in range(len(found[0]))]
        texts = [[f"{w:.2f}" for w in row] for row in found]
        chart = heat_map(found, names, classes, texts, width=480)
        worth = f"{min(effective):.2f} to {max(effective):.2f}"
    else:
        words = [f"{w:.3f}" for w in found]
        chart = bars(found, names, words, 1 / len(found), "equal weights")
        worth = f"{effective:.2f}"
    return render(
        "weights.html.jinja",
        chart=chart,
        of_classes=of_classes,
        worth=worth,
        num=len(found),
    )


def distances(result: dict[str, Any]) -> Markup:
    """Returns how far the components are from each other."""
    found = result["diagnostics"].get("components")
    if not found:
        return Markup()
    names = _generators(result)
    texts = [[f"{x:.3g}" for x in row] for row in found["distances"]]
    return render(
        "distances.html.jinja",
        chart=heat_map(found["distances"], names, names, texts, width=480),
        of_points=result["protocol"]["extractor"] is None,
        num=found["num"],
        noise=max(abs(x) for x in found["noise"]),
    )


def classes(result: dict[str, Any]) -> Markup:
    """Returns how often each class is made, by the classifier's word."""
    found = result["mixture"].get("class_frequencies")
    if not found:
        return Markup()
    if len(found) > _MOST_COLUMNS:
        ordered = sorted(found, reverse=True)
        numbers = list(range(1, len(ordered) + 1))
        names = "classes, the most frequent first", "share of samples"
        chart = line(numbers, ordered, None, *names)
        return render("many_classes.html.jinja", chart=chart)
    labels = [str(c) for c in range(len(found))]
    real = result["mixture"].get("real_class_frequencies")
    parts = [part["class_frequencies"] for part in result["components"]]
    texts = [[f"{100 * x:.0f}" for x in row] for row in parts]
    of_each = None
    if parts:
        rows = _generators(result)
        of_each = heat_map(parts, rows, labels, texts, lowest=0, width=480)
    return render(
        "classes.html.jinja",
        chart=columns(found, labels, real, "samples", "real images"),
        of_each=of_each,
        num_classes=result["model"]["num_classes"],
    )


def _generators(result: dict[str, Any]) -> list[str]:
    return [f"G{i}" for i in range(result["model"]["num_generators"])]
