"""Drawings of lines, shapes and words: made once, written as SVG for pages and painted for PNG.

Places are in pixels from the upper left corner; a label is centred vertically on its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Union

from .theme import Role

Place = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
SMALL, NORMAL = 11, 12
"""Sizes of type, pixels."""
ADVANCE = 0.54
"""Width of a letter as a share of the size of its type, on average: room is made by this where no font is at hand."""


@dataclass(frozen=True)
class Stroke:
    """A line through some places; `dash` alternates between drawn and left out, in pixels."""

    places: tuple[Place, ...]
    role: Role
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A filled polygon."""

    corners: tuple[Place, ...]
    role: Role
    opacity: float = 1.0


@dataclass(frozen=True)
class Label:
    """A line of words."""

    at: Place
    words: str
    role: Role = "ink"
    anchor: Anchor = "start"
    size: int = NORMAL


Mark = Union[Stroke, Shape, Label]


@dataclass
class Drawing:
    """Marks, the later over the earlier.

    Attributes
    ----------
    alternative : says in words what the drawing shows, for those who do not see it.
    """

    width: float
    height: float
    alternative: str
    marks: list[Mark] = field(default_factory=list)

    def line(self, *places: Place, role: Role = "line", width: float = 1.0, dash: tuple[float, ...] = ()) -> None:
        """Adds a stroke."""
        self.marks.append(Stroke(places, role, width, dash))

    def shape(self, *corners: Place, role: Role, opacity: float = 1.0) -> None:
        """Adds a polygon."""
        self.marks.append(Shape(corners, role, opacity))

    def label(self, at: Place, words: str, role: Role = "ink", anchor: Anchor = "start", size: int = NORMAL) -> None:
        """Adds words."""
        self.marks.append(Label(at, words, role, anchor, size))

    def place(self, other: Drawing, left: float, top: float) -> None:
        """Adds another drawing's marks, moved."""

        def moved(places: tuple[Place, ...]) -> tuple[Place, ...]:
            return tuple((x + left, y + top) for x, y in places)

        for mark in other.marks:
            if isinstance(mark, Stroke):
                self.marks.append(Stroke(moved(mark.places), mark.role, mark.width, mark.dash))
            elif isinstance(mark, Shape):
                self.marks.append(Shape(moved(mark.corners), mark.role, mark.opacity))
            else:
                self.marks.append(Label(moved((mark.at,))[0], mark.words, mark.role, mark.anchor, mark.size))


def room(words: str, size: int = NORMAL) -> float:
    """About how wide words become."""
    return ADVANCE * size * len(words)


def shortened(words: str, width: float, size: int = NORMAL) -> str:
    """Words that fit, the end left out where they are too long."""
    most = max(4, int(width / (ADVANCE * size)))
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[: most - 3].rstrip() + "..."
