"""What templates and the style sheet must agree on."""

import pathlib
import re

import jinja2
import pytest

from mixgan_tf.report import page
from mixgan_tf.report import templates
from mixgan_tf.report.page import rendering

FOLDER = pathlib.Path(page.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").iterdir())
MACROS = {"elements.html.jinja", "shapes.svg.jinja"}


def classes_of(template):
    """Classes that a template can give to its elements."""
    found = set()
    for value in re.findall(r'\bclass="([^"]*)"', template.read_text("utf-8")):
        value = re.sub(r"\{%.*?%\}", "", value)  # whichever branch is taken
        for color in range(6):
            found |= set(re.sub(r"\{\{.*?\}\}", str(color), value).split())
    return found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_class_is_defined_in_the_style_sheet(template):
    defined = set(re.findall(r"\.([a-z][\w-]*)", rendering.style()))
    assert classes_of(template) <= defined


def test_classes_are_found_in_templates():
    used = set().union(*map(classes_of, TEMPLATES))
    assert {"soft", "first", "series0", "series5", "s5", "small", "on"} <= used


@pytest.mark.parametrize(
    "template",
    [path.name for path in TEMPLATES if path.name not in MACROS],
)
def test_a_missing_variable_is_an_error(template):
    with pytest.raises(jinja2.UndefinedError):
        rendering.render(template)


@pytest.mark.parametrize(
    ("autoescape", "written"),
    [(True, "&lt;b&gt;\n1,234"), (False, "<b>\n1,234")],
)
def test_lines_with_only_a_tag_leave_nothing(tmp_path, autoescape, written):
    text = '{% if words %}\n{{ words }}\n  {% endif %}\n{{ num|number(",") }}'
    (tmp_path / "a.jinja").write_text(text)
    template = templates.environment(tmp_path, autoescape).get_template(
        "a.jinja"
    )
    assert template.render(words="<b>", num=1234) == written
    with pytest.raises(jinja2.UndefinedError):
        template.render(words="")
