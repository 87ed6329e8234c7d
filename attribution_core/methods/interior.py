"""Interior gradients: what each evaluation on a path says, kept apart instead of averaged.

Sundararajan, Taly and Yan, *Gradients of Counterfactuals* (2016), sections 2.3 and 2.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..engine import Evaluated, Point
from ..path_curve import MOST_MAPS, ClassLogits, PathCurve
from ..target import ClassScore
from .average import widened

Map = Callable[[Point], Tensor]
"""Attributions, one tensor per input, to the map that a person looks at (summed over channels, say)."""


class Interior:
    """Gathers the curve of a path from evaluations that are made anyway.

    Where there are several paths (one per baseline) it is the mean of their curves.

    Parameters
    ----------
    classes : whose logits are followed.
    logits : outputs (n, columns) to the logits of these classes, (n, classes).
    map_of : keep the maps of the first 16 scales above 0 (rules are refined over the whole path, so these are spread
        over it); None to keep none.
    """

    def __init__(
        self, classes: Sequence[ClassScore], logits: Callable[[Tensor], Tensor], map_of: Map | None = None
    ) -> None:
        self._classes = classes
        self._logits = logits
        self._map_of = map_of
        self._numbers: dict[float, Tensor] = {}
        self._maps: dict[float, Tensor] = {}

    def add(self, scales: Sequence[float], part: Evaluated, velocities: Sequence[Point], share: float) -> None:
        """A micro-batch of K scores: its scales, and the path's velocity at each. `share` is one over the paths."""
        with torch.no_grad():
            magnitudes = torch.stack([_size(gradient) for gradient in part.gradients]).sum(0)
            columns = [part.scores, magnitudes, self._logits(part.outputs)]
            rows = torch.cat([column.to("cpu", torch.float64) for column in columns], dim=1)
        for i, scale in enumerate(scales):
            self._numbers[scale] = self._numbers.get(scale, 0) + share * rows[i]
            if self._map_of is not None and scale > 0 and (scale in self._maps or len(self._maps) < MOST_MAPS):
                maps = self._interior_maps(tuple(g[i] for g in part.gradients), velocities[i])
                self._maps[scale] = self._maps.get(scale, 0) + share * maps

    def scores_at(self, scale: float) -> list[float] | None:
        """The K scores there; None where nothing was evaluated."""
        row = self._numbers.get(scale)
        return None if row is None else row[: (len(row) - len(self._classes)) // 2].tolist()

    def curve(self, k: int) -> PathCurve | None:
        """The curve of the k-th score; None while nothing was evaluated."""
        if not self._numbers:
            return None
        scales = sorted(self._numbers)
        table = torch.stack([self._numbers[scale] for scale in scales]).T.tolist()
        count = (len(table) - len(self._classes)) // 2
        logits = table[2 * count :]
        kept = sorted(self._maps)
        return PathCurve(
            scales=tuple(scales),
            scores=tuple(table[k]),
            logits=tuple(
                ClassLogits(entry.index, entry.label, tuple(values))
                for entry, values in zip(self._classes, logits, strict=True)
            ),
            magnitudes=tuple(table[count + k]),
            map_scales=tuple(kept),
            maps=torch.stack([self._maps[scale][k] for scale in kept]) if kept else None,
        )

    def _interior_maps(self, gradients: Point, velocity: Point) -> Tensor:
        """(K, *map)"""
        assert self._map_of is not None
        products = [speed * gradient for speed, gradient in zip(velocity, widened(gradients), strict=True)]
        count = len(products[0])
        maps = [self._map_of(tuple(product[k] for product in products)) for k in range(count)]
        return torch.stack(maps).to("cpu", torch.float32)


def _size(gradients: Tensor) -> Tensor:
    """Sums of absolute values, of (n, K, *shape) to (n, K)."""
    wide = torch.promote_types(gradients.dtype, torch.float32)
    sizes: Tensor = torch.linalg.vector_norm(gradients.flatten(2), 1, dim=2, dtype=wide)
    return sizes
