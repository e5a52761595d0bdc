"""Pieces of SVG that the charts are made of."""

import html

CHARACTER = 7  # width of one, about, at the charts' font size


def vertical_axis(low, high, left, right, top, height):
    """Returns three levels of an axis, with their values."""
    parts = []
    for share in (0, 0.5, 1):
        y = top + height * (1 - share)
        value = low + share * (high - low)
        parts.append(
            f'<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" '
            f'y2="{y:.1f}"/>'
        )
        parts.append(text(left - 8, y + 4, f"{value:.3g}", "end", "small"))
    return parts


def legend(entries, left):
    """Returns a swatch and a name for each `(name, class)`."""
    parts, x = [], left
    for name, kind in entries:
        if name:
            parts.append(rect(x, 2, 12, 12, kind))
            parts.append(text(x + 18, 12, name, "start", "small"))
            x += 40 + CHARACTER * len(name)
    return parts


def svg(width, height, parts):
    """Returns an element that scales down, but not up."""
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'style="max-width:{width:.0f}px">{"".join(parts)}</svg>'
    )


def rect(x, y, width, height, kind):
    """Returns a rectangle of a class."""
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="2"/>'
    )


def text(x, y, words, anchor="start", kind=""):
    """Returns a line of text, escaped."""
    return (
        f'<text class="{kind.strip()}" x="{x:.1f}" y="{y:.1f}" '
        f'text-anchor="{anchor}">{html.escape(str(words))}</text>'
    )
