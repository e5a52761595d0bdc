"""The tables of benchmarks/fair_capacity.py."""

import statistics

SCORES = ("frechet@mnist", "precision@mnist", "recall@mnist")
HEADINGS = {
    "equal_steps": "After equal steps",
    "equal_time": "After equal time",
}


def markdown(found):
    """Returns two tables, of equal steps and of equal time."""
    runs = list(found["runs"].values())
    settings = list(dict.fromkeys(r["protocol"]["setting"] for r in runs))
    parts = []
    for moment, heading in HEADINGS.items():
        lines = [
            f"## {heading}",
            "",
            "| generators x discriminators | weights trained | step | steps "
            "| frechet@mnist ↓ | precision ↑ | recall ↑ |",
            "|---" * 7 + "|",
        ]
        for setting in settings:
            chosen = [r for r in runs if r["protocol"]["setting"] == setting]
            cells = [
                spread([r[moment][score] for r in chosen]) for score in SCORES
            ]
            steps = chosen[0]["protocol"][moment]
            relative = found["step_ms"][setting] / found["step_ms"][settings[0]]
            name = setting
            if setting == "wide":
                name = f"1x1 of width {found['wide_width']}"
            lines.append(
                f"| {name} | {found['parameters'][setting]:,} "
                f"| {relative:.2f} | {steps:,} | {' | '.join(cells)} |"
            )
        parts.append("\n".join(lines))
    seeds = len({r["protocol"]["seed"] for r in runs})
    commits = ", ".join(sorted({str(r["commit"])[:12] for r in runs}))
    parts.append(
        f"Means ± standard deviations over {seeds} seeds of training; a step's "
        "time in units of the first row's. 10,000 samples against the 10,000 "
        "test images, features of the extractor `mnist`; precision and recall "
        f"(k = 3) of 5,000. At commit {commits}."
    )
    return "\n\n".join(parts) + "\n"


def spread(values):
    """Returns mean and standard deviation, like "0.45 ± 0.03"."""
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values):.3f}"
