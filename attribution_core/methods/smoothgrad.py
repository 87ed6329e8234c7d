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

from ..beside import own_noise
from ..engine import Engine, Point
from ..quadrature import Rule
from .average import Average, Averaging, widened
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
    with own_noise():
        drawn = torch.randn(tensor.shape, generator=generator, dtype=torch.float32, device="cpu")
    return tensor + drawn.to(tensor).mul_(spread)


def smoothgrad(
    engine: Engine,
    copies: Iterator[Point],
    statistic: Statistic = "mean",
    baselines: Sequence[Point] = (),
    rule: Rule = HERE,
    previews: bool = True,
) -> Averaging:
    """A statistic over the attributions of copies: their gradients or, from baselines, their integrated gradients.

    Parameters
    ----------
    rule : where on the way from each baseline; for gradients only the sample itself.
    previews : hand out an average after 1, 2, 4, 8, ... copies.
    """
    moments, shown = _Moments(statistic), 1
    for attributions in _of_copies(engine, copies, baselines, rule):
        if attributions is not None:
            moments.add(attributions)
        if previews and moments.count >= shown:
            shown = 2 * moments.count
            yield _average(moments, rule)
        else:
            yield None
    return _average(moments, rule)


def _of_copies(
    engine: Engine, copies: Iterator[Point], baselines: Sequence[Point], rule: Rule
) -> Iterator[Point | None]:
    """After each micro-batch the attributions of the copies that it completed, (copies, K, *shape); None if of none."""
    started: list[StraightPath] = []
    parts = engine.gradients(_places(copies, baselines, rule, started))
    if not baselines:
        for part in parts:
            yield widened(part.gradients) if len(part.scores) else None
        return
    each = len(rule.points) * len(baselines)
    sums: list[Tensor] = []
    inside = 0
    for part in parts:
        completed: list[list[Tensor]] = []
        for gradients in zip(*widened(part.gradients), strict=True):
            weight = rule.weights[inside // len(baselines)] / len(baselines)
            here = [weight * g * v for g, v in zip(gradients, started.pop(0).velocity(1.0), strict=True)]
            sums = [total.add_(more) for total, more in zip(sums, here, strict=True)] if sums else here
            inside += 1
            if inside == each:
                completed.append(sums)
                sums, inside = [], 0
        yield tuple(torch.stack(tensors) for tensors in zip(*completed, strict=True)) if completed else None


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
    """Mean, mean of squares or variance of what is added, without keeping it (Chan, Golub and LeVeque 1983)."""

    def __init__(self, statistic: Statistic) -> None:
        self.count = 0
        self._statistic = statistic
        self._means: list[Tensor] = []
        self._spreads: list[Tensor] = []

    def add(self, several: Point) -> None:
        """Attributions of a few copies, (copies, K, *shape)."""
        new = len(several[0])
        if self._statistic == "mean square":
            several = tuple(tensor.square() for tensor in several)
        means = [tensor.mean(0) for tensor in several]
        if not self.count:
            self._means = [torch.zeros_like(mean) for mean in means]
            self._spreads = [torch.zeros_like(mean) for mean in means]
        share = new / (self.count + new)
        for tensor, mean, known, spread in zip(several, means, self._means, self._spreads, strict=True):
            moved = mean - known
            known.add_(moved, alpha=share)
            if self._statistic == "variance":
                spread.add_((tensor - mean).square().sum(0)).addcmul_(moved, moved, value=self.count * share)
        self.count += new

    def statistic(self) -> Point:
        if self._statistic == "variance":
            return tuple(spread / self.count for spread in self._spreads)
        return tuple(mean.clone() for mean in self._means)


def _average(moments: _Moments, rule: Rule) -> Average:
    return Average(moments.statistic(), rule.name, rule.points, rule.weights, order=tuple(range(len(rule.points))))
