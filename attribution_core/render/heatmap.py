"""An attribution over its photo, as pixels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ..attribution import ImageAttribution
from .paint import PAINTS, Show
from .scale import PERCENTILE, SMOOTHING, Scaled, scaled

SMALLEST_SIDE = 256
"""Photos are enlarged to at least so many pixels, so that a digit of 8 x 8 can be seen."""


@dataclass(frozen=True)
class Reading:
    """What is shown, and how it is said.

    Attributes
    ----------
    smoothing : deviation of the Gaussian as a share of the map's longer side.
    percentile : of the absolute values, that has the full colour.
    """

    what: str
    smoothing: float
    percentile: float


READINGS: dict[Show, Reading] = {
    "magnitude": Reading("How much each pixel matters, for or against", SMOOTHING, PERCENTILE),
    "signed": Reading("For and against the class", SMOOTHING, PERCENTILE),
    "pixels": Reading("Pixels as bright as they matter, for or against", 1 / 200, 99),
}


def painted_as(attribution: ImageAttribution, show: Show) -> Show:
    """What is shown of an attribution: of a difference its sign, whatever is shown of those beside it."""
    return "signed" if attribution.is_difference else show


def values_of(attribution: ImageAttribution, show: Show, full: float | None = None) -> Scaled:
    """The map that is shown, in strengths.

    Parameters
    ----------
    full : the value of strength 1; a robust maximum of the map's own when left out.
    """
    show = painted_as(attribution, show)
    values = attribution.signed if PAINTS[show].signed else attribution.magnitude
    return scaled(values, full, READINGS[show].smoothing, READINGS[show].percentile)


def reading(values: Scaled, show: Show, own_percentile: bool) -> str:
    """How to read a heatmap, in a sentence."""
    smoothed = f", smoothed over {2 * values.deviation:.2g} pixels" if values.deviation else ""
    scale = f"; full colour from the {READINGS[show].percentile:g}th percentile" if own_percentile else ""
    return f"{READINGS[show].what}{smoothed}{scale}"


def overlay(photo: Tensor, attribution: ImageAttribution, values: Scaled, show: Show) -> Tensor:
    """The heatmap over a photo of any size: uint8 (height, width, 3)."""
    return PAINTS[painted_as(attribution, show)].painted(
        photo, _on_photo(values.strengths, attribution, *photo.shape[:2])
    )


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


def shown_size(photo: Tensor, most: int) -> tuple[int, int]:
    """(height, width) to draw a photo in a panel of a width: filled, but no higher than twice its width. Small photos
    become whole multiples of themselves."""
    height, width = photo.shape[:2]
    zoom = min(most / width, 2 * most / height)
    if max(height, width) < SMALLEST_SIDE and zoom >= 1:
        zoom = int(zoom)
    return max(1, round(height * zoom)), max(1, round(width * zoom))


def resized(photo: Tensor, size: tuple[int, int]) -> Tensor:
    """A uint8 photo of shape (height, width, 3) in another size; enlarged much, its pixels stay squares."""
    channels_first = photo.permute(2, 0, 1)[None]
    if size[0] >= 4 * photo.shape[0]:
        return functional.interpolate(channels_first, size, mode="nearest")[0].permute(1, 2, 0)
    return functional.interpolate(channels_first, size, mode="bilinear", antialias=True)[0].permute(1, 2, 0)
