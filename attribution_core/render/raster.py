"""Drawings as pixels."""

from __future__ import annotations

import ctypes
import io
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from .drawing import Drawing, Label, Mark, Place, Stroke
from .fonts import font_for
from .theme import Theme

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw

FINER = 4
"""Lines and shapes are drawn so many times larger and then made smaller, for smooth edges."""
SMALLER = 0.85
"""A picture that is still too large for its file shrinks to this share of its width, again and again."""
ANCHORS = {"start": "lm", "middle": "mm", "end": "rm"}


def picture(pixels: Tensor) -> Picture:
    """A uint8 tensor of shape (height, width, 3) as a Pillow picture."""
    from PIL import Image

    flat = pixels.contiguous()  # read without numpy, which torch does not require
    return Image.frombytes("RGB", (flat.shape[1], flat.shape[0]), ctypes.string_at(flat.data_ptr(), flat.numel()))


def png(image: Picture, most: int | None = None) -> bytes:
    """A Pillow picture as a file.

    Parameters
    ----------
    most : bytes. A larger file is made again with 256 colours, and then with fewer pixels.
    """
    data = _saved(image)
    while most is not None and len(data) > most and min(image.size) > 64:
        data = _saved(in_few_colours([image])[0])
        if len(data) > most:
            image = image.resize((round(image.width * SMALLER), round(image.height * SMALLER)))
    return data


def in_few_colours(images: Sequence[Picture]) -> list[Picture]:
    """Pictures in 256 colours that do for all of them, so that nothing flickers where one follows the other."""
    from PIL import Image

    all_of_it = Image.new("RGB", (images[0].width, sum(image.height for image in images)))
    top = 0
    for image in images:
        all_of_it.paste(image, (0, top))
        top += image.height
    # An octree keeps the few bright colours of the heat, which a median cut gives to the many greys of the photo.
    palette = all_of_it.quantize(256, method=Image.Quantize.FASTOCTREE)
    return [image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for image in images]


def _saved(image: Picture) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def painted(drawing: Drawing, theme: Theme, zoom: float = 1.0) -> Picture:
    """A drawing on the theme's paper."""
    from PIL import Image, ImageDraw

    size = (round(drawing.width * zoom), round(drawing.height * zoom))
    large = Image.new("RGB", (size[0] * FINER, size[1] * FINER), theme.rgb("paper"))
    brush = ImageDraw.Draw(large)
    for mark in drawing.marks:
        _draw(brush, mark, theme, zoom * FINER)
    image = large.reduce(FINER)
    brush = ImageDraw.Draw(image)
    for mark in drawing.marks:
        if isinstance(mark, Label):
            x, y = mark.at
            font = font_for(mark.words, mark.size * zoom)
            brush.text((x * zoom, y * zoom), mark.words, theme.rgb(mark.role), font, anchor=ANCHORS[mark.anchor])
    return image


def _draw(brush: ImageDraw, mark: Mark, theme: Theme, zoom: float) -> None:
    """A line or a shape; labels come later, at their own size."""
    if isinstance(mark, Stroke):
        places = [(x * zoom, y * zoom) for x, y in mark.places]
        width = max(1, round(mark.width * zoom))
        for piece in _dashes(places, [part * zoom for part in mark.dash]):
            brush.line(piece, theme.rgb(mark.role), width, joint="curve")
    elif not isinstance(mark, Label):
        brush.polygon([(x * zoom, y * zoom) for x, y in mark.corners], theme.rgb(mark.role, mark.opacity))


def _dashes(places: list[Place], dash: list[float]) -> list[list[Place]]:
    """A line cut into the pieces that are drawn."""
    if not dash:
        return [places]
    pieces: list[list[Place]] = [[places[0]]]
    part, left = 0, dash[0]
    for (x0, y0), (x1, y1) in itertools.pairwise(places):
        length, done = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 0.0
        while length - done > left:
            done += left
            corner = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if part % 2 == 0:
                pieces[-1].append(corner)
            else:
                pieces.append([corner])
            part, left = part + 1, dash[(part + 1) % len(dash)]
        left -= length - done
        if part % 2 == 0:
            pieces[-1].append((x1, y1))
    return [piece for piece in pieces if len(piece) > 1]
