"""A picture with its title, its colour bar and the words below: what one hands on as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .fonts import font_for, length_of
from .look import Body, ColourBar, Look

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw

TITLE, SMALL = 17, 12
"""Sizes of type, pixels."""
GAP = 12
BAR_HEIGHT = 10
NARROWEST = 360
"""Pixels: room for the words."""


def figure(title: str, body: Body, said: Sequence[str], look: Look) -> Picture:
    """The body on the theme's paper, a title above it, and below it a colour bar and sentences in small type."""
    from PIL import Image, ImageDraw

    zoom, theme = look.zoom, look.theme
    gap, line = round(GAP * zoom), round((SMALL + 5) * zoom)
    width = max(round(NARROWEST * zoom), body.image.width + 2 * gap)
    small = SMALL * zoom
    lines = [part for words in (*said, *body.reading) for part in wrapped(words, small, width - 2 * gap)]
    top = gap + round((TITLE + 10) * zoom)
    under = top + body.image.height + gap
    bar_height = 0 if body.bar is None else round(BAR_HEIGHT * zoom) + line + gap // 2
    sheet = Image.new("RGB", (width, under + bar_height + line * len(lines) + gap), theme.rgb("paper"))
    draw = ImageDraw.Draw(sheet)
    write(draw, (gap, gap - 2), fitted(title, TITLE * zoom, width - 2 * gap), theme.rgb("ink"), TITLE * zoom)
    sheet.paste(body.image, (gap, top))
    if body.bar is not None:
        _bar(draw, gap, under, width - 2 * gap, body.bar, look)
    for i, words in enumerate(lines):
        write(draw, (gap, under + bar_height + line * i), words, theme.rgb("faint"), small)
    return sheet


def _bar(draw: ImageDraw, left: int, top: int, width: int, bar: ColourBar, look: Look) -> None:
    height = round(BAR_HEIGHT * look.zoom)
    for x in range(width):
        place = x / (width - 1)
        colour = bar.paint.over_grey(2 * place - 1 if bar.paint.signed else place)
        draw.line([(left + x, top), (left + x, top + height)], colour)
    for place, words, anchor in bar_marks(bar):
        at = (left + place * width, top + height + 4 * look.zoom)
        write(draw, at, words, look.theme.rgb("ink"), SMALL * look.zoom, anchor)


def bar_marks(bar: ColourBar) -> list[tuple[float, str, str]]:
    """Where on a colour bar, which words, anchored how."""
    full = "full colour" if bar.full is None else f"{bar.full:.2g}"
    if not bar.paint.signed:
        return [(0.0, "0", "la"), (1.0, full, "ra")]
    least = "" if bar.full is None else f"{-bar.full:.2g} "
    most = "" if bar.full is None else f"{bar.full:.2g} "
    return [(0.0, f"{least}against", "la"), (0.5, "0", "ma"), (1.0, f"{most}for", "ra")]


def write(
    draw: ImageDraw, at: tuple[float, float], words: str, colour: tuple[int, int, int], size: float, anchor: str = "la"
) -> None:
    """Words in a font that has their letters."""
    draw.text(at, words, colour, font_for(words, size), anchor=anchor)


def wrapped(text: str, size: float, width: float) -> list[str]:
    """A text as lines that fit."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and length_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def fitted(text: str, size: float, width: float) -> str:
    """A text, its middle taken out where it is too long; what stands behind two spaces (the number) is kept."""
    if length_of(text, size) <= width:
        return text
    head, gap, tail = text.rpartition("  ")
    if not gap:
        head, tail = tail, ""
    while head and length_of(f"{head}...{gap}{tail}", size) > width:
        head = head[:-1]
    return f"{head}...{gap}{tail}"
