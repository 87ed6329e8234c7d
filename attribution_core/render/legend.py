"""The words and the colour bar around a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..attribution import ImageAttribution
from .paint import GLOW, SIGNS, Show
from .scale import PERCENTILE, Scaled
from .words import headline, provenance

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

INK, FAINT, PAPER = (24, 24, 27), (96, 96, 104), (255, 255, 255)
TITLE, SMALL = 17, 12
"""Sizes of type, pixels."""
BAR_HEIGHT = 10
NARROWEST = 360
"""Pixels: room for the words."""


def captioned(panels: list[Picture], attribution: ImageAttribution, values: Scaled, show: Show, gap: int) -> Picture:
    """Panels side by side, a title above, a colour bar and the method below, on white."""
    from PIL import Image, ImageDraw, ImageFont

    title, small = (ImageFont.load_default(size) for size in (TITLE, SMALL))
    width = max(NARROWEST, sum(panel.width for panel in panels) + gap * (len(panels) + 1))
    draw = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    said = [
        *_wrapped(draw, provenance(attribution), small, width - 2 * gap),
        *_wrapped(draw, _reading(values, show), small, width - 2 * gap),
    ]
    line = SMALL + 5
    top = gap + TITLE + 10
    panel_height = max(panel.height for panel in panels)
    bar_top = top + panel_height + gap
    height = bar_top + BAR_HEIGHT + 6 + line + 4 + line * len(said) + gap // 2
    figure = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(figure)
    draw.text((gap, gap - 2), _fitted(draw, headline(attribution), title, width - 2 * gap), INK, title)
    left = gap
    for panel in panels:
        figure.paste(panel, (left, top))
        left += panel.width + gap
    _bar(draw, gap, bar_top, width - 2 * gap, values, show, small)
    for i, words in enumerate(said):
        draw.text((gap, bar_top + BAR_HEIGHT + 10 + line * (i + 1)), words, FAINT, small)
    return figure


def _bar(
    draw: ImageDraw, left: int, top: int, width: int, values: Scaled, show: Show, font: ImageFont | FreeTypeFont
) -> None:
    paint = SIGNS if show == "signed" else GLOW
    for x in range(width):
        place = x / (width - 1)
        colour = paint.over_grey(2 * place - 1 if paint.signed else place)
        draw.line([(left + x, top), (left + x, top + BAR_HEIGHT)], colour)
    marks = [(0.0, "0", "la"), (1.0, f"{values.full:.2g}", "ra")]
    if show == "signed":
        marks = [(0.0, f"{-values.full:.2g} against", "la"), (0.5, "0", "ma"), (1.0, f"{values.full:.2g} for", "ra")]
    for place, words, anchor in marks:
        draw.text((left + place * width, top + BAR_HEIGHT + 4), words, INK, font, anchor=anchor)


def _reading(values: Scaled, show: Show) -> str:
    what = "How much each pixel matters, for or against" if show == "magnitude" else "For and against the class"
    smoothed = f", smoothed over {2 * values.deviation:.2g} pixels" if values.deviation else ""
    return f"{what}{smoothed}; full colour from the {PERCENTILE:g}th percentile"


def _wrapped(draw: ImageDraw, text: str, font: ImageFont | FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and draw.textlength(longer, font) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _fitted(draw: ImageDraw, text: str, font: ImageFont | FreeTypeFont, width: int) -> str:
    """A text, its middle taken out where it is too long; its last word (the number) is kept."""
    if draw.textlength(text, font) <= width:
        return text
    head, _, tail = text.rpartition("  ")
    while head and draw.textlength(f"{head}...  {tail}", font) > width:
        head = head[:-1]
    return f"{head}...  {tail}"
