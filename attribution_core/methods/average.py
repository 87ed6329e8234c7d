"""A weighted average of gradients that grows in place."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..engine import Point
from ..quadrature import Refinement


@dataclass(frozen=True)
class Average:
    """What a method has found so far.

    Attributes
    ----------
    attributions : one tensor per input, in float64 where the device has it; of shape (K, *shape of the input) where
        the engine explains K scores.
    rule : the quadrature rule; `point` for a single one.
    points, weights : where the gradients were taken (0: baseline, 1: sample), increasing, and how they count.
    order : for each evaluation, in the order of time, which of the points it was.
    errors : estimated relative L1 errors of the maps that are made of it, one per score; None where not estimated.
    """

    attributions: Point
    rule: str
    points: tuple[float, ...]
    weights: tuple[float, ...]
    order: tuple[int, ...] = (0,)
    errors: tuple[float, ...] | None = None

    @classmethod
    def along(
        cls,
        attributions: Point,
        rule: str,
        points: Sequence[float],
        weights: Sequence[float],
        errors: tuple[float, ...] | None = None,
    ) -> Average:
        """Of points in the order in which they were evaluated, and their weights."""
        places = sorted(range(len(points)), key=points.__getitem__)
        rank = {place: i for i, place in enumerate(places)}
        return cls(
            attributions,
            rule,
            tuple(points[i] for i in places),
            tuple(weights[i] for i in places),
            tuple(rank[i] for i in range(len(places))),
            errors,
        )


Averaging = Generator["Average | None", None, Average]
"""A method at work. Each `next` evaluates at most one micro-batch; what it yields is a better average, or None
while there is none to show yet; what it returns is the result."""


class RunningAverage:
    """The average under way: sum_i w_i factor_i * gradient_i / sum_i w_i.

    Its memory is one set of inputs, however many points go in. What is added up are the weights of the whole rule,
    so that the sum does not depend on when somebody looked.

    Parameters
    ----------
    factor : what all gradients are multiplied by, one tensor per input; 1 when left out.
    """

    def __init__(self, factor: Point | None = None) -> None:
        self._factor = factor
        self._sums: list[Tensor] = []
        self._rule = "point"
        self._points: list[float] = []
        self._weights: list[float] = []

    def begin(self, refinement: Refinement) -> None:
        """Makes room for the points of a refinement."""
        self._rule = refinement.rule
        self._points.extend(refinement.points)
        self._weights.extend(refinement.weights)

    def add(self, gradients: Point, weight: float, factor: Point | None = None) -> None:
        """Adds the gradient at one point, multiplied by a factor of its own if there is one."""
        wide = [gradient.to(accumulator(gradient)) for gradient in gradients]
        if factor is not None:
            wide = [gradient * each for gradient, each in zip(wide, factor, strict=True)]
        if not self._sums:
            self._sums = [torch.zeros_like(gradient) for gradient in wide]
        for total, gradient in zip(self._sums, wide, strict=True):
            total.add_(gradient, alpha=weight)

    @property
    def sums(self) -> Point:
        """sum_i w_i factor_i * gradient_i"""
        return tuple(self._sums)

    def average(self) -> Average:
        """The average as it is now (a copy)."""
        counted = sum(self._weights)
        whole = abs(counted - 1) < 1e-12
        sums = [total.clone() if whole else total / counted for total in self._sums]
        if self._factor is not None:
            sums = [total * factor for total, factor in zip(sums, self._factor, strict=True)]
        weights = self._weights if whole else [weight / counted for weight in self._weights]
        return Average.along(tuple(sums), self._rule, self._points, weights)


def accumulator(tensor: Tensor) -> torch.dtype:
    """The type to add gradients up in: float64, or float32 on Apple's GPUs, which have no more."""
    return torch.float32 if tensor.device.type == "mps" else torch.float64


def widened(point: Point) -> Point:
    """A point in the type to add up in."""
    return tuple(tensor.to(accumulator(tensor)) for tensor in point)
