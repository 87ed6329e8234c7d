"""A weighted average of gradients that grows in place."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..engine import Point


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
    """The average under way: sum_i w_i factor * gradient_i / sum_i w_i.

    Its memory is one set of inputs, however many points go in. What is added up are the weights of the whole rule,
    so that the sum does not depend on when somebody looked.

    Parameters
    ----------
    rule : name of the rule that it follows once all points are in.
    factor : what all gradients are multiplied by, one tensor per input; 1 when left out.
    """

    def __init__(self, rule: str, factor: Point | None = None) -> None:
        self._rule = rule
        self._factor = factor
        self._sums: Point = ()
        self._points: dict[float, float] = {}
        self._counted = 0.0

    def __len__(self) -> int:
        """Points, so far."""
        return len(self._points)

    def add(self, gradients: Point, points: Sequence[float], weights: Sequence[float], share: float = 1.0) -> None:
        """Adds gradients (n, K, *shape) at n points, which may come several times, with a share of their weight."""
        self._points.update(zip(points, weights, strict=True))
        self._counted += share * sum(weights)
        parts = weighted_sums([[share * weight for weight in weights]], gradients)
        if not self._sums:
            self._sums = tuple(part[0] for part in parts)
            return
        for total, part in zip(self._sums, parts, strict=True):
            total.add_(part[0])

    def average(self) -> Average:
        """The average as it is now (a copy)."""
        points, weights, counted = list(self._points), list(self._points.values()), self._counted
        whole = abs(counted - 1) < 1e-12
        sums = [total.clone() if whole else total / counted for total in self._sums]
        if self._factor is not None:
            sums = [total * factor for total, factor in zip(sums, self._factor, strict=True)]
        return Average.along(
            tuple(sums), self._rule, points, weights if whole else [weight / counted for weight in weights]
        )


def weighted_sums(weights: Sequence[Sequence[float]], gradients: Point) -> Point:
    """S sums over n gradients: weights (S, n) and tensors (n, *shape) to tensors (S, *shape)."""
    found = []
    for tensor in gradients:
        factors = torch.tensor(weights, dtype=tensor.dtype, device=tensor.device)
        found.append((factors @ tensor.flatten(1)).reshape(len(weights), *tensor.shape[1:]))
    return tuple(found)


def accumulator(tensor: Tensor) -> torch.dtype:
    """The type to add gradients up in: float64, or float32 on Apple's GPUs, which have no more."""
    return torch.float32 if tensor.device.type == "mps" else torch.float64


def widened(point: Point) -> Point:
    """A point in the type to add up in."""
    return tuple(tensor.to(accumulator(tensor)) for tensor in point)
