"""Columns of a table as bars: how they carry the score from the baseline to the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..attribution import ColumnScore, TabularAttribution
from .drawing import SMALL, Drawing, Place, room, shortened
from .theme import Role
from .words import share_or_number, short

WIDTH = 660
ROW = 26
"""Height of a row, pixels."""
THICK = 16
"""Height of a bar."""
POINT = 5
"""A bar ends in a point of this length, so that its direction can be seen without colour."""
MOST_ROWS = 14
NAME_WIDTH = 230
NUMBERS = 64
"""Pixels for the numbers on the right."""
NUMBERS_FROM = 130
"""Pixels that a column of bars must have for numbers of its own."""

RowKind = Literal["start", "column", "rest", "gap", "end"]
ROLES: dict[RowKind, Role] = {"start": "faint", "column": "ink", "rest": "faint", "gap": "faint", "end": "faint"}
"""Of the names of rows."""


@dataclass(frozen=True)
class Step:
    """A row: from where to where it carries the score.

    Attributes
    ----------
    kind : a `column`; the `rest` of the columns together; what no column accounts for (the `gap`); and for methods
        along a path the score that it starts from and the one that it gets to.
    """

    name: str
    start: float
    score: float
    kind: RowKind = "column"

    @property
    def end(self) -> float:
        return self.start + self.score


def steps(attribution: TabularAttribution, most: int = MOST_ROWS) -> list[Step]:
    """Rows from the column that matters most to the one that matters least.

    For methods along a path each begins where the one before ended; for others all begin at 0. Beyond `most` columns
    the rest is taken together, and where columns do not add up to what the score gained, a row says by how much.
    """
    ordered = by_size(attribution.columns)
    shown, rest = (ordered, []) if len(ordered) <= most else (ordered[: most - 1], ordered[most - 1 :])
    found = [Step(named(column), 0.0, column.score) for column in shown]
    if rest:
        found.append(Step(f"{len(rest)} other columns", 0.0, sum(column.score for column in rest), "rest"))
    complete, target = attribution.completeness, attribution.target
    if complete is None or target.baseline_value is None:
        return found
    gap = complete.expected - complete.total
    if abs(gap) > 0.01 * max(abs(complete.expected), *(abs(step.score) for step in found)):
        found.append(Step("not accounted for", 0.0, gap, "gap"))
    at = target.baseline_value
    chain = [Step(f"baseline: {attribution.baseline}", at, 0.0, "start")]
    for step in found:
        chain.append(Step(step.name, at, step.score, step.kind))
        at = chain[-1].end
    return [*chain, Step("this row", target.value, 0.0, "end")]


def by_size(columns: Sequence[ColumnScore]) -> list[ColumnScore]:
    """The largest contributions first."""
    return sorted(columns, key=lambda column: -abs(column.score))


def named(column: ColumnScore) -> str:
    """A column and its value."""
    return f"{column.name} = {column.value}" if column.value else column.name


def waterfall(attribution: TabularAttribution) -> Drawing:
    """One bar for each column, the largest first: orange towards the score, blue away from it.

    For a method along a path the bars lead from the baseline's score to the row's; for others they all begin at 0.
    """
    rows = steps(attribution)
    falls = bool(rows) and rows[0].kind == "start"
    left, right = 16 + _name_width([row.name for row in rows]), WIDTH - NUMBERS - 8
    ends = [value for row in rows for value in (row.start, row.end)]
    lower, upper = min(ends, default=0.0), max(ends, default=0.0)
    width = (upper - lower) or 1.0

    def x(value: float) -> float:
        return left + 8 + (value - lower) / width * (right - left - 16)

    drawing = Drawing(WIDTH, ROW * len(rows) + 8, alternative(attribution))
    if not falls:
        drawing.line((x(0), 4), (x(0), 4 + ROW * len(rows)), role="faint")
    for i, row in enumerate(rows):
        middle = 4 + ROW * (i + 0.5)
        drawing.label((left - 6, middle), shortened(row.name, left - 14), ROLES[row.kind], "end")
        drawing.label((WIDTH - 8, middle), number(row, attribution.target.score), "ink", "end")
        if row.kind in ("start", "end"):
            drawing.line((x(row.start), middle - THICK / 2), (x(row.start), middle + THICK / 2), role="ink", width=2)
        else:
            role: Role = "faint" if row.kind == "gap" else "positive" if row.score >= 0 else "negative"
            drawing.shape(*_arrow(x(row.start), x(row.end), middle), role=role)
        if falls and row.kind != "end":
            drawing.line((x(row.end), middle + THICK / 2), (x(row.end), middle + ROW - THICK / 2), role="faint")
    return drawing


def side_by_side(
    found: Sequence[TabularAttribution], titles: Sequence[str], fulls: Sequence[float], as_given: bool = False
) -> Drawing:
    """One column of bars for each attribution, all with the same rows.

    Parameters
    ----------
    fulls : the score that fills half of the width, for each.
    as_given : rows in the order of the columns; otherwise the largest first.
    """
    scores = [{column.name: column.score for column in one.columns} for one in found]
    largest = {
        column.name: max(abs(each.get(column.name, 0.0)) / full for each, full in zip(scores, fulls, strict=True))
        for column in found[0].columns
    }
    rows = sorted(found[0].columns, key=lambda column: 0 if as_given else -largest[column.name])[:MOST_ROWS]
    left = 16 + _name_width([named(row) for row in rows])
    width = (WIDTH - left - 8) / len(found)
    numbers = 56 if width >= NUMBERS_FROM else 0
    head = ROW + 12 * any("  " in title for title in titles)
    drawing = Drawing(WIDTH, head + ROW * len(rows) + 8, "; ".join(map(alternative, found)))
    for i, row in enumerate(rows):
        drawing.label((left - 6, head + ROW * (i + 0.5)), shortened(named(row), left - 14), "ink", "end")
    for j, title in enumerate(titles):
        centre = left + width * j + (width - numbers) / 2
        half = (width - numbers) / 2 - 4
        for k, line in enumerate(title.split("  ")):  # a number stands on a line of its own
            role: Role = "faint" if k else "ink"
            drawing.label((centre, 12 + 13 * k), shortened(line, width - 2, SMALL), role, "middle", SMALL)
        drawing.line((centre, head), (centre, head + ROW * len(rows)))
        for i, row in enumerate(rows):
            middle, score = head + ROW * (i + 0.5), scores[j].get(row.name, 0.0)
            end = centre + half * max(-1.0, min(1.0, score / fulls[j]))
            drawing.shape(*_arrow(centre, end, middle), role="positive" if score >= 0 else "negative")
            if numbers:
                drawing.label((left + width * (j + 1) - 4, middle), signed(score), "faint", "end", SMALL)
    return drawing


def alternative(attribution: TabularAttribution) -> str:
    """The bars in words."""
    best = ", ".join(f"{named(column)} {signed(column.score)}" for column in by_size(attribution.columns)[:5])
    return f"Bars of what each column contributes to {short(attribution.target.label)}: {best}"


def full_score(attribution: TabularAttribution) -> float:
    """The largest contribution, in absolute value."""
    return max((abs(column.score) for column in attribution.columns), default=0.0)


def number(step: Step, score: str) -> str:
    """A contribution with its sign; a score as people read it."""
    return share_or_number(score, step.start) if step.kind in ("start", "end") else signed(step.score)


def signed(value: float) -> str:
    """Two significant digits and a sign."""
    return f"{value:+.2g}" if value else "0"


def _name_width(names: Sequence[str]) -> float:
    return min(NAME_WIDTH, max([room(name) for name in names], default=0))


def _arrow(start: float, end: float, middle: float) -> tuple[Place, ...]:
    """A bar that points to where it leads."""
    half, towards = THICK / 2, 1 if end >= start else -1
    neck = end - towards * min(POINT, abs(end - start))
    return (start, middle - half), (neck, middle - half), (end, middle), (neck, middle + half), (start, middle + half)
