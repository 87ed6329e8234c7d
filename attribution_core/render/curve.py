"""The saturation curve: score, logits and gradients on the way from the baseline to the sample.

Sundararajan, Taly and Yan, *Gradients of Counterfactuals* (2016), figures 2 to 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..attribution import Attribution
from ..path_curve import PathCurve
from .drawing import SMALL, Drawing, Place, shortened
from .interior import interpolated, path_of
from .theme import Role
from .words import share_or_number, short

WIDTH, HEIGHT = 660, 96
"""Pixels: of the whole, and of one plot."""
LEFT, RIGHT, BETWEEN, TOP = 64, 170, 44, 22
DASHES: tuple[tuple[float, ...], ...] = ((5, 3), (2, 3), (8, 3, 2, 3), (1, 4))
"""Of the classes that are not explained, in turn."""
GLANCE_WIDTH, GLANCE_HEIGHT = 440, 54
MOST_TICKS = 129
LABEL_GAP = 14
REACHED = 0.9
"""Where the score has come so far of its way, the picture says so."""


@dataclass(frozen=True)
class Line:
    """Values along the path.

    Attributes
    ----------
    end : stands at the line's end.
    """

    end: str
    values: Sequence[float]
    role: Role = "ink"
    dash: tuple[float, ...] = ()
    filled: bool = False


def saturation(attribution: Attribution, marker: float | None = None) -> Drawing:
    """Three plots over the scale from 0 (baseline) to 1 (sample): the score, the logits of the top classes and the
    gradient's magnitude.

    Parameters
    ----------
    marker : a scale to mark with a line, for animations.

    Raises
    ------
    BadRequest
        If the attribution's method follows no path.
    """
    path = path_of(attribution)
    target = attribution.target
    last = share_or_number(target.score, path.scores[-1])
    plots = [
        (f"{target.score.capitalize()} of {short(target.label)}", [Line(last, path.scores, "positive", filled=True)]),
        # The values of a regression have been drawn.
        ("Logits", [] if target.score == "value" else _logits(path, target.index)),
        ("Gradient, sum of absolute values", [Line(f"{path.magnitudes[-1]:.3g}", path.magnitudes, filled=True)]),
    ]
    plots = [(title, lines) for title, lines in plots if lines]
    drawing = Drawing(WIDTH, TOP + len(plots) * (HEIGHT + BETWEEN), alternative(attribution))
    for i, (title, lines) in enumerate(plots):
        top = TOP + i * (HEIGHT + BETWEEN)
        plot(drawing, path.scales, lines, title, top, HEIGHT)
        if i == 0:
            _reached(drawing, path, top)
        if marker is not None:
            x = _x(marker, drawing.width)
            drawing.line((x, top), (x, top + HEIGHT), role="ink", width=1.5)
    bottom = TOP + len(plots) * (HEIGHT + BETWEEN) - BETWEEN
    _axis(drawing, path.scales, bottom, attribution.baseline)
    return drawing


def glance(attribution: Attribution, scale: float) -> Drawing:
    """The score's curve alone, small, with a place on it."""
    path, target = path_of(attribution), attribution.target
    drawing = Drawing(GLANCE_WIDTH, GLANCE_HEIGHT + 26, alternative(attribution))
    lower, upper = min(0.0, *path.scores), max(0.0, *path.scores)
    span = (upper - lower) or 1.0

    def at(a: float, score: float) -> Place:
        return 4 + a * (GLANCE_WIDTH - 8), 4 + GLANCE_HEIGHT * (upper - score) / span

    places = tuple(at(a, score) for a, score in zip(path.scales, path.scores, strict=True))
    floor = at(0, 0)[1]
    drawing.shape((places[0][0], floor), *places, (places[-1][0], floor), role="positive", opacity=0.18)
    drawing.line((4, floor), (GLANCE_WIDTH - 4, floor))
    drawing.line(*places, role="positive", width=2)
    score = interpolated(path.scales, path.scores, scale)
    x, y = at(scale, score)
    drawing.line((x, 4), (x, 4 + GLANCE_HEIGHT), role="faint")
    drawing.shape(
        *((x + 4 * math.cos(i * math.pi / 8), y + 4 * math.sin(i * math.pi / 8)) for i in range(16)), role="ink"
    )
    words = f"scale {scale:.2f}   {target.score} {share_or_number(target.score, score)}"
    drawing.label((4, GLANCE_HEIGHT + 17), words, "ink")
    return drawing


def plot(
    drawing: Drawing, scales: Sequence[float], lines: Sequence[Line], title: str, top: float, height: float
) -> None:
    """Lines over the scale, with the least and the largest value at the left and names at the right."""
    every = [value for line in lines for value in line.values]
    lower, upper = min(every), max(every)
    if lines[0].filled:
        lower, upper = min(0.0, lower), max(0.0, upper)
    if upper == lower:
        upper = lower + 1

    def y(value: float) -> float:
        return top + height * (upper - value) / (upper - lower)

    drawing.label((LEFT, top - 12), shortened(title, WIDTH - LEFT), "ink", size=SMALL + 1)
    for value in (lower, upper):
        drawing.line((LEFT, y(value)), (WIDTH - RIGHT, y(value)))
        shown = 0.0 if abs(value) < 1e-3 * (upper - lower) else value
        drawing.label((LEFT - 8, y(value)), f"{shown:.3g}", "faint", "end", SMALL)
    ends: list[tuple[float, Line]] = []
    for line in lines:
        places = tuple((_x(a, drawing.width), y(value)) for a, value in zip(scales, line.values, strict=True))
        if line.filled:
            drawing.shape((places[0][0], y(0)), *places, (places[-1][0], y(0)), role=line.role, opacity=0.18)
        drawing.line(*places, role=line.role, width=2 if line.role != "faint" else 1.5, dash=line.dash)
        ends.append((places[-1][1], line))
    for at, line in _apart(ends):
        role: Role = "faint" if line.role == "faint" else "ink"
        drawing.label((WIDTH - RIGHT + 8, at), shortened(line.end, RIGHT - 8, SMALL), role, size=SMALL)


def alternative(attribution: Attribution) -> str:
    """The curve in words: where the score rises, and where the gradient is large."""
    path, target = path_of(attribution), attribution.target
    start = path.scores[0] if target.baseline_value is None else target.baseline_value
    first, last = share_or_number(target.score, start), share_or_number(target.score, target.value)
    said = [f"The {target.score} of {short(target.label)} goes from {first} at the baseline to {last} at the sample"]
    reached = path.reached(REACHED)
    if reached is not None:
        said.append(f"{REACHED:.0%} of the way is made at scale {reached:.2g}")
    at_sample = path.magnitudes[-1]
    largest = max(path.magnitudes)
    times = f", {float(f'{largest / at_sample:.2g}'):g} times that at the sample" if largest > at_sample > 0 else ""
    said.append(f"the gradient is largest at scale {path.steepest:.2g}{times}")
    return "; ".join(said) + "."


def _logits(path: PathCurve, target: int) -> list[Line]:
    """The explained class in its colour, the others dashed."""
    lines: list[Line] = []
    others = iter(DASHES * len(path.logits))
    for entry in path.logits:
        end = f"{entry.logits[-1]:.3g}  {short(entry.label)}"
        if entry.index == target:
            lines.append(Line(end, entry.logits, "positive"))
        else:
            lines.append(Line(end, entry.logits, "faint", next(others)))
    return lines


def _apart(ends: list[tuple[float, Line]]) -> list[tuple[float, Line]]:
    """Places of names, moved until none lies on another."""
    ordered = sorted(ends, key=lambda end: end[0])
    places = [place for place, _ in ordered]
    for _ in range(50):
        moved = False
        for i in range(len(places) - 1):
            lacking = LABEL_GAP - (places[i + 1] - places[i])
            if lacking > 0.01:
                places[i], places[i + 1] = places[i] - lacking / 2, places[i + 1] + lacking / 2
                moved = True
        if not moved:
            break
    return [(place, line) for place, (_, line) in zip(places, ordered, strict=True)]


def _reached(drawing: Drawing, path: PathCurve, top: float) -> None:
    reached = path.reached(REACHED)
    if reached is None or not 0.01 < reached < 0.99:
        return
    x = _x(reached, drawing.width)
    drawing.line((x, top), (x, top + HEIGHT), role="faint", dash=(3, 3))
    words, low = f"{REACHED:.0%} of the way at {reached:.2g}", top + HEIGHT - 10
    if reached < 0.6:
        drawing.label((x + 6, low), words, "faint", size=SMALL)
    else:
        drawing.label((x - 6, low), words, "faint", "end", SMALL)


def _axis(drawing: Drawing, scales: Sequence[float], bottom: float, baseline: str | None) -> None:
    """Ticks where the path was evaluated, and what its ends are."""
    for a in scales[:: max(1, -(-len(scales) // MOST_TICKS))]:
        x = _x(a, drawing.width)
        drawing.line((x, bottom + 4), (x, bottom + 8), role="faint")
    drawing.label((LEFT, bottom + 20), f"0  baseline{f' ({baseline})' if baseline else ''}", "faint", size=SMALL)
    drawing.label((WIDTH - RIGHT + 8, bottom + 20), "scale", "faint", size=SMALL)
    drawing.label((WIDTH - RIGHT, bottom + 20), "sample  1", "faint", "end", SMALL)


def _x(scale: float, width: float) -> float:
    return LEFT + scale * (width - RIGHT - LEFT)
