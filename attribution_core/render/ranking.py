"""Words or columns in the order of what they do to a class on average, as bars."""

from __future__ import annotations

from collections.abc import Sequence

from ..global_average import LEAST_OCCURRENCES, GlobalAverage, RankedFeature
from .drawing import NORMAL, SMALL, Drawing, room, shortened
from .theme import Role

WIDTH = 430
ROW = 21
"""Height of a row, pixels."""
THICK = 13
"""Height of a bar."""
HEAD = 30
GAP = 16
NAMES = 120
"""Pixels for the names on the left."""
NUMBERS = 104
"""Pixels for the numbers on the right."""
MOST_ROWS = 24
"""Rows of a panel where there are few classes; with many, each has fewer."""


def extremes(found: GlobalAverage, row: int, most: int) -> list[RankedFeature]:
    """The features that speak most for a class, and then those that speak most against it, the largest average first.

    Words that are rare in the data are left out, unless all are.
    """
    target = found.classes[row].index
    ranked = found.ranked(target, LEAST_OCCURRENCES) or found.ranked(target, 1)
    if len(ranked) <= most:
        return ranked
    ends = [*ranked[: -(-most // 2)], *ranked[-(most // 2) :]]
    return [entry for entry in ends if entry.average]


def rankings(averages: Sequence[GlobalAverage]) -> Drawing:
    """A panel for each class, two in a row."""
    panels = [(found, row) for found in averages for row in range(len(found.classes))]
    most = max(6, MOST_ROWS // -(-len(panels) // 2))
    several = len({found.model for found in averages}) > 1
    drawn = [_panel(found, row, most, f"{found.model}: " if several else "") for found, row in panels]
    across = min(2, len(drawn))
    lines = [drawn[i : i + across] for i in range(0, len(drawn), across)]
    words = "; ".join(panel.alternative for panel in drawn)
    height = sum(max(panel.height for panel in line) for line in lines) + GAP * (len(lines) - 1)
    whole = Drawing(across * WIDTH + (across - 1) * GAP, height, words)
    top = 0.0
    for line in lines:
        for i, panel in enumerate(line):
            whole.place(panel, i * (WIDTH + GAP), top)
        top += max(panel.height for panel in line) + GAP
    return whole


def sentence(found: GlobalAverage, row: int, most: int) -> str:
    """A class's first and last features in words."""
    listed = extremes(found, row, most)
    parts = []
    for said, entries in (
        ("for it", [entry for entry in listed if entry.average > 0]),
        ("against it", [entry for entry in reversed(listed) if entry.average < 0]),
    ):
        if entries:
            parts.append(f"{said} {', '.join(f'{entry.name} {entry.average:+.2g}' for entry in entries)}")
    return f"{found.classes[row].label}: {'; '.join(parts) or 'nothing matters'}"


def _panel(found: GlobalAverage, row: int, most: int, prefix: str) -> Drawing:
    entries = extremes(found, row, most)
    drawing = Drawing(WIDTH, HEAD + ROW * len(entries), sentence(found, row, 2 * most))
    full = max((abs(entry.average) for entry in entries), default=0.0) or 1.0
    left = 8 + min(NAMES, max((room(entry.name) for entry in entries), default=0))
    right = WIDTH - NUMBERS
    lowest = min((entry.average for entry in entries), default=0.0)
    zero = left + 6 + (0 if lowest >= 0 else (right - left - 12) / 2)
    reach = right - 6 - zero
    drawing.label((zero, HEAD / 2 - 4), shortened(f"{prefix}{found.classes[row].label}", WIDTH - zero, NORMAL), "ink")
    if found.counts is not None:
        drawing.label((WIDTH, HEAD / 2 - 4), "seen", "faint", "end", SMALL)
    for i, entry in enumerate(entries):
        middle = HEAD + ROW * (i + 0.5)
        end = zero + reach * entry.average / full
        low, high = middle - THICK / 2, middle + THICK / 2
        role: Role = "positive" if entry.average >= 0 else "negative"
        drawing.label((left, middle), shortened(entry.name, NAMES), "ink", "end")
        drawing.shape((zero, low), (end, low), (end, high), (zero, high), role=role)
        drawing.label((right + 40, middle), f"{entry.average:+.2g}", "ink", "end", SMALL)
        if found.counts is not None:
            drawing.label((WIDTH, middle), f"{entry.count:,}", "faint", "end", SMALL)
    drawing.line((zero, HEAD - 4), (zero, HEAD + ROW * len(entries)))
    return drawing
