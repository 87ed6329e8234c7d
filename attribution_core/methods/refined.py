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

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from math import hypot, inf

import torch
from torch import Tensor

from ..engine import Point
from ..quadrature import SEGMENTS, NestedTrapezoid
from .average import Average, Averaging, weighted_sums
from .path import Part, Walk

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
        self._sums: Point = ()
        """One tensor (segments, K, *shape) per input."""
        self._points: list[float] = []
        self._scores: dict[float, Tensor] = {}

    def add(self, points: Sequence[float]) -> Iterator[None]:
        """Evaluates points of the rule, and stops after each micro-batch but the last."""
        self._points.extend(points)
        for part, more in self._walk.along(points):
            if part.places:
                self._take([points[place] for place in part.places], part)
            if more:
                yield

    def begin(self) -> Generator[None, None, list[Point]]:
        """Evaluates the ends of all segments and their first middles in one go, and stops after each micro-batch but
        the last. Returns what each segment contributes by its ends alone."""
        points = [point for helping in self._rule.ends() for point in helping]
        points += [point for segment in range(SEGMENTS) for point in self._rule.middles(segment)]
        self._rule.intervals = [2] * SEGMENTS
        self._points.extend(points)
        ends = RefinedAverage(self._walk, NestedTrapezoid())
        for part, more in self._walk.along(points):
            if part.places:
                here = [points[place] for place in part.places]
                self._take(here, part)
                if count := sum(self._rule.is_end(point) for point in here):  # they come first
                    gradients = tuple(gradient[:count] for gradient in part.gradients)
                    ends._take(here[:count], Part(part.places[:count], part.scores[:count], gradients))
            if more:
                yield
        return [ends.attributions(segment) for segment in range(SEGMENTS)]

    def double(self, segments: Sequence[int]) -> Iterator[None]:
        """Doubles the rules of some segments."""
        points = [point for segment in segments for point in self._rule.middles(segment)]
        for segment in segments:
            self._rule.intervals[segment] *= 2
            for total in self._sums:
                total[segment].mul_(0.5)
        yield from self.add(points)

    def attributions(self, segment: int) -> Point:
        """What a segment contributes (a copy)."""
        sums = [total[segment] for total in self._sums]
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
        totals = [total.sum(0) / counted for total in self._sums]
        if self._walk.velocity is not None:
            totals = [total * speed for total, speed in zip(totals, self._walk.velocity, strict=True)]
        return Average.along(tuple(totals), self._rule.name, self._points, [w / counted for w in weights], errors)

    def _take(self, points: Sequence[float], part: Part) -> None:
        weights = [[0.0] * len(points) for _ in range(SEGMENTS)]
        for i, point in enumerate(points):
            for segment, weight in self._rule.shares(point):
                weights[segment][i] = weight * self._walk.share
        added = weighted_sums(weights, part.gradients)
        if not self._sums:
            self._sums = added
        else:
            for total, more in zip(self._sums, added, strict=True):
                total.add_(more)
        scores = self._walk.share * part.scores.to(added[0].dtype)
        for point, score in zip(points, scores, strict=True):
            if self._rule.is_end(point):
                self._scores[point] = self._scores.get(point, 0) + score


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


def refined_gradients(
    walk: Walk, maps: Maps, most: int, aim: float, enough: Callable[[Average], bool], previews: bool = True
) -> Averaging:
    """Integrated gradients by a nested trapezoid rule that is doubled where the map is least certain.

    Parameters
    ----------
    maps : what the error is estimated of.
    most : points, at most; at least 9 are taken.
    aim : relative error of the maps that is wanted.
    enough : whether an average will do.
    previews : hand out averages also before there is an estimate of their error.
    """
    rule = NestedTrapezoid()
    running = RefinedAverage(walk, rule)
    if previews:
        for points in rule.ends():
            yield from running.add(points)
            yield running.average()
        coarse = [maps(running.attributions(segment)) for segment in range(SEGMENTS)]
        yield from running.double(range(SEGMENTS))
    else:
        coarse = [maps(attributions) for attributions in (yield from running.begin())]
    doubled = [_Doubled.of(before, maps(running.attributions(segment)), None) for segment, before in enumerate(coarse)]
    while True:
        gaps = torch.stack([_sum(doubled[segment].map) - running.gain(segment) for segment in range(SEGMENTS)])
        size = _absolute(sum((each.map for each in doubled[1:]), doubled[0].map))
        best = running.average(_errors(doubled, gaps, size))
        worst = torch.maximum(torch.stack([each.factor * each.moved for each in doubled]), gaps.abs())
        each = (worst / size.clamp_min(torch.finfo(size.dtype).tiny)).amax(1).tolist()
        rates = [0.25 if bool((one.factor == SMOOTH).all()) else 0.5 for one in doubled]
        chosen = _chosen(each, rates, rule.intervals, most, aim)
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


def _chosen(
    errors: Sequence[float], rates: Sequence[float], intervals: Sequence[int], most: int, aim: float
) -> list[int]:
    """The segments to double together: always the one with the largest error per gradient that doubling takes, until
    what is expected of them is `aim`, or what comes next depends on how these turn out.

    Parameters
    ----------
    errors : of each segment, as a share of the map.
    rates : what doubling is expected to leave of it.
    """
    expected, cost = list(errors), list(intervals)
    left, spent = most - 1 - sum(intervals), 0
    chosen: list[int] = []
    while True:
        known = [i for i in range(SEGMENTS) if i not in chosen and cost[i] <= left - spent]
        if not known:
            return sorted(chosen)
        best = max(known, key=lambda i: expected[i] / cost[i])
        unsure = max((expected[i] / cost[i] for i in chosen), default=0.0) > expected[best] / cost[best]
        if spent >= ROUND and (unsure or hypot(*expected) <= aim):
            return sorted(chosen)
        chosen.append(best)
        spent += cost[best]
        expected[best] *= rates[best]
        cost[best] *= 2


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
