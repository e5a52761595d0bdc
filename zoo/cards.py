"""A preset's card: README.md, made of nothing but its metadata."""

import functools
import pathlib
from typing import Any

import jinja2
from mixgan_tf.zoo import card_facts

from mixgan_tf.report import templates

CARD = "README.md"
_TEMPLATES = pathlib.Path(__file__).with_name("templates")


def card(name: str, metadata: dict[str, Any]) -> str:
    """Returns the card of a preset.

    The same metadata give the same text: `mixgan zoo verify` compares.

    Args:
        name: what the preset's folder is called.
        metadata: its metadata.json, a dict; `"scores"` may be missing.

    Returns:
        A string, Markdown.

    Raises:
        jinja2.UndefinedError: if a template uses what the facts do not hold.

    Example:
    ```python
    metadata = preset_folders.read_metadata("mix_dcgan_mnist")
    print(card("mix_dcgan_mnist", metadata))
    ```
    """
    return render(
        "card.md.jinja",
        name=name,
        metadata=metadata,
        data=card_facts.data(metadata),
        networks=card_facts.networks(metadata),
        training=card_facts.training(metadata),
        scores=card_facts.scores(metadata),
        checks=card_facts.checks(metadata),
        limits=card_facts.limits(metadata),
    )


def render(template: str, **variables: Any) -> str:
    """Makes Markdown from a template.

    Args:
        template: name of a file of `templates/`.
        **variables: what the template uses.

    Returns:
        A string.

    Raises:
        jinja2.UndefinedError: if the template uses a variable that is missing.
    """
    return _environment().get_template(template).render(variables)


@functools.cache
def _environment() -> jinja2.Environment:
    made = templates.environment(_TEMPLATES, autoescape=False)
    made.filters["one_line"] = _one_line
    return made


def _one_line(text: str) -> str:
    return " ".join(text.split())
