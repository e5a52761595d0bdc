"""Scoring a model by a stated protocol, and the page that shows the results.

    from mixgan_tf import report

    protocol = report.Protocol("mnist", training_split="train")
    found = report.evaluate(gan, protocol)
    report.write(found, "scores.json")  # and report.html beside it

`mixgan evaluate` does this. `formatting`, which puts scores into words, works
without TensorFlow, so that `mixgan zoo list` answers at once.
"""

import importlib
from typing import Any

_HOMES = {
    "Evaluation": "scoring.score_model",
    "Protocol": "scoring.protocol",
    "evaluate": "scoring.score_model",
    "write": "page.write",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        home = importlib.import_module(f"mixgan_tf.report.{_HOMES[name]}")
        return getattr(home, name)
    raise AttributeError(f"module 'mixgan_tf.report' has no attribute {name!r}")
