"""How strengths are painted over a grey photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..palette import DIVERGING, SEQUENTIAL, Rgb, colour_at

Show = Literal["magnitude", "signed"]
STRONGEST = 0.9
"""Opacity at full strength: something of the photo always shows through."""
GAMMA = 0.7
"""Opacity grows with strength to this power, so that middling strengths can be seen."""
DARKEST = 0.2
"""Where the sequential palette begins: below, it is nearly black, and would darken what does not matter."""


@dataclass(frozen=True)
class Paint:
    """A palette, and the ground that it is painted on.

    Attributes
    ----------
    ground : (a, b): a grey level g of the photo becomes a + b g.
    signed : whether strengths go from -1 to 1, or from 0 to 1.
    """

    stops: tuple[str, ...]
    ground: tuple[float, float]
    signed: bool

    def colour(self, strength: float) -> Rgb:
        """The pure colour of a strength."""
        if self.signed:
            return colour_at(self.stops, (strength + 1) / 2)
        return colour_at(self.stops, DARKEST + (1 - DARKEST) * abs(strength))

    def colours(self, count: int = 511) -> list[Rgb]:
        """The colours of evenly spaced strengths from -1 to 1."""
        return [self.colour(2 * i / (count - 1) - 1) for i in range(count)]

    def over_grey(self, strength: float) -> Rgb:
        """What a strength looks like over middle grey: for colour bars, which must match the picture."""
        grey, opacity = self.ground[0] + self.ground[1] * 128, STRONGEST * abs(strength) ** GAMMA
        red, green, blue = (round(grey * (1 - opacity) + part * opacity) for part in self.colour(strength))
        return red, green, blue


GLOW = Paint(SEQUENTIAL, (0, 0.8), signed=False)
SIGNS = Paint(DIVERGING, (115, 0.55), signed=True)
