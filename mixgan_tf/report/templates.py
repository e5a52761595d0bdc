"""Text made from template files: the report page, and the presets' cards."""

import pathlib

import jinja2


def environment(folder: pathlib.Path, autoescape: bool) -> jinja2.Environment:
    """Returns what renders the templates of a folder.

    A variable that a template uses and was not given is an error. A line that
    holds nothing but a tag leaves nothing behind. The filter `number` words a
    number: `{{ 1234|number(",") }}` is `1,234`.

    Args:
        folder: where the templates are.
        autoescape: whether what is put into them is escaped for HTML.

    Returns:
        A `jinja2.Environment`.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["number"] = number
    return made


def number(value: float, form: str) -> str:
    """Words a number.

    Args:
        value: what a template has.
        form: such as `",.2f"`, as of Python's `format`.

    Returns:
        A string.

    Raises:
        jinja2.UndefinedError: if the template has no such value.
    """
    return format(+value, form)  # only the sign makes a missing one raise that
