"""What a card says: the facts of a preset that its templates put in words.

Each function takes a preset's metadata.json, a dict. What is not known is
`None` or empty; the templates then leave out or reword what would say it.
"""

import math
from typing import Any

from mixgan_tf.report.formatting import short_protocol
from mixgan_tf.report.formatting import with_spread
from mixgan_tf.report.formatting import wording_of

_POINTS = ("ring", "grid")
_CHECKS = ("memorization", "birthday", "components", "game")
# What the card says of a network in other words.
_SAID = ("class_name", "latent_dim")


def data(metadata: dict[str, Any]) -> dict[str, Any]:
    """Returns what a preset was trained on, and so what it makes."""
    trained_on = metadata.get("dataset") or {}
    name = trained_on.get("name", "its training data")
    return {
        "name": name,
        "split": trained_on.get("split"),
        "of_points": name in _POINTS,
        "shape": "x".join(map(str, metadata["sample_shape"])),
        "num_classes": metadata.get("num_classes"),
    }


def networks(metadata: dict[str, Any]) -> dict[str, Any]:
    """Returns what the networks are, what mixes them, and their game."""
    recipe = metadata.get("recipe") or {}
    num, weights = metadata["num_generators"], metadata["generator_weights"]
    worth = None
    if num > 1 and not isinstance(weights[0], list):
        worth = math.exp(-sum(w * math.log(w) for w in weights if w > 0))
    return {
        "generator": _network(recipe.get("generator")),
        "parameters": metadata["generator_parameters"] // num,
        "discriminator": _network(recipe.get("discriminator")),
        "worth": worth,  # None where each class has its own weights
        "game": _game(recipe) if recipe else None,
    }


def training(metadata: dict[str, Any]) -> dict[str, Any]:
    """Returns how the preset was trained and its weights were chosen."""
    chosen = metadata.get("selection")
    if chosen and chosen.get("step") is None:
        chosen = None
    return {
        "command": metadata.get("command"),
        "commit": metadata.get("commit"),
        "chosen": chosen,
        "chosen_on": _chosen_on(metadata),
    }


def scores(metadata: dict[str, Any]) -> dict[str, Any] | None:
    """Returns the table of scores and its protocol, or `None` without any."""
    entry = metadata.get("scores")
    if not entry:
        return None
    subjects = [entry["mixture"], *entry["components"]]
    heads = ["mixture", *(f"G{i}" for i in range(len(subjects) - 1))]
    rows = []
    for name in entry["mixture"]:
        cells = [
            with_spread(subject[name]["mean"], subject[name]["sd"])
            for subject in subjects
        ]
        arrow = wording_of(name).arrow
        rows.append({"name": name, "arrow": arrow, "cells": cells})
    protocol = entry["protocol"]
    return {
        "heads": heads if len(subjects) > 1 else ["score"],
        "rows": rows,
        "num_seeds": len(protocol["samples"]["seeds"]),
        "short_protocol": short_protocol(protocol),
        "data_version": protocol["data"].get("version"),
        "pixels": protocol.get("pixels"),
        "extractor": protocol.get("extractor"),
        "versions": protocol["versions"],
        "commit": protocol.get("commit"),
        "command": protocol["command"],
    }


def checks(metadata: dict[str, Any]) -> dict[str, Any]:
    """Returns what was found besides the scores; empty if nothing was."""
    found = (metadata.get("scores") or {}).get("diagnostics") or {}
    known = {name: found.get(name) for name in _CHECKS}
    if not any(known.values()):
        return {}
    if known["components"]:
        rows, noise = (known["components"][n] for n in ("distances", "noise"))
        pairs = [x for i, row in enumerate(rows) for x in row[:i]]
        known["components"] = {
            "smallest": min(pairs),
            "largest": max(pairs),
            "noise": max(map(abs, noise)),
        }
    return known


def limits(metadata: dict[str, Any]) -> dict[str, Any]:
    """Returns what the scores say that the model cannot do."""
    entry = metadata.get("scores")
    if not entry:
        return {"measured": False}
    means = {
        name.partition("@")[0]: score["mean"]
        for name, score in entry["mixture"].items()
    }
    extractor = entry["protocol"].get("extractor")
    if extractor and extractor["name"] == "inception":
        extractor = None
    chosen_on, scored_on = _chosen_on(metadata), entry["protocol"]["data"]
    same_split = chosen_on.get("split") == scored_on.get("split")
    return {
        "measured": True,
        "precision": means.get("precision"),
        "recall": means.get("recall"),
        "high_quality": means.get("high_quality"),
        "small_classifier": extractor,
        "flattered": bool(chosen_on) and same_split,
    }


def _network(entry: dict[str, Any] | None) -> dict[str, Any] | None:
    if not entry:
        return None
    settings = [f"{k} {v}" for k, v in entry.items() if k not in _SAID]
    return {"class_name": entry["class_name"], "settings": settings}


def _game(recipe: dict[str, Any]) -> dict[str, Any]:
    return {
        "objective": recipe["objective"],
        "payoff": recipe["payoff"],
        "regularizers": list(recipe.get("regularizers") or {}),
        "discriminator_steps": recipe.get("discriminator_steps", 1),
        "mixture_optimizer": recipe["mixture_optimizer"],
        "entropy_weight": recipe["entropy_weight"],
        "ema_decay": recipe.get("ema_decay"),
        "batch_size": recipe["batch_size"],
    }


def _chosen_on(metadata: dict[str, Any]) -> dict[str, Any]:
    """Returns the real data that the weights were chosen by, if known."""
    chosen = metadata.get("selection") or {}
    return (chosen.get("protocol") or {}).get("real") or {}
