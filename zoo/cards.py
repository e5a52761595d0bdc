"""A preset's card: README.md, made of nothing but its metadata."""

from mixgan_tf.zoo.card_facts import architecture
from mixgan_tf.zoo.card_facts import checks
from mixgan_tf.zoo.card_facts import limits

from mixgan_tf.report.formatting import short_protocol
from mixgan_tf.report.formatting import with_spread
from mixgan_tf.report.formatting import wording_of

CARD = "README.md"
_ARROWS = {"higher": " ↑", "lower": " ↓", "": ""}


def card(name, metadata):
    """Returns the card of a preset.

    The same metadata give the same text: `mixgan zoo verify` compares.

    Args:
        name: what the preset's folder is called.
        metadata: its metadata.json, a dict; `"scores"` may be missing.

    Returns:
        A string, Markdown.

    Example:
    ```python
    metadata = preset_folders.read_metadata("mix_dcgan_mnist")
    print(card("mix_dcgan_mnist", metadata))
    ```
    """
    parts = [
        f"# {name}",
        "<!-- Made of metadata.json by `mixgan zoo card`; do not edit. -->",
        "![Samples, a block of rows for each generator](samples.png)",
        architecture(metadata),
        _training(metadata),
        _scores(metadata),
        checks(metadata),
        _use(name, metadata),
        limits(metadata),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _training(metadata):
    lines = ["## Training"]
    command, commit = metadata.get("command"), metadata.get("commit")
    if command:
        at = f", at commit `{commit}`" if commit else ""
        lines.append(f"```sh\n{command}\n```")
        lines.append(
            f"On {metadata['date']}, with mixgan-tf {metadata['mixgan_tf']}, "
            f"TensorFlow {metadata['tensorflow']} and Keras "
            f"{metadata['keras']}{at}."
        )
    steps = metadata["train_steps"]
    chosen = metadata.get("selection")
    if chosen and chosen.get("step") is not None:
        real = (chosen.get("protocol") or {}).get("real") or {}
        where = "validation data"
        if real:
            where = (
                f"{real['num']:,} images of the split `{real['split']}`, which "
                "was not trained on"
            )
        lines.append(
            f"The weights are those after {steps:,} steps: of "
            f"{len(chosen['all'])} that were scored while training, they had "
            f"the smallest `{chosen['name']}`, {chosen['score']:.4g}, on "
            f"{where}."
        )
    else:
        lines.append(
            f"The weights are the last ones, after {steps:,} steps; none were "
            "chosen by a score."
        )
    return "\n\n".join(lines)


def _scores(metadata):
    entry = metadata.get("scores")
    if not entry:
        return "## Scores\n\nNone are recorded yet."
    protocol = entry["protocol"]
    subjects = [entry["mixture"], *entry["components"]]
    heads = ["mixture"] + [f"G{i}" for i in range(len(subjects) - 1)]
    if len(subjects) == 1:
        heads = ["score"]
    rows = [
        f"| | {' | '.join(heads)} |",
        f"|---|{'---|' * len(heads)}",
    ]
    for name in entry["mixture"]:
        cells = [
            with_spread(subject[name]["mean"], subject[name]["sd"])
            for subject in subjects
        ]
        arrow = _ARROWS[wording_of(name).better]
        rows.append(f"| `{name}`{arrow} | {' | '.join(cells)} |")
    seeds = len(protocol["samples"]["seeds"])
    spread = "" if seeds == 1 else f" ± standard deviation over {seeds} seeds"
    return "\n\n".join(
        [
            "## Scores",
            "\n".join(rows),
            f"Mean{spread}; ↑ higher is better, ↓ lower is better. Protocol: "
            f"{short_protocol(protocol)}, {_details(protocol)}.",
            f"```sh\n{protocol['command']}\n```",
            "`mixgan zoo verify` takes the scores again and compares.",
        ]
    )


def _details(protocol):
    versions = protocol["versions"]
    words = []
    data = protocol["data"]
    if data.get("version"):
        words.append(f"data set version {data['version']}")
    if protocol.get("pixels"):
        words.append(f"pixels {protocol['pixels']}")
    extractor = protocol.get("extractor")
    if extractor:
        words.append(f"resizer {extractor['resizer'] or 'none'}")
    words.append(
        f"mixgan-tf {versions['mixgan_tf']}, TensorFlow "
        f"{versions['tensorflow']}"
    )
    if protocol.get("commit"):
        words.append(f"commit `{protocol['commit']}`")
    return ", ".join(words)


def _use(name, metadata):
    lines = [
        "import mixgan_tf as mg",
        "",
        f'gan = mg.MixGAN.from_preset("{name}")',
        "samples = gan.sample(64, seed=0)",
    ]
    if metadata.get("num_classes"):
        lines.append("some = gan.sample(10, seed=0, labels=0)  # one class")
    if metadata["num_generators"] > 1:
        lines.append("alone = gan.sample(10, seed=0, component=0)")
    lines.append('mg.export.to_saved_model(gan, "generator/1")')
    python = "\n".join(lines)
    return "\n\n".join(
        [
            "## Use",
            f"```python\n{python}\n```",
            f"```sh\nmixgan sample --model={name} --num=64 --out=grid.png\n"
            f"mixgan export --model={name} --format=tflite "
            "--out=generator.tflite\n```",
        ]
    )
