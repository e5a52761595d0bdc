"""The library's own source: its files, their imports and their functions."""

import ast
import functools
import pathlib

ROOT = pathlib.Path(__file__).parents[2]
PARTS = ("mixgan_tf", "zoo", "export")


@functools.cache
def files():
    """Returns a dict from the path of each source file to its syntax tree."""
    found = sorted(
        path for part in PARTS for path in (ROOT / part).rglob("*.py")
    )
    return {path: ast.parse(path.read_text(), str(path)) for path in found}


def module_of(path):
    """Returns a file's module: zoo/ and export/ are imported below ours."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[0] != "mixgan_tf":
        parts.insert(0, "mixgan_tf")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


@functools.cache
def modules():
    """Returns a dict from each module to its file."""
    return {module_of(path): path for path in files()}


@functools.cache
def imports():
    """Returns a dict from each module to the modules of ours it imports.

    Imports inside functions and for type checkers count like all others.
    """
    found = {}
    for path, tree in files().items():
        wanted = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                wanted.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    wanted.add(inner if inner in modules() else node.module)
        ours = {name for name in wanted if name.split(".")[0] == "mixgan_tf"}
        found[module_of(path)] = ours
    return found


def functions():
    """Yields `(file, name, lines)` of every function, in lines of code."""
    for path, tree in files().items():
        lines = path.read_text().splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node.name, _lines_of_code(node, lines)


def _lines_of_code(function, lines):
    # Neither its docstring nor comments and empty lines.
    first = function.body[0]
    left_out = range(0)
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        left_out = range(first.lineno, first.end_lineno + 1)
    return sum(
        1
        for number in range(function.lineno, function.end_lineno + 1)
        if number not in left_out
        and lines[number - 1].strip()
        and not lines[number - 1].strip().startswith("#")
    )
