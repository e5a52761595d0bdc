"""What a card says in words: the networks, the checks, the limits."""

import math

POINTS = ("ring", "grid")
# What the card says of a network in other words.
_SAID = ("class_name", "latent_dim")


def architecture(metadata):
    """Returns what the model is, as Markdown."""
    recipe = metadata.get("recipe") or {}
    num, data = metadata["num_generators"], data_name(metadata)
    shape = "x".join(str(n) for n in metadata["sample_shape"])
    what = "points of the plane" if data in POINTS else f"{shape} images"
    made = f"A mixture of {num} generators" if num > 1 else "One generator"
    classes = metadata.get("num_classes")
    asked = ""
    if classes:
        asked = f"; their class, one of {classes}, can be chosen"
    rows = [
        f"{made} of {what} like those of `{data}`{asked}.",
        "| | |\n|---|---|",
    ]
    split = (metadata.get("dataset") or {}).get("split")
    trained = f"`{data}`"
    if split and data not in POINTS:
        trained += f", split `{split}`"
    table = {"trained on": trained}
    each = metadata["generator_parameters"] // num
    table["generators"] = (
        f"{num} x {_network(recipe.get('generator'))}, {each:,} parameters "
        f"each, latent vectors of {metadata['latent_dim']}"
    )
    discriminators = metadata["num_discriminators"]
    if discriminators:
        network = _network(recipe.get("discriminator"))
        table["discriminators"] = f"{discriminators} x {network}"
    weights = metadata["generator_weights"]
    if num > 1 and not isinstance(weights[0], list):
        worth = math.exp(-sum(w * math.log(w) for w in weights if w > 0))
        listed = ", ".join(f"{w:.2f}" for w in weights)
        table["mixture weights"] = f"{listed}: worth {worth:.2f} equal ones"
    elif num > 1:
        table["mixture weights"] = "each class has its own"
    if recipe:
        table["game"] = _game(recipe)
        table["samples seen"] = (
            f"{metadata['train_steps'] * recipe['batch_size']:,} "
            f"({metadata['train_steps']:,} steps of {recipe['batch_size']})"
        )
    rows[1] += "".join(f"\n| {key} | {text} |" for key, text in table.items())
    rows.append(
        "Mixtures of GANs: [Arora et al., 2017]"
        "(https://arxiv.org/abs/1703.00573)."
    )
    return "\n\n".join(rows)


def checks(metadata):
    """Returns what was found besides the scores, as Markdown."""
    found = (metadata.get("scores") or {}).get("diagnostics") or {}
    lines = []
    test = found.get("memorization")
    if test:
        lines.append(
            f"Copies: samples are nearer to the training images than new "
            f"images are in {test['nearer']:.3f} of pairs (0.5 without "
            f"copies), and {test['very_near']:.2%} of them are nearer than 99 "
            "% of new images (1 % without copies)."
        )
    test = found.get("birthday")
    if test:
        low = test["support_interval"][0]
        least = "unbounded" if low is None else f"{low:,.0f}"
        lines.append(
            f"Birthday test: {test['duplicate_rate']:.0%} of "
            f"{test['num_batches']} batches of {test['batch_size']} hold a "
            f"near-duplicate (real images: {test['false_alarm']:.0%}); the "
            "number of different samples, were they equally frequent, is at "
            f"least {least} (95 %)."
        )
    between = found.get("components")
    if between:
        rows, noise = between["distances"], max(map(abs, between["noise"]))
        pairs = [x for i, row in enumerate(rows) for x in row[:i]]
        lines.append(
            f"Components: energy distances between them are {min(pairs):.3g} "
            f"to {max(pairs):.3g}; chance makes {noise:.2g}."
        )
    game = found.get("game")
    if game:
        lines.append(
            "Game of the learned weights on held-out samples: exploitability "
            f"{game['exploitability']:.4f} (off by at most "
            f"{2 * game['margin']:.4f}, 95 %), value {game['value']:.4f}."
        )
    if not lines:
        return ""
    return "## Checks\n\n" + "\n".join(f"- {line}" for line in lines)


def limits(metadata):
    """Returns what the model cannot do, in plain words, as Markdown."""
    data, lines = data_name(metadata), []
    shape = "x".join(str(n) for n in metadata["sample_shape"])
    if data in POINTS:
        lines.append("It draws points of a toy distribution: a demonstration.")
    else:
        lines.append(
            f"It makes images of {shape} like those of `{data}`, and nothing "
            "else: no other sizes, no other subjects."
        )
    entry = metadata.get("scores")
    if entry:
        lines += _limits_of_scores(metadata, entry)
    else:
        lines.append("How good its samples are has not been measured yet.")
    if metadata.get("num_classes"):
        lines.append(
            "A sample of a class that was asked for need not look like it: "
            "that is not checked."
        )
    lines.append(
        "Samples are made up. Whoever shows them as data should say so."
    )
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)


def data_name(metadata):
    """Returns the name of the data set a preset was trained on."""
    return (metadata.get("dataset") or {}).get("name", "its training data")


def _limits_of_scores(metadata, entry):
    scores = {name.partition("@")[0]: s for name, s in entry["mixture"].items()}
    extractor = entry["protocol"].get("extractor")
    if "precision" in scores and "recall" in scores:
        precision, recall = (scores[n]["mean"] for n in ("precision", "recall"))
        yield (
            f"About {1 - precision:.0%} of its samples look like no real "
            f"image, and {1 - recall:.0%} of the real images are like nothing "
            "it makes, by precision and recall."
        )
    if "high_quality" in scores:
        quality = scores["high_quality"]["mean"]
        yield f"{1 - quality:.0%} of its points lie near no mode of the data."
    if extractor and extractor["name"] != "inception":
        yield (
            f"Its scores are by a small classifier (`{extractor['name']}`), "
            "itself trained on such data. None is an Inception Score, an FID "
            "or a KID: they compare with scores of the same protocol only, "
            "and with none of a paper."
        )
    selection = metadata.get("selection") or {}
    real = (selection.get("protocol") or {}).get("real") or {}
    if real and real.get("split") == entry["protocol"]["data"].get("split"):
        yield (
            "Its weights were chosen on the images that it is scored with: "
            "the scores flatter."
        )


def _network(entry):
    if not entry:
        return "network"
    settings = ", ".join(
        f"{key} {value}" for key, value in entry.items() if key not in _SAID
    )
    return f"`{entry['class_name']}`" + (f" ({settings})" if settings else "")


def _game(recipe):
    words = [f"objective `{recipe['objective']}`"]
    words.append(f"payoff `{recipe['payoff']}`")
    for name in recipe.get("regularizers") or {}:
        words.append(f"`{name}`")
    steps = recipe.get("discriminator_steps", 1)
    if steps != 1:
        words.append(f"{steps} discriminator steps")
    words.append(f"weights by `{recipe['mixture_optimizer']}`")
    words.append(f"entropy weight {recipe['entropy_weight']}")
    if recipe.get("ema_decay"):
        words.append(f"averages of decay {recipe['ema_decay']}")
    return ", ".join(words)
