"""How strengths are painted over a photo."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ..palette import DIVERGING, SEQUENTIAL, Rgb, colour_at

Show = Literal["magnitude", "signed", "pixels"]
"""How much a place matters; whether it speaks for or against the class; the photo's own pixels, as bright as they
matter."""
LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in grey (ITU-R BT.601)."""
STRONGEST = 0.9
"""Opacity at full strength: something of the photo always shows through."""
GAMMA = 0.7
"""Opacity grows with strength to this power, so that middling strengths can be seen."""
DARKEST = 0.2
"""Where the sequential palette begins: below, it is nearly black, and would darken what does not matter."""


class Paint(ABC):
    """A way to show strengths.

    Attributes
    ----------
    signed : whether strengths go from -1 to 1, or from 0 to 1.
    """

    signed: bool

    @abstractmethod
    def painted(self, photo: Tensor, strengths: Tensor) -> Tensor:
        """A uint8 photo of shape (height, width, 3) with strengths of shape (height, width): uint8 as well."""

    @abstractmethod
    def over_grey(self, strength: float) -> Rgb:
        """What a strength looks like over middle grey: for colour bars, which must match the picture."""


@dataclass(frozen=True)
class Glow(Paint):
    """A palette over the grey photo, the more opaque the stronger.

    Attributes
    ----------
    ground : (a, b): a grey level g of the photo becomes a + b g.
    """

    stops: tuple[str, ...]
    ground: tuple[float, float]
    signed: bool

    def painted(self, photo: Tensor, strengths: Tensor) -> Tensor:
        grey = photo.double() @ torch.tensor(LUMA, dtype=torch.float64, device="cpu")
        table = torch.tensor(self.colours(), dtype=torch.float64, device="cpu")
        colours = table[((strengths + 1) / 2 * (len(table) - 1)).round().long()]
        opacity = (STRONGEST * strengths.abs() ** GAMMA)[:, :, None]
        ground = (self.ground[0] + grey * self.ground[1])[:, :, None]
        return (ground * (1 - opacity) + colours * opacity).round().clamp(0, 255).to(torch.uint8)

    def over_grey(self, strength: float) -> Rgb:
        grey, opacity = self.ground[0] + self.ground[1] * 128, STRONGEST * abs(strength) ** GAMMA
        red, green, blue = (round(grey * (1 - opacity) + part * opacity) for part in self.colour(strength))
        return red, green, blue

    def colour(self, strength: float) -> Rgb:
        """The pure colour of a strength."""
        if self.signed:
            return colour_at(self.stops, (strength + 1) / 2)
        return colour_at(self.stops, DARKEST + (1 - DARKEST) * abs(strength))

    def colours(self, count: int = 511) -> list[Rgb]:
        """The colours of evenly spaced strengths from -1 to 1."""
        return [self.colour(2 * i / (count - 1) - 1) for i in range(count)]


@dataclass(frozen=True)
class Pixels(Paint):
    """The photo itself, each pixel times its strength: what does not matter is black.

    Sundararajan, Taly and Yan, *Gradients of Counterfactuals* (2016), section 2.
    """

    signed: bool = False

    def painted(self, photo: Tensor, strengths: Tensor) -> Tensor:
        return (photo.double() * strengths.abs()[:, :, None]).round().to(torch.uint8)

    def over_grey(self, strength: float) -> Rgb:
        level = round(255 * abs(strength))
        return level, level, level


PAINTS: dict[Show, Paint] = {
    "magnitude": Glow(SEQUENTIAL, (0, 0.8), signed=False),
    "signed": Glow(DIVERGING, (115, 0.55), signed=True),
    "pixels": Pixels(),
}
