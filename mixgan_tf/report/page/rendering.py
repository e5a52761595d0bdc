"""The templates of the report page, and its style sheet.

Whatever is put into a template is escaped: names come from files of others.
Only what a template made, a `Markup`, goes into another one as it is.
"""

import functools
import pathlib
from typing import Any

import jinja2
from markupsafe import Markup

from mixgan_tf.report import templates

_FOLDER = pathlib.Path(__file__).parent
_NUM_COLORS = 6  # of series: .series0 to .series5 of style.css


def render(template: str, **variables: Any) -> Markup:
    """Makes a part of the page.

    Args:
        template: name of a file of `templates/`.
        **variables: what the template uses.

    Returns:
        HTML or SVG, a `markupsafe.Markup`.

    Raises:
        jinja2.UndefinedError: if the template uses a variable that is missing.
    """
    return Markup(_environment().get_template(template).render(variables))


def style() -> Markup:
    """Returns the text of the style sheet."""
    return Markup((_FOLDER / "style.css").read_text(encoding="utf-8"))


@functools.cache
def _environment() -> jinja2.Environment:
    made = templates.environment(_FOLDER / "templates", autoescape=True)
    made.filters["px"] = functools.partial(templates.number, form=".1f")
    made.globals["num_colors"] = _NUM_COLORS
    return made
