"""The average gradient of each class over the pixels of an image: small signed maps, each with its own scale."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from ..global_average import GlobalAverage
from ..palette import Rgb, colour_at
from .figure import SMALL, fitted, write
from .look import Body, ColourBar, Look
from .paint import Paint
from .raster import picture, png
from .scale import robust_maximum
from .theme import LIGHT

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

GAP = 12
ACROSS = 5
"""Maps in a row, at most."""
LARGEST = 300
"""Pixels of a map's side, at most."""
ON_PAGE = 160
"""The same on a page."""
READING = (
    "What one unit more at each pixel does to the class, on average: orange raises it, blue lowers it. Below each map "
    "the value of its full colour."
)


@dataclass(frozen=True)
class Flat(Paint):
    """A signed palette and nothing under it."""

    stops: tuple[str, ...]
    signed: bool = True

    def painted(self, photo: Tensor, strengths: Tensor) -> Tensor:
        count = 511
        table = torch.tensor([self.over_grey(2 * i / (count - 1) - 1) for i in range(count)], dtype=torch.uint8)
        return table[((strengths + 1) / 2 * (count - 1)).round().long()]

    def over_grey(self, strength: float) -> Rgb:
        return colour_at(self.stops, (strength + 1) / 2)


def signed_map(found: GlobalAverage, row: int) -> Tensor:
    """The sum over channels, (height, width)."""
    return found.gradients[row].sum(0)


def maps(averages: Sequence[GlobalAverage], look: Look) -> Body:
    """A map for each class, with the value of its full colour; several averages one below the other."""
    paint = Flat(look.theme.signs)
    several = len({found.model for found in averages}) > 1
    rows = [_grid(found, paint, look, found.model if several else "") for found in averages]
    return Body(_stacked(rows, look), ColourBar(paint, None), [READING])


def html(averages: Sequence[GlobalAverage]) -> str:
    """A figure for each class, as a fragment that needs the style sheet of `html`."""
    paint, parts = Flat(LIGHT.signs), []
    several = len({found.model for found in averages}) > 1
    for found in averages:
        figures = []
        for row, each in enumerate(found.classes):
            image, full = _drawn(signed_map(found, row), paint, ON_PAGE)
            data = base64.b64encode(png(image)).decode("ascii")
            figures.append(
                f"<figure><figcaption>{escape(each.label)}</figcaption>"
                f'<img alt="{escape(sentence(found, row))}" src="data:image/png;base64,{data}">'
                f'<figcaption class="faint">± {full:.2g}</figcaption></figure>'
            )
        heading = f"<h2>{escape(found.model)}</h2>" if several else ""
        parts.append(f'{heading}<div class="heatline-panels">{"".join(figures)}</div>')
    return f'{"".join(parts)}<p class="faint">{READING}</p>'


def sentence(found: GlobalAverage, row: int) -> str:
    """A map in words: for those who cannot see it."""
    values = signed_map(found, row)
    height, width = values.shape

    def where(place: Tensor) -> str:
        y, x = divmod(int(place), width)
        vertical = "top" if y < 0.35 * height else "bottom" if y > 0.65 * height else "middle"
        horizontal = " left" if x < 0.35 * width else " right" if x > 0.65 * width else ""
        return f"{vertical}{horizontal}"

    most, least = float(values.max()), float(values.min())
    return (
        f"{found.classes[row].label}: from {least:+.2g} ({where(values.argmin())}) to {most:+.2g} "
        f"({where(values.argmax())})"
    )


def _grid(found: GlobalAverage, paint: Paint, look: Look, heading: str) -> Picture:
    from PIL import Image, ImageDraw

    gap, type_size = round(GAP * look.zoom), SMALL * look.zoom
    line = round(type_size + 7 * look.zoom)
    across = min(ACROSS, len(found.classes))
    side = min(round(LARGEST * look.zoom), (look.width - gap * (across + 1)) // across)
    drawn = [_drawn(signed_map(found, row), paint, side) for row in range(len(found.classes))]
    width, height = drawn[0][0].width, drawn[0][0].height
    top = line if heading else 0
    cell = height + 2 * line + gap // 2
    rows = -(-len(drawn) // across)
    sheet = Image.new("RGB", (across * (width + gap) - gap, top + rows * cell), look.theme.rgb("paper"))
    draw = ImageDraw.Draw(sheet)
    if heading:
        write(draw, (0, 0), fitted(heading, type_size, sheet.width), look.theme.rgb("faint"), type_size)
    for i, ((image, full), each) in enumerate(zip(drawn, found.classes, strict=True)):
        left, upper = (i % across) * (width + gap), top + (i // across) * cell
        label = fitted(each.label, type_size, width)
        write(draw, (left, upper), label, look.theme.rgb("ink"), type_size)
        sheet.paste(image, (left, upper + line))
        write(draw, (left, upper + line + height + 3), f"± {full:.2g}", look.theme.rgb("faint"), type_size)
    return sheet


def _drawn(values: Tensor, paint: Paint, side: int) -> tuple[Picture, float]:
    """A map as large as fits, and the value of its full colour."""
    full = robust_maximum(values)
    strengths = (values.double() / full).clamp(-1, 1)
    height, width = values.shape
    zoom = side / max(height, width)
    if zoom >= 1:
        pixels = strengths.repeat_interleave(int(zoom), 0).repeat_interleave(int(zoom), 1)
    else:
        size = (max(1, round(height * zoom)), max(1, round(width * zoom)))
        pixels = functional.interpolate(strengths[None, None], size, mode="area")[0, 0]
    return picture(paint.painted(pixels, pixels)), full


def _stacked(pictures: Sequence[Picture], look: Look) -> Picture:
    from PIL import Image

    gap = round(GAP * look.zoom)
    size = max(each.width for each in pictures), sum(each.height for each in pictures) + gap * (len(pictures) - 1)
    sheet = Image.new("RGB", size, look.theme.rgb("paper"))
    top = 0
    for each in pictures:
        sheet.paste(each, (0, top))
        top += each.height + gap
    return sheet
