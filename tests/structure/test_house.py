"""The rules that keep every concern in its wing."""

import ast
import collections
import itertools

import pytest

from tests.structure.source_tree import ROOT
from tests.structure.source_tree import files
from tests.structure.source_tree import functions
from tests.structure.source_tree import imports
from tests.structure.source_tree import modules

# From top to bottom. Imports point down; wings of one storey know nothing of
# each other.
STOREYS = (
    ("cli",),
    ("zoo",),
    ("report",),
    ("export",),
    ("callbacks",),
    ("games",),
    ("mixgan",),
    ("training", "metrics"),
    ("regularizers", "pictures"),
    ("payoff",),
    ("distribution",),
    ("saving",),
    ("model",),
    ("untrusted",),
    ("objectives", "networks", "optimizers", "data"),
    ("random_streams", "theory"),
    ("compat",),
    ("arguments", "files", "version"),
)
MOST_LOOSE_FILES = 8
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60


def _shown(module):
    return str(modules()[module].relative_to(ROOT))


def _wing(module):
    return module.split(".")[1] if "." in module else None


def _storey(wing):
    return next(i for i, wings in enumerate(STOREYS) if wing in wings)


def test_every_wing_has_its_storey():
    wings = {_wing(module) for module in modules()} - {None}
    assert wings == set(itertools.chain(*STOREYS))


def test_imports_point_down():
    wrong = [
        f"{_shown(module)} imports {_shown(wanted)}"
        for module, found in imports().items()
        if _wing(module)
        for wanted in sorted(found)
        if _wing(wanted) != _wing(module)
        and (
            _wing(wanted) is None  # the whole package, which imports all
            or _storey(_wing(wanted)) <= _storey(_wing(module))
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_no_imports_in_a_circle():
    left = {module: set(found) for module, found in imports().items()}
    # What imports nothing that is left, or is imported by nothing, goes until
    # circles alone are left, and what lies between them.
    while True:
        wanted = set().union(*left.values())
        gone = [m for m in left if not left[m] & left.keys() or m not in wanted]
        if not gone:
            break
        for module in gone:
            del left[module]
    wrong = [
        f"{_shown(module)} imports {_shown(wanted)}"
        for module, found in left.items()
        for wanted in sorted(found & left.keys())
    ]
    assert not wrong, "\n".join(wrong)


def test_few_loose_files_at_the_top():
    loose = sorted(path.name for path in (ROOT / "mixgan_tf").glob("*.py"))
    assert len(loose) <= MOST_LOOSE_FILES, loose


@pytest.mark.parametrize("part", ["mixgan_tf", "zoo", "export", "tests"])
def test_no_long_files(part):
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in (ROOT / part).rglob("*.py")
    }
    assert not {f: n for f, n in lengths.items() if n > MOST_LINES}


def test_no_long_functions():
    wrong = [
        f"{path.relative_to(ROOT)}: {name} has {lines} lines"
        for path, name, lines in functions()
        if lines > MOST_LINES_OF_A_FUNCTION
    ]
    assert not wrong, "\n".join(wrong)


def test_names_of_files_in_a_folder_differ_by_more_than_a_letter():
    folders = collections.defaultdict(list)
    for path in files():
        folders[path.parent].append(path.stem)
    wrong = [
        f"{folder.relative_to(ROOT)}: {a}.py and {b}.py"
        for folder, names in folders.items()
        for a, b in itertools.combinations(sorted(names), 2)
        if _one_letter_apart(a, b)
    ]
    assert not wrong, "\n".join(wrong)


def _one_letter_apart(a, b):
    short, long = sorted((a, b), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y),
        len(short),
    )
    skip = len(long) == len(short)
    return short[same + skip :] == long[same + 1 :]


def test_attributes_are_named_in_full():
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in files().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("getattr", "setattr", "hasattr", "delattr")
        and isinstance(node.args[1], ast.JoinedStr)
    ]
    assert not wrong, "attributes by f-strings: " + ", ".join(wrong)
