"""How numbers become strengths of a colour."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ..blur import gaussian_blur

PERCENTILE = 99.5
"""Of the absolute values: what gets the full colour. A few stray pixels would dim everything else otherwise."""
SMOOTHING = 1 / 50
"""Deviation of the Gaussian that takes the speckle off a map, as a share of its longer side."""


@dataclass(frozen=True)
class Scaled:
    """A map in strengths.

    Attributes
    ----------
    strengths : (height, width), from -1 to 1.
    full : the value that has strength 1.
    deviation : of the smoothing, in pixels of the map; 0 for none.
    """

    strengths: Tensor
    full: float
    deviation: float


def scaled(
    values: Tensor, full: float | None = None, smoothing: float = SMOOTHING, percentile: float = PERCENTILE
) -> Scaled:
    """Smooths a map (a large one) and divides it by a robust maximum.

    Parameters
    ----------
    values : (height, width)
    full : divide by this instead, to compare maps.
    smoothing : deviation as a share of the longer side.
    percentile : of the absolute values, that has strength 1.
    """
    deviation = smoothing * max(values.shape)
    deviation = round(deviation, 1) if deviation >= 0.5 else 0.0
    smooth = gaussian_blur(values.double(), deviation)
    full = full or robust_maximum(smooth, percentile)
    return Scaled((smooth / full).clamp(-1, 1), full, deviation)


def robust_maximum(values: Tensor, percentile: float = PERCENTILE) -> float:
    """A high percentile of the absolute values; their maximum where that is 0, and 1 where all are."""
    ordered = values.abs().flatten().double().sort().values
    place = min(len(ordered) - 1, round(percentile / 100 * (len(ordered) - 1)))
    return float(ordered[place]) or float(ordered[-1]) or 1.0
