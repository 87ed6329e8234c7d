"""Integrated gradients that look before they leap: gradients are spent where the map still moves.

Four segments of the path have a trapezoid rule each. Doubling a rule moves the segment's share of the map, and that
says two things. How far it moved bounds how far it still is from the truth: about a third of it where the integrand
is smooth, and up to all of it where it jumps, as a ReLU network's does at every kink. And how far it moved beside the
doubling before tells the two apart: a quarter where it is smooth, a half where it jumps. Where the errors of segments
have nothing to do with each other their squares add up.

No doubling sees a rise that falls between all points. The scores do: what a segment's attributions add up to is
what the score gained there, and its map is wrong at least by the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

import torch
from torch import Tensor

from ..engine import Point
from ..quadrature import SEGMENTS, NestedTrapezoid
from .average import Average, Averaging, widened
from .path import Step, Walk

KINKED = 0.6
"""Error of a doubled rule, as a share of how far doubling moved it, of an integrand that jumps."""
SMOOTH = 0.4
"""The same of a smooth one; 1/3 in the limit."""
QUIETER = 0.35
"""An integrand is smooth where a doubling moves the map by less than this share of the one before."""
ROUND = 4
"""Gradients on each path that are spent before looking again, at least."""

Maps = Callable[[Point], Tensor]
"""Attributions of K scores, one tensor (K, *shape) per input, to their maps, (K, *map)."""


class RefinedAverage:
    """A weighted average of gradients by a nested trapezoid rule: a sum for each segment, whatever the points."""

    def __init__(self, walk: Walk, rule: NestedTrapezoid) -> None:
        self._walk = walk
        self._rule = rule
        self._sums: list[list[Tensor]] = [[] for _ in range(SEGMENTS)]
        self._points: list[float] = []
        self._scores: dict[float, Tensor] = {}

    def add(self, points: Sequence[float]) -> Iterator[None]:
        """Evaluates points of the rule, and stops after each micro-batch but the last."""
        self._points.extend(points)
        for steps, more in self._walk.along(points):
            for step in steps:
                self._take(points[step.place], step)
            if more:
                yield

    def double(self, segments: Sequence[int]) -> Iterator[None]:
        """Doubles the rules of some segments."""
        points = [point for segment in segments for point in self._rule.middles(segment)]
        for segment in segments:
            self._rule.intervals[segment] *= 2
            for total in self._sums[segment]:
                total.mul_(0.5)
        yield from self.add(points)

    def attributions(self, segment: int) -> Point:
        """What a segment contributes (a copy)."""
        sums = self._sums[segment]
        if self._walk.velocity is None:
            return tuple(total.clone() for total in sums)
        return tuple(total * speed for total, speed in zip(sums, self._walk.velocity, strict=True))

    def gain(self, segment: int) -> Tensor:
        """What the scores gained over a segment, (K,)."""
        return self._scores[(segment + 1) / SEGMENTS] - self._scores[segment / SEGMENTS]

    def average(self, errors: tuple[float, ...] | None = None) -> Average:
        """The average as it is now (a copy)."""
        weights = [sum(weight for _, weight in self._rule.shares(point)) for point in self._points]
        counted = sum(weights)
        begun = [self.attributions(segment) for segment in range(SEGMENTS) if self._sums[segment]]
        totals = tuple(sum(parts[1:], parts[0]) / counted for parts in zip(*begun, strict=True))
        return Average.along(totals, self._rule.name, self._points, [w / counted for w in weights], errors)

    def _take(self, point: float, step: Step) -> None:
        wide = widened(step.gradients)
        if step.velocity is not None:
            wide = tuple(gradient * speed for gradient, speed in zip(wide, step.velocity, strict=True))
        for segment, weight in self._rule.shares(point):
            if not self._sums[segment]:
                self._sums[segment] = [torch.zeros_like(gradient) for gradient in wide]
            for total, gradient in zip(self._sums[segment], wide, strict=True):
                total.add_(gradient, alpha=weight * self._walk.share)
        if (point * SEGMENTS) % 1 == 0:
            self._scores[point] = self._scores.get(point, 0) + self._walk.share * step.score.to(wide[0].dtype)


@dataclass(frozen=True)
class _Doubled:
    """What doubling its rule did to the map of a segment, (K, *map).

    Attributes
    ----------
    moved : (K,), the sum of the change's absolute values.
    factor : (K,), the map's error as a share of the change.
    """

    map: Tensor
    change: Tensor
    moved: Tensor
    factor: Tensor

    @classmethod
    def of(cls, before: Tensor, now: Tensor, earlier: _Doubled | None) -> _Doubled:
        change = now - before
        moved = _absolute(change)
        smooth = torch.zeros_like(moved) if earlier is None else (moved <= QUIETER * earlier.moved).to(moved.dtype)
        return cls(now, change, moved, SMOOTH * smooth + KINKED * (1 - smooth))


def refined_gradients(walk: Walk, maps: Maps, most: int, enough: Callable[[Average], bool]) -> Averaging:
    """Integrated gradients by a nested trapezoid rule that is doubled where the map is least certain.

    Parameters
    ----------
    maps : what the error is estimated of.
    most : points, at most; at least 9 are taken.
    enough : whether an average will do.
    """
    rule = NestedTrapezoid()
    running = RefinedAverage(walk, rule)
    for points in rule.ends():
        yield from running.add(points)
        yield running.average()
    coarse = [maps(running.attributions(segment)) for segment in range(SEGMENTS)]
    yield from running.double(range(SEGMENTS))
    doubled = [_Doubled.of(before, maps(running.attributions(segment)), None) for segment, before in enumerate(coarse)]
    while True:
        gaps = torch.stack([_sum(doubled[segment].map) - running.gain(segment) for segment in range(SEGMENTS)])
        size = _absolute(sum((each.map for each in doubled[1:]), doubled[0].map))
        best = running.average(_errors(doubled, gaps, size))
        worst = torch.maximum(torch.stack([each.factor * each.moved for each in doubled]), gaps.abs())
        each = (worst / size.clamp_min(torch.finfo(size.dtype).tiny)).amax(1).tolist()
        chosen = _chosen(each, rule.intervals, most)
        if enough(best) or not chosen:
            yield None
            return best
        yield best
        yield from running.double(chosen)
        for segment in chosen:
            earlier = doubled[segment]
            doubled[segment] = _Doubled.of(earlier.map, maps(running.attributions(segment)), earlier)


def repeated_refinement(walk: Walk, points: Sequence[float]) -> Averaging:
    """The same with all points known beforehand, in the order in which they were evaluated."""
    running = RefinedAverage(walk, NestedTrapezoid.of(points))
    yield from running.add(points)
    average = running.average()
    yield average
    return average


def _chosen(errors: Sequence[float], intervals: Sequence[int], most: int) -> list[int]:
    """The segments to double: those with the largest error per gradient that it takes, as far as there are any left."""
    left, chosen, spent = most - 1 - sum(intervals), [], 0
    for segment in sorted(range(SEGMENTS), key=lambda i: -errors[i] / intervals[i]):
        if intervals[segment] <= left - spent and spent < ROUND:
            chosen.append(segment)
            spent += intervals[segment]
    return sorted(chosen)


def _errors(doubled: Sequence[_Doubled], gaps: Tensor, size: Tensor) -> tuple[float, ...]:
    """Estimated relative errors of the maps, never below what the sums prove."""
    shape = (-1, *[1] * (doubled[0].map.dim() - 1))
    squares = [(each.factor.reshape(shape) * each.change).square() for each in doubled]
    errors = torch.maximum(_absolute(sum(squares[1:], squares[0]).sqrt()), gaps.sum(0).abs())
    return tuple(
        e / s if s > 0 else (0.0 if e == 0 else inf) for e, s in zip(errors.tolist(), size.tolist(), strict=True)
    )


def _sum(maps: Tensor) -> Tensor:
    return maps.flatten(1).sum(1)


def _absolute(maps: Tensor) -> Tensor:
    return maps.abs().flatten(1).sum(1)
