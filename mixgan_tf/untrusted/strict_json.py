"""JSON files, read only if they are small, finite and unambiguous."""

import json
import math
import pathlib
from typing import Any

MAX_BYTES = 2**25
MAX_DEPTH = 100
# TensorFlow's own integers end here.
_LARGEST_INT = 2**63 - 1


def read_json_object(path: pathlib.Path, what: str) -> dict[str, Any]:
    """Reads a file that must hold one JSON object.

    Refused besides what is no JSON: more than 32 MiB, more than 100 levels,
    a key that an object has twice, numbers that are not finite (NaN and
    Infinity are no JSON, and 1e999 is infinite) and integers of more than 64
    bits.

    Args:
        path: a `pathlib.Path`.
        what: what the file is, for messages: `"preset's file"`.

    Returns:
        A dict.

    Raises:
        ValueError: if the file cannot be read or holds anything else.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(
            f"The {what} {path} cannot be read: {error}"
        ) from error
    return parse_json_object(content, f"The {what} {path}")


def parse_json_object(content: bytes, subject: str) -> dict[str, Any]:
    """Parses bytes that must be one JSON object. See `read_json_object`.

    Args:
        content: bytes, UTF-8.
        subject: what begins a message: `"The preset's file config.json"`.

    Returns:
        A dict.

    Raises:
        ValueError: if they are anything else.
    """
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"{subject} is too large: at most {MAX_BYTES} bytes are read."
        )
    try:
        parsed = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_int,
        )
        _check_depth(parsed)
    except (ValueError, RecursionError) as error:
        reason = str(error)
        if isinstance(error, RecursionError):
            reason = f"it is nested more than {MAX_DEPTH} levels deep"
        raise ValueError(
            f"{subject} cannot be read as JSON: {reason[:300]}"
        ) from error
    if not isinstance(parsed, dict):
        raise ValueError(f"{subject} must hold a JSON object.")
    return parsed


def write_json(path: pathlib.Path, content: dict[str, Any]) -> None:
    """Writes what `read_json_object` reads again.

    Args:
        path: a `pathlib.Path`.
        content: dict; numbers that are not finite, for which JSON has no
            word, become `null`.
    """
    text = json.dumps(_null_for_nan(content), indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _null_for_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _null_for_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_null_for_nan(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:80]!r} stands twice in one object")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:40]} is not finite")
    return value


def _int(text: str) -> int:
    # Its length first: Python takes long to convert very long ones.
    if len(text) > 20 or abs(int(text)) > _LARGEST_INT:
        raise ValueError(f"the number {text[:40]} has more than 64 bits")
    return int(text)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise RecursionError
