"""Elements of the report page, as HTML.

What is written into the page is escaped: names come from files of others.
"""

import base64
import html

from mixgan_tf.pictures import image_grid

_SIDE = 56  # of a sample on the screen, about


def section(title, *content):
    """Returns a titled part, or nothing if it has no content."""
    inside = "\n".join(filter(None, content))
    return inside and f"<section><h2>{title}</h2>\n{inside}\n</section>"


def pair(one, other):
    """Returns two parts side by side where there is room."""
    if not (one and other):
        return one or other
    return f'<div class="pair">{one}\n{other}</div>'


def facts(entries):
    """Returns a list of names and what is known under each."""
    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in entries.items()
    )
    return f"<dl>{rows}</dl>"


def figure(picture, caption, scale):
    """Returns a picture, uint8 `(H, W, channels)`, with its caption."""
    return (
        f"<figure>{image(picture, scale)}<figcaption>{html.escape(caption)}"
        "</figcaption></figure>"
    )


def image(picture, scale):
    """Returns a picture that is part of the page itself."""
    encoded = base64.b64encode(image_grid.png_bytes(picture)).decode("ascii")
    return (
        f'<img alt="" width="{picture.shape[1] * scale}" '
        f'src="data:image/png;base64,{encoded}">'
    )


def note(text):
    """Returns a paragraph in small, soft type; `text` is HTML already."""
    return f'<p class="soft">{text}</p>'


def scale_of(result):
    """Returns how many pixels of the screen one of a sample has."""
    return max(1, round(_SIDE / result["model"]["sample_shape"][0]))


def generators(result):
    """Returns the names of the generators."""
    return [f"G{i}" for i in range(result["model"]["num_generators"])]
