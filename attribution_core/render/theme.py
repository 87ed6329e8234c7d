"""Light and dark: what ink, paper and the two signs look like on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..palette import DIVERGING, DIVERGING_DARK, Rgb, parse_hex

Role = Literal["paper", "ink", "faint", "line", "positive", "negative"]
"""What a colour is for. Its value is the theme's business."""
ThemeName = Literal["light", "dark"]


@dataclass(frozen=True)
class Theme:
    """The colours of everything but photos and heat.

    Attributes
    ----------
    line : of axes and frames: there, but not in the way.
    positive, negative : for the class, against it.
    signs : the palette of words, from the strongest negative value to the strongest positive one.
    """

    paper: str
    ink: str
    faint: str
    line: str
    positive: str
    negative: str
    signs: tuple[str, ...]

    def hex(self, role: Role) -> str:
        """A role's colour as `#rrggbb`."""
        found: str = getattr(self, role)
        return found

    def rgb(self, role: Role, opacity: float = 1.0) -> Rgb:
        """A role's colour; translucent, as it looks on the paper."""
        front, ground = parse_hex(self.hex(role)), parse_hex(self.paper)
        red, green, blue = (round(g + (f - g) * opacity) for f, g in zip(front, ground, strict=True))
        return red, green, blue


LIGHT = Theme("#ffffff", "#18181b", "#5f5f68", "#d7d7dc", DIVERGING[24], DIVERGING[8], DIVERGING)
DARK = Theme("#18181b", "#e4e4e7", "#a1a1aa", "#47474f", DIVERGING[22], DIVERGING[10], DIVERGING_DARK)
THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}
ROLES: tuple[Role, ...] = ("paper", "ink", "faint", "line", "positive", "negative")


def properties(theme: Theme) -> str:
    """The theme as CSS custom properties, one for each role."""
    return ";".join(f"--hl-{role}:{theme.hex(role)}" for role in ROLES)
