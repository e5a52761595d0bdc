"""Parts of the report page: what a model makes, and how good it is.

Each returns HTML, empty if nothing is known.
"""

import html

from mixgan_tf.report.formatting import with_spread
from mixgan_tf.report.formatting import wording_of
from mixgan_tf.report.page import charts
from mixgan_tf.report.page.elements import generators
from mixgan_tf.report.page.elements import image
from mixgan_tf.report.page.elements import note
from mixgan_tf.report.page.elements import section

_ARROWS = {"higher": "↑", "lower": "↓", "": ""}


def samples(found):
    """Returns what every component makes."""
    names = generators(found.result)
    if found.points is not None:
        from mixgan_tf.report.scoring.real_data import centers_and_sd

        centers, _ = centers_and_sd(found.result["protocol"]["data"]["name"])
        picture = charts.scatter(found.points, centers)
        words = "Rings are the modes of the data."
        if len(names) > 1:
            words += " Each generator has a colour of its own:"
        legend = "".join(
            f'<span class="swatch s{i % 6}">{name}</span>'
            for i, name in enumerate(names)
            if len(names) > 1
        )
        return section("Samples", picture, note(f"{words} {legend}"))
    labels = "".join(f"<span>{name}</span>" for name in names)
    words = "Not selected"
    if len(names) > 1:
        words += "; the latents are the same for every generator"
    if found.result["model"]["num_classes"]:
        words += ", the class along a column"
    return section(
        "Samples",
        f'<div class="rows"><div class="names">{labels}</div>'
        f"{image(found.pictures['samples'], 3)}</div>",
        note(f"{words}."),
    )


def scores(result):
    """Returns the table of scores: mean ± standard deviation over seeds."""
    mixture = result["mixture"]["scores"]
    if not mixture:
        return ""
    parts = [part["scores"] for part in result["components"]]
    heads = ["mixture", *generators(result)] if parts else ["model"]
    head = "".join(f"<th>{name}</th>" for name in heads)
    rows = []
    for name in mixture:
        wording = wording_of(name)
        arrow = _ARROWS[wording.better]
        cells = "".join(
            f'<td class="{"first" if index == 0 else ""}">'
            f"{with_spread(entry[name]['mean'], entry[name]['sd'])}</td>"
            for index, entry in enumerate([mixture, *parts])
        )
        rows.append(
            f'<tr><td>{_capital(wording.label)} <span class="arrow">{arrow}'
            f"</span><small>{html.escape(wording.meaning)}<br>"
            f"<code>{html.escape(name)}</code></small></td>{cells}</tr>"
        )
    seeds = result["protocol"]["samples"]["seeds"]
    spread = (
        f"Mean ± standard deviation over {len(seeds)} seeds of the samples"
        if len(seeds) > 1
        else "One seed: no spread is known"
    )
    return section(
        "Scores",
        f'<div class="wide"><table><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>",
        note(
            f"{spread}. ↑ higher is better, ↓ lower is better. "
            f"{_honesty(result)}"
        ),
    )


def weights(result):
    """Returns the mixture weights and how many components they are worth."""
    found = result["model"]["generator_weights"]
    names = generators(result)
    if len(found) == 1:
        return ""
    effective = result["diagnostics"]["effective_components"]
    if isinstance(found[0], list):
        picture = charts.heat_map(
            found,
            names,
            [str(c) for c in range(len(found[0]))],
            [[f"{w:.2f}" for w in row] for row in found],
            width=480,
        )
        worth = f"{min(effective):.2f} to {max(effective):.2f}"
        words = "A column for each class. "
    else:
        picture = charts.bars(
            found,
            names,
            [f"{w:.3f}" for w in found],
            1 / len(found),
            "equal weights",
        )
        worth, words = f"{effective:.2f}", ""
    return section(
        "Mixture weights",
        picture,
        note(
            f"{words}Worth {worth} equal components of {len(found)} (exp of "
            "the weights' entropy)."
        ),
    )


def distances(result):
    """Returns how far the components are from each other."""
    found = result["diagnostics"].get("components")
    if not found:
        return ""
    names = generators(result)
    texts = [[f"{x:.3g}" for x in row] for row in found["distances"]]
    points = result["protocol"]["extractor"] is None
    what = "points" if points else "features"
    return section(
        "Distances between components",
        charts.heat_map(found["distances"], names, names, texts, width=480),
        note(
            f"Energy distance of {what}, {found['num']:,} samples of each. By "
            "chance alone, between halves of one component's samples: up to "
            f"{max(abs(x) for x in found['noise']):.2g}."
        ),
    )


def classes(result):
    """Returns how often each class is made, by the classifier's word."""
    mixture = result["mixture"]
    found = mixture.get("class_frequencies")
    if not found:
        return ""
    if len(found) > 20:
        ordered = sorted(found, reverse=True)
        numbers = list(range(1, len(ordered) + 1))
        picture = charts.line(
            numbers,
            ordered,
            None,
            "classes, the most frequent first",
            "share of samples",
        )
        return section("Classes", picture)
    labels = [str(c) for c in range(len(found))]
    real = mixture.get("real_class_frequencies")
    content = charts.columns(found, labels, real, "samples", "real images")
    parts = [part["class_frequencies"] for part in result["components"]]
    if parts:
        texts = [[f"{100 * x:.0f}" for x in row] for row in parts]
        each = charts.heat_map(
            parts, generators(result), labels, texts, lowest=0, width=480
        )
        content = (
            f'<div class="inner"><div>{content}</div><div>{each}'
            f"{note('Of each generator, in percent.')}</div></div>"
        )
    words = "By the classifier's word."
    if result["model"]["num_classes"]:
        words += " The model was asked for all classes equally often."
    return section("Classes", content, note(words))


def _honesty(result):
    extractor = result["protocol"]["extractor"]
    if extractor is None:
        return ""
    if extractor["name"] == "inception":
        return "Inception's features."
    return (
        f"Features and classes are those of a small classifier, "
        f"<code>{html.escape(extractor['name'])}</code>: none of these is an "
        "Inception Score, FID or KID."
    )


def _capital(text):
    return html.escape(text[:1].upper() + text[1:])
