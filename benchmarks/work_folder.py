"""What a work folder of `mixgan train` holds, to be compared with another."""

import json

import h5py
import tensorflow as tf


def contents(workdir):
    """Returns all that two trainings of one recipe must agree on.

    Dates and process numbers, in event files and metadata, are left out.

    Args:
        workdir: `pathlib.Path`.

    Returns:
        A dict from the name of a part to a value that can be compared.
    """
    found = {"files": _names(workdir), "events": _events(workdir / "logs")}
    for path in sorted(workdir.rglob("*.h5")):
        found[str(path.relative_to(workdir))] = _arrays(path)
    others = [*workdir.rglob("*.png"), workdir / "best" / "best.json"]
    for path in (*others, workdir / "recipe.json"):
        if path.exists():
            found[str(path.relative_to(workdir))] = path.read_bytes()
    metadata = workdir / "preset" / "metadata.json"
    if metadata.exists():
        known = json.loads(metadata.read_text())
        for name in ("date", "command", "commit", "sha256"):
            known.pop(name)
        found["metadata"] = known
    return found


def differences(found, expected):
    """Returns the names of the parts in which two folders differ.

    Args:
        found: what `contents` returned.
        expected: the same, of another folder.

    Returns:
        A sorted list; empty if they agree.
    """
    return sorted(
        name
        for name in {*found, *expected}
        if found.get(name) != expected.get(name)
    )


def _names(workdir):
    return sorted(
        str(path.relative_to(workdir))
        for path in workdir.rglob("*")
        if "tfevents" not in path.name or path.name.startswith(".")
    )


def _events(logs):
    # All there are, in every file: none may be missing, none twice.
    found = []
    for path in sorted(logs.rglob("*tfevents*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            found += [
                (
                    str(path.parent.relative_to(logs)),
                    value.tag,
                    event.step,
                    value.tensor.SerializeToString(),
                )
                for value in event.summary.value
            ]
    return sorted(found)


def _arrays(path):
    found = {}

    def keep(name, item):
        if isinstance(item, h5py.Dataset):
            array = item[()]
            found[name] = (str(array.dtype), array.shape, array.tobytes())

    with h5py.File(path) as file:
        file.visititems(keep)
    return found
