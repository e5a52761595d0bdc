"""Parts of the report page: the checks, and how all of it was done.

Each returns HTML, empty if nothing is known.
"""

import html
import json

from mixgan_tf.report.page import charts
from mixgan_tf.report.page.elements import facts
from mixgan_tf.report.page.elements import figure
from mixgan_tf.report.page.elements import note
from mixgan_tf.report.page.elements import scale_of
from mixgan_tf.report.page.elements import section


def game(result):
    """Returns the payoffs of every pair of networks."""
    found = result["diagnostics"].get("game")
    if not found:
        return ""
    w, q = found["generator_weights"], found["discriminator_weights"]
    picture = charts.heat_map(
        found["payoff"],
        [f"G{i} (w = {x:.2f})" for i, x in enumerate(w)],
        [f"D{j} (q = {x:.2f})" for j, x in enumerate(q)],
        [[f"{x:.3f}" for x in row] for row in found["payoff"]],
        [[f"± {x:.3f}" for x in row] for row in found["standard_errors"]],
        width=520,
    )
    payoff = found["mixture_payoff"]
    strategies = (
        "generators "
        + ", ".join(f"{x:.2f}" for x in found["generator_equilibrium"])
        + "; discriminators "
        + ", ".join(f"{x:.2f}" for x in found["discriminator_equilibrium"])
    )
    known = {
        "learned weights": f"{payoff['value']:.4f} ± "
        f"{payoff['standard_error']:.4f}",
        "value of the game": f"{found['value']:.4f} (off by at most "
        f"{found['margin']:.4f}, 95 %)",
        "exploitability": f"{found['exploitability']:.4f} (off by at most "
        f"{2 * found['margin']:.4f}, 95 %)",
        "equilibrium": strategies,
    }
    explanation = (
        note(
            "What each discriminator earns against each generator, ± standard "
            f"error, on {found['num']:,} held-out samples "
            f"({html.escape(found['objective'])}). Generators want it small; "
            "w and q are the learned weights."
        )
        + facts(known)
        + note(
            "Exploitability is what the learned weights lose to the best "
            "single components: new networks might exploit more."
        )
    )
    return section(
        "The game between the networks",
        f'<div class="inner top">{picture}<div>{explanation}</div></div>',
    )


def birthday(found):
    """Returns the birthday test with its nearest pairs."""
    test = found.result["diagnostics"].get("birthday")
    if not test:
        return ""
    low, high = test["support_interval"]
    known = {
        "batches with a duplicate": f"{test['duplicate_rate']:.2f} of "
        f"{test['num_batches']} batches of {test['batch_size']} "
        f"(95 %: {test['rate_interval'][0]:.2f} to "
        f"{test['rate_interval'][1]:.2f})",
        "support, if uniform": f"{_large(test['support'])} "
        f"(95 %: {_large(low)} to {_large(high)})",
        "threshold": f"distance {test['threshold']:.3g}, which a batch of real "
        f"images reaches with probability {test['false_alarm']:g}",
    }
    return section(
        "Birthday test",
        facts(known),
        figure(
            found.pictures["pairs"],
            "The nearest pair of each of some batches, one above the other, "
            "nearest first. Only eyes tell whether they are duplicates.",
            scale_of(found.result),
        ),
        note(
            f"A rate near {test['false_alarm']:g} is what real images have: no "
            "sign of a small support."
        ),
    )


def memorization(found):
    """Returns how near samples are to the training images."""
    test = found.result["diagnostics"].get("memorization")
    if not test:
        return ""
    known = {
        "nearer to the training data than new data": f"{test['nearer']:.3f} "
        f"of pairs (0.5 without copies; z = {test['z']:.1f})",
        "nearer than 99 % of new data": f"{test['very_near']:.4f} of samples "
        "(0.01 without copies)",
        "median distance over that of new data": _large(test["median_ratio"]),
        "compared": f"{test['num_samples']:,} samples, {test['num_heldout']:,} "
        f"images not trained on, {test['num_train']:,} training images",
    }
    return section(
        "Nearest training images",
        facts(known),
        '<div class="side">'
        + figure(
            found.pictures["nearest_of_all"],
            "The samples nearest to any training image (left), and what they "
            "are nearest to.",
            scale_of(found.result),
        )
        + figure(
            found.pictures["nearest_of_first"],
            "The first samples, not selected, likewise.",
            scale_of(found.result),
        )
        + "</div>",
        note(
            "Samples of poor quality are far from everything: a small share "
            "alone does not rule copies out."
        ),
    )


def selection(found, scored_on):
    """Returns the validation scores of the training, if it was validated.

    Args:
        found: a preset's `"selection"`, or `None`.
        scored_on: the real data of the scores above.

    Returns:
        HTML.
    """
    if not found or not found.get("all"):
        return ""
    steps = [entry["step"] for entry in found["all"]]
    values = [entry["score"] for entry in found["all"]]
    best = steps.index(found["step"]) if found["step"] in steps else None
    real = (found.get("protocol") or {}).get("real") or {}
    where, warning = "validation data", ""
    if real:
        where = f"{real['num']:,} images of {real['name']} {real['split']}"
        if real["split"] == scored_on.get("split"):
            warning = (
                " <b>The scores above are of the same split: they flatter.</b>"
            )
    return section(
        "Choice of the weights",
        charts.line(steps, values, best, "training steps", found["name"]),
        note(
            f"{html.escape(found['name'])} on {html.escape(where)}, while "
            f"training; the weights of the circled step were kept.{warning}"
        ),
    )


def protocol(result):
    """Returns all that the numbers depend on, and what was left out."""
    record = result["protocol"]
    skipped = "".join(
        f"<p><b>{html.escape(name)}</b> is left out: {html.escape(why)}.</p>"
        for name, why in result["skipped"].items()
    )
    text = html.escape(json.dumps(record, indent=1))
    return section(
        "Protocol",
        "<p>Scores compare only if their protocols agree.</p>",
        f"<pre>{html.escape(record['command'])}</pre>",
        skipped and f"<h3>Left out</h3>{skipped}",
        f"<details><summary>Everything the numbers depend on</summary>"
        f"<pre>{text}</pre></details>",
    )


def _large(value):
    if value is None:
        return "unbounded"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
