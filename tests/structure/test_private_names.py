"""Private names of Keras and TensorFlow stand in `compat/` alone."""

import ast
import re

import keras
import pytest
import tensorflow as tf

from tests.structure.source_tree import ROOT
from tests.structure.source_tree import files

COMPAT = ROOT / "mixgan_tf" / "compat"
PRIVATE = re.compile(r"_[a-z]\w*\Z")
PRIVATE_MODULES = re.compile(r"(keras\.src|tensorflow\.python)\b")
# NumPy's and Python's own, and what their documentation names.
PUBLIC = {"_replace", "_asdict", "_fields", "_exit"}
BASES = (
    keras.Model,
    keras.layers.Layer,
    keras.optimizers.Optimizer,
    keras.metrics.Metric,
    keras.losses.Loss,
    keras.callbacks.Callback,
    tf.Module,
)


def _used(tree):
    """Yields `(line, name)` of private names that are read of something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            named = node.func.id in ("getattr", "setattr", "hasattr")
            if named and isinstance(node.args[1], ast.Constant):
                yield node.lineno, node.args[1].value


def _defined():
    """Returns the private names that are ours: defined, assigned or given."""
    found = set()
    for path, tree in files().items():
        if COMPAT in path.parents:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(
                node.ctx, ast.Store
            ):
                found.add(node.attr)
    return found


def test_private_names_are_used_in_compat_alone():
    ours = _defined()
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path, tree in files().items()
        if COMPAT not in path.parents
        for line, name in _used(tree)
        if PRIVATE.match(name) and name not in ours | PUBLIC
    ]
    assert not wrong, "\n".join(wrong)


def test_classes_of_ours_override_nothing_private_outside_of_compat():
    taken = {name for base in BASES for name in dir(base)}
    taken |= set(dir(keras.Sequential([keras.Input((2,))])))
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path, tree in files().items()
        if COMPAT not in path.parents
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef) and _is_of_keras(owner)
        for node in ast.walk(owner)
        for name in _set_by(node)
        if PRIVATE.match(name) and name in taken
    ]
    assert not wrong, "\n".join(wrong)


def _is_of_keras(owner):
    bases = " ".join(ast.unparse(base) for base in owner.bases)
    return bool(re.search(r"keras|Model|Layer|Network|Optimizer", bases))


def _set_by(node):
    if isinstance(node, ast.FunctionDef):
        yield node.name
    elif (
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and ast.unparse(node.value) == "self"
    ):
        yield node.attr


def test_private_modules_are_named_in_compat_alone():
    wrong = []
    for path, tree in files().items():
        if COMPAT in path.parents:
            continue
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names = [node.value]
            if any(PRIVATE_MODULES.match(name) for name in names):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "path", sorted(COMPAT.glob("[!_]*.py")), ids=lambda path: path.stem
)
def test_every_use_in_compat_says_why(path):
    """Each private name has a comment or a docstring in its function."""
    tree, lines = files()[path], path.read_text().splitlines()
    ours = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    for owner in ast.walk(tree):
        if not isinstance(owner, ast.FunctionDef):
            continue
        private = {n for _, n in _used(owner) if PRIVATE.match(n)} - ours
        if not private:
            continue
        text = "\n".join(lines[owner.lineno - 1 : owner.end_lineno])
        said = "#" in text or "Keras" in (ast.get_docstring(owner) or "")
        said = said or "Keras" in (ast.get_docstring(tree) or "")
        assert said, f"{path.name}: {owner.name} uses {private}"
