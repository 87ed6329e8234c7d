"""An attribution over its photo, as a picture one can hand on."""

from __future__ import annotations

import ctypes
import io
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from ..attribution import Attribution, ImageAttribution
from ..errors import BadRequest
from .legend import captioned
from .paint import GAMMA, GLOW, SIGNS, STRONGEST, Show
from .scale import Scaled, scaled

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SMALLEST_SIDE = 256
"""Photos are enlarged to at least so many pixels, so that a digit of 8 x 8 can be seen."""


def heatmap_png(attribution: Attribution, max_width: int = 900, show: Show = "magnitude") -> bytes:
    """The photo, beside it the photo with its heatmap, and a legend that says what the colours mean.

    Parameters
    ----------
    max_width : pixels.
    show : `magnitude` (how much a place matters) or `signed` (for or against the class).

    Raises
    ------
    BadRequest
        If the attribution is not over an image.
    """
    if not isinstance(attribution, ImageAttribution):
        raise BadRequest("a heatmap was asked for, and this attribution is over a text", "Write HTML instead.")
    values = scaled(attribution.signed if show == "signed" else attribution.magnitude)
    gap = 12
    side = _shown_size(attribution.photo, (max_width - 3 * gap) // 2)
    photo = resized(attribution.photo, side)
    figure = captioned(
        [_picture(photo), _picture(overlay(photo, attribution, values, show))], attribution, values, show, gap
    )
    buffer = io.BytesIO()
    figure.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def overlay(photo: Tensor, attribution: ImageAttribution, values: Scaled, show: Show) -> Tensor:
    """The heatmap over a photo of any size: uint8 (height, width, 3)."""
    strengths = _on_photo(values.strengths, attribution, *photo.shape[:2])
    grey = photo.double() @ torch.tensor((0.299, 0.587, 0.114), dtype=torch.float64, device="cpu")
    paint = GLOW if show == "magnitude" else SIGNS
    table = torch.tensor(paint.colours(), dtype=torch.float64, device="cpu")
    colours = table[((strengths + 1) / 2 * (len(table) - 1)).round().long()]
    opacity = (STRONGEST * strengths.abs() ** GAMMA)[:, :, None]
    ground = (paint.ground[0] + grey * paint.ground[1])[:, :, None]
    return (ground * (1 - opacity) + colours * opacity).round().clamp(0, 255).to(torch.uint8)


def _on_photo(strengths: Tensor, attribution: ImageAttribution, height: int, width: int) -> Tensor:
    """The map at the photo's size, where it lies on it; 0 around it."""
    left, top, right, bottom = attribution.region
    x0, x1 = round(left * width), max(round(left * width) + 1, round(right * width))
    y0, y1 = round(top * height), max(round(top * height) + 1, round(bottom * height))
    coarse = (y1 - y0) >= 4 * strengths.shape[0]
    mode = "nearest" if coarse else "bilinear"
    options = {} if coarse else {"align_corners": False}
    placed = torch.zeros(height, width, dtype=torch.float64, device="cpu")
    resized = functional.interpolate(strengths[None, None], (y1 - y0, x1 - x0), mode=mode, **options)[0, 0]
    placed[y0:y1, x0:x1] = resized[: height - y0, : width - x0]
    return placed


def _shown_size(photo: Tensor, most: int) -> tuple[int, int]:
    """(height, width) to draw a photo in: whole multiples for small ones, never wider than `most`."""
    height, width = photo.shape[:2]
    zoom = 1.0
    if max(height, width) < SMALLEST_SIDE:
        zoom = -(-SMALLEST_SIDE // max(height, width))
    zoom = min(zoom, most / width, 2 * most / height)
    return max(1, round(height * zoom)), max(1, round(width * zoom))


def resized(photo: Tensor, size: tuple[int, int]) -> Tensor:
    channels_first = photo.permute(2, 0, 1)[None]
    if size[0] >= 4 * photo.shape[0]:
        return functional.interpolate(channels_first, size, mode="nearest")[0].permute(1, 2, 0)
    return functional.interpolate(channels_first, size, mode="bilinear", antialias=True)[0].permute(1, 2, 0)


def _picture(pixels: Tensor) -> Picture:
    from PIL import Image

    flat = pixels.contiguous()  # read without numpy, which torch does not require
    return Image.frombytes("RGB", (flat.shape[1], flat.shape[0]), ctypes.string_at(flat.data_ptr(), flat.numel()))
