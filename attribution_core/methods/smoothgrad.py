"""SmoothGrad: attributions of many noisy copies of the sample, averaged.

    mean_j A(x + e_j),   e_j ~ N(0, (noise * (max x - min x))^2)

Smilkov et al., *SmoothGrad: removing noise by adding noise* (2017). The average of the squares is its variant
SmoothGrad-Squared (Hooker et al., *A Benchmark for Interpretability Methods*, 2019), their variance VarGrad
(Adebayo et al., *Local Explanation Methods for Deep Neural Networks Lack Sensitivity to Parameter Values*, 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import torch
from torch import Tensor

from ..engine import Engine, Point
from ..quadrature import Rule
from .average import Average, Averaging, RunningAverage
from .paths import StraightPath

Statistic = Literal["mean", "mean square", "variance"]
"""Of the copies' attributions. The variance is that of the copies themselves, divided by n and not by n - 1."""
HERE = Rule("point", (1.0,), (1.0,))


def noisy_copies(sample: Point, count: int, noise: float, seed: int) -> Iterator[Point]:
    """Copies of a point with Gaussian noise on each input that varies.

    Parameters
    ----------
    noise : standard deviation, as a share of (max - min) of each input.
    seed : the noise is drawn on the CPU, so that it is the same on every device.
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    spreads = [noise * float(tensor.max() - tensor.min()) for tensor in sample]
    for _ in range(count):
        yield tuple(_disturbed(tensor, spread, generator) for tensor, spread in zip(sample, spreads, strict=True))


def _disturbed(tensor: Tensor, spread: float, generator: torch.Generator) -> Tensor:
    drawn = torch.randn(tensor.shape, generator=generator, dtype=torch.float64, device="cpu")
    return (tensor.to("cpu", torch.float64) + spread * drawn).to(tensor)


def smoothgrad(
    engine: Engine,
    copies: Iterator[Point],
    statistic: Statistic = "mean",
    baselines: Sequence[Point] = (),
    rule: Rule = HERE,
) -> Averaging:
    """A statistic over the attributions of copies: their gradients or, from baselines, their integrated gradients.

    An average is handed out after 1, 2, 4, 8, ... copies.

    Parameters
    ----------
    rule : where on the way from each baseline; for gradients only the sample itself.
    """
    moments = _Moments()
    started: list[StraightPath] = []
    each = len(rule.points) * max(1, len(baselines))
    running, inside, shown = RunningAverage(), 0, 1
    for part in engine.gradients(_places(copies, baselines, rule, started)):
        for i in range(len(part.scores)):
            path = started.pop(0) if baselines else None
            weight = rule.weights[inside // max(1, len(baselines))] / max(1, len(baselines))
            velocity = None if path is None else path.velocity(1.0)
            running.add(tuple(gradient[i] for gradient in part.gradients), weight, velocity)
            inside += 1
            if inside == each:
                moments.add(running.sums)
                running, inside = RunningAverage(), 0
        if moments.count >= shown:
            shown = 2 * moments.count
            yield _average(moments, statistic, rule)
        else:
            yield None
    return _average(moments, statistic, rule)


def _places(
    copies: Iterator[Point], baselines: Sequence[Point], rule: Rule, started: list[StraightPath]
) -> Iterator[Point]:
    """All points of all copies; takes note of the paths that they lie on."""
    for copy in copies:
        paths = [StraightPath(baseline, copy) for baseline in baselines]
        for a in rule.points:
            if not paths:
                yield copy
            for path in paths:
                started.append(path)
                yield path.at(a)


class _Moments:
    """Mean, mean of squares and variance of what is added, without keeping it (Welford 1962)."""

    def __init__(self) -> None:
        self.count = 0
        self._mean: list[Tensor] = []
        self._squares: list[Tensor] = []
        self._spread: list[Tensor] = []

    def add(self, point: Point) -> None:
        if not self.count:
            self._mean, self._squares, self._spread = ([torch.zeros_like(t) for t in point] for _ in range(3))
        self.count += 1
        for mean, squares, spread, value in zip(self._mean, self._squares, self._spread, point, strict=True):
            before = value - mean
            mean.add_(before, alpha=1 / self.count)
            spread.addcmul_(before, value - mean)
            squares.addcmul_(value, value)

    def statistic(self, which: Statistic) -> Point:
        if which == "mean":
            return tuple(mean.clone() for mean in self._mean)
        sums = self._squares if which == "mean square" else self._spread
        return tuple(total / self.count for total in sums)


def _average(moments: _Moments, statistic: Statistic, rule: Rule) -> Average:
    return Average(
        moments.statistic(statistic), rule.name, rule.points, rule.weights, order=tuple(range(len(rule.points)))
    )
