"""Where on the path to look, and how much each place counts.

Integrated gradients are an integral over the path's parameter a in [0, 1], from the baseline (0) to the
sample (1). A rule replaces it by a weighted average of the integrand at a few points:

    integral of f(a) da  ~  sum_i w_i f(a_i),    sum_i w_i = 1

No rule here knows about models: a rule is numbers, and an engine does the work. So that a picture can be
shown early and get better, points are taken in an order that leaves a usable average behind at any time.

Which rule? A smooth network (GELU, tanh) has a smooth integrand, and Gauss-Legendre converges
exponentially. A ReLU network has a piecewise constant one with jumps, and no rule beats plain midpoints.
A trapezoid rule that is doubled where it still moves is nearly as good on both, reuses every gradient, and
carries its own estimate of the error, so that one can ask for an accuracy instead of a number of points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A quadrature rule on [0, 1].

    Attributes
    ----------
    points : positions; increasing, unless said otherwise.
    weights : one per point; they sum to 1.
    """

    name: str
    points: tuple[float, ...]
    weights: tuple[float, ...]


def midpoint(n: int) -> Rule:
    """The middles of n equal intervals. Exact for lines; error O(1/n^2) where smooth, O(1/n) at jumps."""
    return Rule("midpoint", tuple((i + 0.5) / n for i in range(n)), (1 / n,) * n)


def trapezoid(n: int) -> Rule:
    """n points, both ends among them, the ends at half weight (one point: the sample's end)."""
    if n == 1:
        return Rule("trapezoid", (1.0,), (1.0,))
    inner = 1 / (n - 1)
    return Rule("trapezoid", tuple(i * inner for i in range(n)), (inner / 2, *(inner,) * (n - 2), inner / 2))


def right_riemann(n: int) -> Rule:
    """The right ends of n equal intervals: the sum of the paper (Sundararajan et al. 2016, eq. 6). Error O(1/n)."""
    return Rule("right-riemann", tuple((i + 1) / n for i in range(n)), (1 / n,) * n)


def gauss_legendre(n: int) -> Rule:
    """The n points that integrate every polynomial of degree 2n - 1 exactly.

    They are the roots of the Legendre polynomial P_n, found by Newton's method; the weight at a root x is
    2 / ((1 - x^2) P_n'(x)^2). Both are moved from [-1, 1] to [0, 1].
    """
    points, weights = [], []
    for i in range(n):
        x = -math.cos(math.pi * (i + 0.75) / (n + 0.5))
        for _ in range(100):
            value, slope = _legendre(n, x)
            step = value / slope
            x -= step
            if abs(step) < 1e-15:
                break
        slope = _legendre(n, x)[1]
        points.append((1 + x) / 2)
        weights.append(1 / ((1 - x * x) * slope * slope))
    return Rule("gauss-legendre", tuple(points), tuple(weights))


def _legendre(n: int, x: float) -> tuple[float, float]:
    """P_n(x) and its derivative, by the three-term recurrence."""
    before, value = 1.0, x
    for k in range(2, n + 1):
        before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
    return value, n * (x * value - before) / (x * x - 1)


RULES: dict[str, Callable[[int], Rule]] = {
    "midpoint": midpoint,
    "trapezoid": trapezoid,
    "gauss-legendre": gauss_legendre,
    "right-riemann": right_riemann,
}


def progressive(rule: Rule) -> Rule:
    """The same rule, its points in an order in which the first few, however many, are spread over the whole path."""
    order = sorted(range(len(rule.points)), key=_bit_reversed)
    return Rule(rule.name, tuple(rule.points[i] for i in order), tuple(rule.weights[i] for i in order))


def _bit_reversed(i: int) -> float:
    """van der Corput's sequence: i's binary digits mirrored behind the point, so that early i lie far apart."""
    value, unit = 0.0, 0.5
    while i:
        value, i, unit = value + unit * (i & 1), i >> 1, unit / 2
    return value


SEGMENTS = 4


class NestedTrapezoid:
    """Equal segments of the path, each with a trapezoid rule of its own that can be doubled: T(2n) = (T(n) + M(n)) / 2.

    So the points stand where they are needed, and none is given up. On a probability that rises in one place that is
    half of the points; splitting segments further, each at its worst place, brought nothing more.

    Attributes
    ----------
    intervals : of each segment, a power of two.
    """

    name = "nested-trapezoid"

    def __init__(self) -> None:
        self.intervals = [1] * SEGMENTS

    @classmethod
    def of(cls, points: Sequence[float]) -> NestedTrapezoid:
        """The rule that has these points."""
        nested = cls()
        for segment in range(SEGMENTS):
            nested.intervals[segment] = 1 + sum(segment < point * SEGMENTS < segment + 1 for point in points)
        return nested

    @staticmethod
    def ends() -> list[tuple[float, ...]]:
        """The ends of the segments, in helpings that each leave a trapezoid rule behind. The sample comes first: its
        gradient is what one wants to see first."""
        helpings: list[tuple[float, ...]] = [(1.0,), (0.0,)]
        between = 1
        while between < SEGMENTS:
            helpings.append(midpoint(between).points)
            between *= 2
        return helpings

    @staticmethod
    def is_end(point: float) -> bool:
        """Whether a segment begins or ends there."""
        return point * SEGMENTS % 1 == 0

    def middles(self, segment: int) -> tuple[float, ...]:
        """The points that doubling a segment adds."""
        return tuple((segment + point) / SEGMENTS for point in midpoint(self.intervals[segment]).points)

    def shares(self, point: float) -> list[tuple[int, float]]:
        """How much a point counts, in which segments: an end in both that it is an end of."""
        last = int(point * SEGMENTS)
        weights = [1 / (SEGMENTS * intervals) for intervals in self.intervals]
        if not self.is_end(point):
            return [(last, weights[last])]
        return [(segment, weights[segment] / 2) for segment in (last - 1, last) if 0 <= segment < SEGMENTS]
