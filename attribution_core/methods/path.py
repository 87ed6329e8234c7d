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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from ..engine import Engine, Point
from ..quadrature import Refinement
from .average import Average, Averaging, RunningAverage
from .interior import Interior
from .paths import Path, StraightPath


@dataclass(frozen=True)
class Step:
    """What one gradient on a path says.

    Attributes
    ----------
    place : which of the positions that were asked for.
    score : (K,), there.
    gradients : one tensor per input.
    velocity : of the path there, where paths differ in it.
    """

    place: int
    score: Tensor
    gradients: Point
    velocity: Point | None


class Walk:
    """Gradients at positions of one path or of several, evaluated together.

    Parameters
    ----------
    paths : all of them end at the sample.
    interior : keeps what the evaluations say on the way.

    Attributes
    ----------
    velocity : of all paths everywhere: on one straight path, where gradients need be multiplied by it only once.
    share : what each path counts.
    """

    def __init__(self, engine: Engine, paths: Sequence[Path], interior: Interior | None = None) -> None:
        self._engine = engine
        self._paths = paths
        self._interior = interior
        (path, *others) = paths
        self.velocity = path.velocity(1.0) if isinstance(path, StraightPath) and not others else None
        self.share = 1 / len(paths)

    def along(self, positions: Sequence[float]) -> Iterator[tuple[list[Step], bool]]:
        """The gradients at each position on every path, a micro-batch at a time, and whether more are to come."""
        places = [(i, a, path) for i, a in enumerate(positions) for path in self._paths]
        used = 0
        for part in self._engine.gradients(path.at(a) for _, a, path in places):
            if not len(part.scores):  # it waits for its turn
                yield [], True
                continue
            here = places[used : used + len(part.scores)]
            used += len(here)
            velocities = [self.velocity if self.velocity is not None else path.velocity(a) for _, a, path in here]
            if self._interior is not None:
                self._interior.add([a for _, a, _ in here], part, velocities, share=self.share)
            steps = [
                Step(
                    place,
                    part.scores[i],
                    tuple(gradient[i] for gradient in part.gradients),
                    velocities[i] if self.velocity is None else None,
                )
                for i, (place, _, _) in enumerate(here)
            ]
            yield steps, used < len(places)


def integrated_gradients(walk: Walk, refinements: Iterable[Refinement]) -> Averaging:
    """The average along paths of gradient times velocity, by a rule that is handed out in helpings.

    Parameters
    ----------
    refinements : from `quadrature.progressive`.
    """
    running = RunningAverage(walk.velocity)
    best: Average | None = None
    for refinement in refinements:
        running.begin(refinement)
        for steps, more in walk.along(refinement.points):
            for step in steps:
                running.add(step.gradients, refinement.weights[step.place] * walk.share, step.velocity)
            if more:
                yield None
        best = running.average()
        yield best
    assert best is not None, "a rule has at least one point"
    return best
