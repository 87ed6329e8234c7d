"""Type for PNG: Pillow's own, and what the machine has where that lacks a letter."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Font = Union[FreeTypeFont, ImageFont]

OTHERS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansArabic-Regular.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
    "msgothic.ttc",
)
"""Pillow looks for them where the system keeps its fonts."""
NOWHERE = "\uffff"
"""A letter that no font has: what is drawn for it is drawn for every letter that is lacking."""


def font_for(text: str, size: float) -> Font:
    """The font that has the most letters of a text: Pillow's own, unless another has more.

    Parameters
    ----------
    size : pixels.
    """
    letters = frozenset(letter for letter in text if not letter.isspace())
    own = _own(size)
    if all(ord(letter) < 128 for letter in letters):
        return own
    return min([own, *_installed(size)], key=lambda font: sum(_lacks(font, letter) for letter in letters))


@lru_cache(maxsize=8192)
def length_of(text: str, size: float) -> float:
    """How wide a text becomes, pixels."""
    return font_for(text, size).getlength(text)


@lru_cache(maxsize=64)
def _own(size: float) -> Font:
    from PIL import ImageFont

    return ImageFont.load_default(size)


@lru_cache(maxsize=64)
def _installed(size: float) -> tuple[Font, ...]:
    from PIL import ImageFont

    found: list[Font] = []
    for name in OTHERS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(found)


@lru_cache(maxsize=4096)
def _lacks(font: Font, letter: str) -> bool:
    return bytes(font.getmask(letter)) == bytes(font.getmask(NOWHERE))
