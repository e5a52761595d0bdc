"""`mixgan zoo list` and `mixgan zoo show PRESET`."""

import json

from absl import flags

from mixgan_tf.cli import parsing
from mixgan_tf.cli.errors import UsageError

SUMMARY = "list: the pretrained models. show PRESET: what is known of one."


def run(arguments):
    """Runs `mixgan zoo`.

    Args:
        arguments: the command line after `zoo`.

    Returns:
        The exit code.
    """
    action = arguments[0] if arguments else None
    values = parsing.new_flags()
    if action in ("-h", "--help"):
        parsing.parse(values, "zoo list | zoo show PRESET", SUMMARY, arguments)
        return 0
    if action == "list":
        return _list(values, arguments[1:])
    if action == "show":
        return _show(values, arguments[1:])
    raise UsageError("say `mixgan zoo list` or `mixgan zoo show PRESET`")


def _list(values, arguments):
    from mixgan_tf import presets

    flags.DEFINE_bool("json", False, "Print JSON.", flag_values=values)
    summary = "Lists the pretrained models."
    if parsing.parse(values, "zoo list", summary, arguments) is None:
        return 0
    rows = {name: presets.read_metadata(name) for name in presets.named()}
    if values.json:
        print(json.dumps(rows, indent=1))
        return 0
    columns = "{:<20} {:<10} {:>10} {:>12} {:>8}  {}"
    print(
        columns.format(
            "preset", "data set", "generators", "parameters", "steps", "samples"
        )
    )
    for name, row in rows.items():
        print(
            columns.format(
                name,
                row.get("dataset", {}).get("name", "?"),
                row["num_generators"],
                row["generator_parameters"],
                row["train_steps"],
                "x".join(str(n) for n in row["sample_shape"]),
            )
        )
    return 0


def _show(values, arguments):
    from mixgan_tf import presets

    summary = "Shows what is known of one preset, as JSON."
    rest = parsing.parse(values, "zoo show", summary, arguments, ["preset"])
    if rest is None:
        return 0
    metadata = presets.read_metadata(rest[0])
    print(
        json.dumps({"folder": str(presets.find(rest[0])), **metadata}, indent=1)
    )
    return 0
