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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..engine import Engine, Point
from ..quadrature import Rule
from .average import Averaging, RunningAverage, widened
from .interior import Interior
from .paths import Path, StraightPath


@dataclass(frozen=True)
class Part:
    """What one micro-batch of n gradients on paths says.

    Attributes
    ----------
    places : which of the positions that were asked for, n of them; none while the engine lets others go first.
    scores : (n, K), there.
    gradients : one tensor (n, K, *shape) per input, in the type to add up in; times the velocity of the path there,
        where paths differ in it.
    """

    places: list[int]
    scores: Tensor
    gradients: Point


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

    def along(self, positions: Sequence[float]) -> Iterator[tuple[Part, bool]]:
        """The gradients at each position on every path, a micro-batch at a time, and whether more are to come."""
        places = [(i, a, path) for i, a in enumerate(positions) for path in self._paths]
        used = 0
        for part in self._engine.gradients(path.at(a) for _, a, path in places):
            if not len(part.scores):  # it waits for its turn
                yield Part([], part.scores, ()), True
                continue
            here = places[used : used + len(part.scores)]
            used += len(here)
            velocities = [self.velocity if self.velocity is not None else path.velocity(a) for _, a, path in here]
            if self._interior is not None:
                self._interior.add([a for _, a, _ in here], part, velocities, share=self.share)
            gradients = widened(part.gradients)
            if self.velocity is None:
                speeds = [torch.stack(each)[:, None] for each in zip(*velocities, strict=True)]
                gradients = tuple(gradient * speed for gradient, speed in zip(gradients, speeds, strict=True))
            yield Part([place for place, _, _ in here], part.scores, gradients), used < len(places)


def integrated_gradients(walk: Walk, rule: Rule, previews: bool = True) -> Averaging:
    """The average along paths of gradient times velocity.

    Parameters
    ----------
    rule : its points in the order in which they are evaluated.
    previews : hand out an average after the first gradient, and whenever there are twice as many as at the last one.
    """
    running = RunningAverage(rule.name, walk.velocity)
    helpings = [slice(0, 1), slice(1, None)] if previews else [slice(None)]
    shown = 1
    for helping in helpings:
        points, weights = rule.points[helping], rule.weights[helping]
        for part, _ in walk.along(points):
            if part.places:
                here = [weights[place] for place in part.places]
                running.add(part.gradients, [points[place] for place in part.places], here, walk.share)
            if previews and len(running) >= shown:
                shown = 2 * len(running)
                yield running.average()
            else:
                yield None
    return running.average()
