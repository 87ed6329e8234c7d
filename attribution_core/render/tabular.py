"""Pictures of attributions over rows of a table: bars."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..attribution import TabularAttribution
from ..palette import parse_hex
from .bars import by_size, full_score, named, number, side_by_side, steps, waterfall
from .drawing import Drawing
from .look import Body, Look
from .paint import Show
from .raster import painted
from .svg import svg_image
from .terminal_colours import RESET, ink
from .theme import LIGHT
from .words import for_and_against

MOST_NAMED = 8
"""Columns that are named in a sentence."""
MAPS_ON_PAGE = 8
CELLS = 40
"""Characters for the bars in a terminal."""
EIGHTHS = " ▏▎▍▌▋▊▉█"


def body(found: Sequence[TabularAttribution], look: Look) -> Body:
    """Bars, on as much room as there is."""
    drawing = _drawing(found, look)
    room = look.width - 24 * look.zoom
    return Body(painted(drawing, look.theme, room / drawing.width), reading=[_key(found, look)])


def html(found: Sequence[TabularAttribution], look: Look) -> str:
    """Bars as SVG, and all columns as numbers behind a fold."""
    head = "".join(f'<th class="number">{escape(title)}</th>' for title in look.titles or ["Contribution"])
    scores = [{column.name: column.score for column in one.columns} for one in found]
    rows = "".join(
        f"<tr><td>{escape(column.name)}</td><td>{escape(column.value)}</td>"
        + "".join(f'<td class="number">{each.get(column.name, 0.0):+.4g}</td>' for each in scores)
        + "</tr>"
        for column in by_size(found[0].columns)
    )
    return (
        f'{svg_image(_drawing(found, look))}<p class="faint">{escape(_key(found, look))}</p>'
        f"<details><summary>All {len(found[0].columns)} columns as numbers</summary>"
        f"<table><tr><th>Column</th><th>Value</th>{head}</tr>{rows}</table></details>"
    )


def terminal(found: Sequence[TabularAttribution], look: Look) -> str:
    """Bars of block characters, one table of them for each attribution."""
    parts = []
    for i, one in enumerate(found):
        title = f"{look.titles[i]}\n" if look.titles else ""
        parts.append(title + "\n".join(_rows(one)))
    return "\n".join(parts)


def summary(attribution: TabularAttribution) -> list[str]:
    """The columns that matter most."""
    best = by_size(attribution.columns)[:MOST_NAMED]
    return ["Columns: " + ", ".join(f"{named(column)} {column.score:+.3g}" for column in best)]


def full(attribution: TabularAttribution, show: Show) -> float:
    """The contribution whose bar is longest."""
    return full_score(attribution)


def maps_on_page(attribution: TabularAttribution) -> int:
    """Interior maps that a page has room for."""
    return MAPS_ON_PAGE


def _drawing(found: Sequence[TabularAttribution], look: Look) -> Drawing:
    if len(found) == 1 and not look.titles:
        return waterfall(found[0])
    return side_by_side(found, look.titles, _fulls(found, look), look.as_given)


def _fulls(found: Sequence[TabularAttribution], look: Look) -> list[float]:
    return [look.full or full_score(one) or 1.0 for one in found]


def _key(found: Sequence[TabularAttribution], look: Look) -> str:
    said = for_and_against(found, "pointing left")
    if look.full or (len(found) == 1 and not look.titles):
        return said
    return f"{said} Longest bars: {', '.join(f'{each:.3g}' for each in _fulls(found, look))}."


def _rows(attribution: TabularAttribution) -> list[str]:
    """Names, bars and numbers. A bar begins at a whole character and ends at an eighth of one."""
    rows = steps(attribution)
    ends = [value for row in rows for value in (row.start, row.end)]
    lower, upper = min(ends, default=0.0), max(ends, default=0.0)
    width = (upper - lower) or 1.0
    names = max([len(row.name) for row in rows], default=0)
    lines = []
    for row in rows:
        left, right = sorted((row.start, row.end))
        first = int((left - lower) / width * CELLS)
        eighths = max(1, round((right - lower) / width * CELLS * 8) - 8 * first)
        bar = "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
        colour = ink(parse_hex(LIGHT.positive if row.score > 0 else LIGHT.negative if row.score else LIGHT.faint))
        blank = " " * max(0, CELLS + 1 - first - len(bar))
        value = number(row, attribution.target.score)
        lines.append(f"{row.name:>{names}} {' ' * first}{colour}{bar}{RESET}{blank} {value:>8}")
    return lines
