"""The JSON file that says how an export was made and how exact it is."""

import json
import math
import pathlib
from typing import Any

from mixgan_tf import files


def write_report(path: str | pathlib.Path, content: dict[str, Any]) -> None:
    """Writes the report of an export as a JSON file.

    Args:
        path: the JSON file to write.
        content: dict; `Verification` and `FoldReport` values in it, at any
            depth, become dicts, and numbers that are not finite null.
    """
    text = json.dumps(_jsonable(content), indent=1, allow_nan=False)
    with files.atomic_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def _jsonable(value: object) -> object:
    for method in ("_asdict", "to_dict"):
        if hasattr(value, method):
            value = getattr(value, method)()
    if isinstance(value, dict):
        return {key: _jsonable(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no word for it
    return value
