"""Integrated gradients: gradients gathered on the way from a baseline to the sample.

    IG_i(x) = (x_i - x'_i) * integral over a in [0, 1] of dF/dx_i at x' + a (x - x')

Sundararajan, Taly and Yan, *Gradients of Counterfactuals* (2016) and *Axiomatic Attribution for Deep Networks*
(2017). The gradient alone is blind where the score saturates: at the sample nothing seems to matter any more.
On the way there, where the score rose, it did. The attributions add up to F(x) - F(x'): *completeness*.

From several baselines it is the average of their integrated gradients: *expected gradients* (Erion et al. 2021).
Erion et al. draw one random point per baseline; here every baseline gets the whole rule, which costs more
gradients and leaves no noise of the draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..engine import Engine
from ..quadrature import Refinement
from .average import Average, Averaging, RunningAverage
from .interior import Interior
from .paths import Path, StraightPath


def integrated_gradients(
    engine: Engine,
    paths: Sequence[Path],
    refinements: Iterable[Refinement],
    *,
    interior: Interior | None = None,
    errors: Callable[[Average, Average], tuple[float, ...]] | None = None,
    enough: Callable[[Average], bool] = lambda average: False,
) -> Averaging:
    """The average along paths of gradient times velocity, by a rule that is refined while one looks on.

    Parameters
    ----------
    paths : all of them end at the sample.
    refinements : from `quadrature.progressive` or `quadrature.doubling`.
    interior : keeps what the evaluations say on the way.
    errors : with `doubling`: estimates the errors of an average from the one before it and itself.
    enough : whether an average will do; asked after each refinement.
    """
    (path, *others) = paths
    # On one straight path the velocity is the same everywhere, and need be multiplied by only once.
    common = path.velocity(1.0) if isinstance(path, StraightPath) and not others else None
    running = RunningAverage(common)
    best: Average | None = None
    for refinement in refinements:
        running.begin(refinement)
        places = [(a, weight / len(paths), path) for a, weight in zip(*_of(refinement), strict=True) for path in paths]
        used = 0
        for part in engine.gradients(path.at(a) for a, _, path in places):
            here = places[used : used + len(part.scores)]
            velocities = [common if common is not None else path.velocity(a) for a, _, path in here]
            for i, (_, weight, _) in enumerate(here):
                own = None if common is not None else velocities[i]
                running.add(tuple(gradient[i] for gradient in part.gradients), weight, own)
            if interior is not None:
                interior.add([a for a, _, _ in here], part, velocities, share=1 / len(paths))
            used += len(here)
            if used < len(places):
                yield None
        before, best = best, running.average()
        if errors is not None and before is not None and before.rule == "trapezoid":
            best = replace(best, errors=errors(before, best))
        yield best
        if enough(best):
            break
    assert best is not None, "a rule has at least one point"
    return best


def _of(refinement: Refinement) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return refinement.points, refinement.weights
