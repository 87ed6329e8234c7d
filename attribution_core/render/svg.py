"""Drawings as inline SVG: no script, and colours that follow the page's theme."""

from __future__ import annotations

from html import escape

from .drawing import Drawing, Label, Mark, Place, Stroke
from .theme import LIGHT, Role


def svg(drawing: Drawing) -> str:
    """An `svg` element. Its colours are the custom properties `--hl-ink` and so on where a page sets them, and those
    of the light theme elsewhere."""
    marks = "".join(_mark(mark) for mark in drawing.marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" '
        f'width="{_n(drawing.width)}" height="{_n(drawing.height)}" '
        'style="max-width:100%;height:auto;font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums">'
        f"<title>{escape(drawing.alternative)}</title>{marks}</svg>"
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
    return f"var(--hl-{role},{LIGHT.hex(role)})"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
