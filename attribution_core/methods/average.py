"""A weighted average of gradients that grows in place."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..engine import Evaluated, Point
from ..quadrature import Refinement


@dataclass(frozen=True)
class Average:
    """A weighted average of gradients.

    Attributes
    ----------
    gradients : the average, one tensor per input, in float64 where the device has it.
    rule : the quadrature rule; `point` for a single one.
    points, weights : where the gradients were taken (0: baseline, 1: sample), and how they count.
    error : estimated relative L1 error of the map that is made of it; None where it is not estimated.
    """

    gradients: Point
    rule: str
    points: tuple[float, ...]
    weights: tuple[float, ...]
    error: float | None = None


Averaging = Generator["Average | None", None, Average]
"""A method at work. Each `next` evaluates at most one micro-batch; what it yields is a better average, or None
while there is none to show yet; what it returns is the result."""


class RunningAverage:
    """The average under way. Its memory is one set of inputs, however many points go in."""

    def __init__(self, like: Point) -> None:
        self._sums = tuple(torch.zeros_like(tensor, dtype=accumulator(tensor)) for tensor in like)
        self._rule = "point"
        self._points: list[float] = []
        self._weights: list[float] = []

    def begin(self, refinement: Refinement) -> None:
        """Makes room for the points of a refinement."""
        self._rule = refinement.rule
        for total in self._sums:
            total.mul_(refinement.kept)
        self._weights = [weight * refinement.kept for weight in self._weights]
        self._points.extend(refinement.points)
        self._weights.extend(refinement.weights)

    def add(self, part: Evaluated, weights: Sequence[float]) -> None:
        """Adds gradients, each with its weight."""
        for total, gradients in zip(self._sums, part.gradients, strict=True):
            for gradient, weight in zip(gradients, weights, strict=True):
                total.add_(gradient, alpha=weight)

    def average(self) -> Average:
        """The average as it is now (a copy), its points in increasing order."""
        order = sorted(range(len(self._points)), key=self._points.__getitem__)
        return Average(
            gradients=tuple(total.clone() for total in self._sums),
            rule=self._rule,
            points=tuple(self._points[i] for i in order),
            weights=tuple(self._weights[i] for i in order),
        )


def accumulator(tensor: Tensor) -> torch.dtype:
    """The type to add gradients up in: float64, or float32 on Apple's GPUs, which have no more."""
    return torch.float32 if tensor.device.type == "mps" else torch.float64
