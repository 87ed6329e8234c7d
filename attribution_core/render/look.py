"""How a picture is wanted, and what the parts of a figure are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .paint import Paint, Show
from .theme import LIGHT, Theme

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

WIDTH = 900
"""Pixels at which type has its own size; in wider figures it grows with them."""


@dataclass(frozen=True)
class Look:
    """How attributions are to be drawn.

    Attributes
    ----------
    show : for images: how much a place matters, for or against, or the pixels themselves where they matter.
    width : pixels at most.
    full : the value that has the full colour in every panel; None for each panel's own.
    titles : of the panels; none for a single one.
    original : for images: the photo itself stands beside.
    as_given : for tables: rows stay in the order of the columns.
    """

    show: Show = "magnitude"
    theme: Theme = LIGHT
    width: int = WIDTH
    full: float | None = None
    titles: Sequence[str] = ()
    original: bool = True
    as_given: bool = False

    @property
    def zoom(self) -> float:
        """How much larger than usual type and lines are."""
        return max(1.0, self.width / WIDTH)


@dataclass(frozen=True)
class ColourBar:
    """What the colours of a picture mean.

    Attributes
    ----------
    full : the value of the full colour; None where panels have values of their own.
    """

    paint: Paint
    full: float | None


@dataclass(frozen=True)
class Body:
    """The inside of a figure.

    Attributes
    ----------
    reading : sentences that say how to read it.
    """

    image: Picture
    bar: ColourBar | None = None
    reading: list[str] = field(default_factory=list)
