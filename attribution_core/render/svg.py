"""Drawings as SVG: no script, and colours that follow the page's theme."""

from __future__ import annotations

import base64
from html import escape

from .drawing import Drawing, Label, Mark, Place, Stroke
from .theme import DARK, LIGHT, Role, properties

STYLE = f"svg{{{properties(LIGHT)}}}@media (prefers-color-scheme:dark){{svg{{{properties(DARK)}}}}}"


def svg_image(drawing: Drawing) -> str:
    """An `img` element that holds the whole drawing, on paper of its own.

    Viewers of notebooks take `svg` elements out of what they show and leave their words behind, one after another;
    pictures in a `data:` address stay. Where even those are taken out, the drawing is told in words.
    """
    data = base64.b64encode(svg(drawing).encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(drawing.alternative)}" '
        f'width="{_n(drawing.width)}" height="{_n(drawing.height)}">'
    )


def svg(drawing: Drawing) -> str:
    """A file: its colours are those of the theme that its surroundings prefer."""
    marks = "".join(_mark(mark) for mark in drawing.marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" '
        f'width="{_n(drawing.width)}" height="{_n(drawing.height)}" '
        'style="max-width:100%;height:auto;font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums">'
        f"<title>{escape(drawing.alternative)}</title><style>{STYLE}</style>"
        f'<rect width="100%" height="100%" style="fill:{_colour("paper")}"/>{marks}</svg>'
    )


def _mark(mark: Mark) -> str:
    if isinstance(mark, Label):
        (x, y), anchor = mark.at, "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
        return (
            f'<text x="{_n(x)}" y="{_n(y)}"{anchor} dominant-baseline="central" font-size="{mark.size}" '
            f'style="fill:{_colour(mark.role)}">{escape(mark.words)}</text>'
        )
    if isinstance(mark, Stroke):
        dash = f' stroke-dasharray="{" ".join(map(_n, mark.dash))}"' if mark.dash else ""
        return (
            f'<polyline points="{_points(mark.places)}" fill="none" stroke-width="{_n(mark.width)}"{dash} '
            f'stroke-linejoin="round" style="stroke:{_colour(mark.role)}"/>'
        )
    opacity = f' fill-opacity="{_n(mark.opacity)}"' if mark.opacity < 1 else ""
    return f'<polygon points="{_points(mark.corners)}"{opacity} style="fill:{_colour(mark.role)}"/>'


def _points(places: tuple[Place, ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in places)


def _colour(role: Role) -> str:
    return f"var(--hl-{role})"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
