"""The tables of benchmarks/scaling.py."""


def markdown(found):
    """Returns all tables as Markdown."""
    parts = [
        _overhead(found["overhead"]),
        _replicas(found["replicas"]),
        _memory(found["memory"]),
        _placement(found["placement"]),
    ]
    if "gpu" in found:
        parts.append(_gpu(found["gpu"]))
    parts.append(
        f"TensorFlow {found['tensorflow']}, Keras {found['keras']}, "
        f"{found['cores']} cores, at commit {str(found['commit'])[:12]}."
    )
    return "\n\n".join(parts) + "\n"


def _table(*rows):
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def _overhead(taken):
    bare = taken["bare loop"]
    rows = [
        (name, f"{time:.0f}", f"{time / bare:.2f}")
        for name, time in taken.items()
    ]
    return "## `fit` and a bare loop\n\n" + _table(
        ("steps in an execution", "microseconds a step", "ratio"), *rows
    )


def _replicas(taken):
    rows = [
        (name, f"{time / 1e3:.1f}", f"{time / taken['1']:.2f}")
        for name, time in taken.items()
    ]
    return "## Replicas that share the cores, same global batch\n\n" + _table(
        ("replicas", "milliseconds a step", "ratio"), *rows
    )


def _memory(found):
    values = found["megabytes"]
    rows = [
        (f"{(i + 2) * found['steps']:,}", f"{value:.1f}")
        for i, value in enumerate(values)
    ]
    growth = values[-1] - values[len(values) // 2 - 1]
    return (
        "## Memory\n\n"
        + _table(("step", "resident MB"), *rows)
        + f"\n\nIn the second half it grows by {growth:.1f} MB."
    )


def _placement(found):
    devices = sorted({d for sizes in found.values() for d in sizes})
    rows = [
        (name, *(f"{sizes.get(d, 0) / 1e6:.2f}" for d in devices))
        for name, sizes in found.items()
    ]
    return "## Megabytes of variables on each device\n\n" + _table(
        ("mixture", *devices), *rows
    )


def _gpu(found):
    rows = [
        (
            name,
            f"{row['milliseconds']:.2f}",
            f"{row['images_per_second']:,.0f}",
            f"{row['peak_megabytes']:,.0f}",
        )
        for name, row in found.items()
    ]
    return "## GPU\n\n" + _table(
        ("mixture", "ms a step", "images a second", "peak MB"), *rows
    )
