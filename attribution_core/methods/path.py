"""Integrated gradients: gradients gathered on the way from a baseline to the sample.

    IG_i(x) = (x_i - x'_i) * integral over a in [0, 1] of dF/dx_i at x' + a (x - x')

Sundararajan, Taly and Yan, *Gradients of Counterfactuals* (2016) and *Axiomatic Attribution for Deep Networks*
(2017). The gradient alone is blind where the score saturates: at the sample nothing seems to matter any more.
On the way there, where the score rose, it did. The attributions add up to F(x) - F(x'): *completeness*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..engine import Engine, Point
from ..quadrature import Refinement, doubling_error
from .average import Average, Averaging, RunningAverage

Map = Callable[[Point], Tensor]
"""Attributions, one tensor per input, to the map that a person looks at (summed over channels, say)."""


@dataclass(frozen=True)
class StraightPath:
    """The segment from the baseline to the sample."""

    baseline: Point
    sample: Point

    def at(self, a: float) -> Point:
        """The point x' + a (x - x')."""
        return tuple(
            torch.lerp(start, end, a) if 0 < a < 1 else (start if a == 0 else end)
            for start, end in zip(self.baseline, self.sample, strict=True)
        )

    def attributions(self, gradients: Point) -> Point:
        """(x - x') times the average gradient."""
        return tuple(
            (end.to(average.dtype) - start.to(average.dtype)) * average
            for start, end, average in zip(self.baseline, self.sample, gradients, strict=True)
        )


def integrated_gradients(
    engine: Engine,
    path: StraightPath,
    refinements: Iterable[Refinement],
    map_of: Map | None = None,
    enough: Callable[[Average], bool] = lambda average: False,
) -> Averaging:
    """The average gradient along the path, by a rule that is refined while one looks on.

    Parameters
    ----------
    refinements : from `quadrature.progressive` or `quadrature.doubling`.
    map_of : with `doubling`: estimate the relative L1 error of this map.
    enough : whether an average will do; asked after each refinement.
    """
    running = RunningAverage(path.sample)
    best: Average | None = None
    for refinement in refinements:
        running.begin(refinement)
        used = 0
        for part in engine.gradients(path.at(a) for a in refinement.points):
            count = len(part.scores)
            running.add(part, refinement.weights[used : used + count])
            used += count
            if used < len(refinement.points):
                yield None
        before, best = best, running.average()
        if map_of is not None and before is not None and before.rule == "trapezoid":
            best = replace(best, error=_error(map_of, path, before, best))
        yield best
        if enough(best):
            break
    assert best is not None, "a rule has at least one point"
    return best


def _error(map_of: Map, path: StraightPath, before: Average, now: Average) -> float:
    """Estimated relative L1 error of the map, from how far the last doubling moved it."""
    old, new = (map_of(path.attributions(average.gradients)) for average in (before, now))
    return doubling_error(float(new.abs().sum()), float((new - old).abs().sum()))
