"""How many points to evaluate together.

A larger batch uses the machine better, until its activations no longer fit into the caches; then it gets
slower again. Nothing but the clock knows where. So the size is found while working: 1, 2, 4, 8, ... for as
long as a point gets cheaper, a step stays short, and the activations stay within a budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

STEP_SECONDS = 0.1
"""A micro-batch is meant to take at most about this long, so that work can be cancelled between two."""
MEMORY_BUDGET = 1 << 30
"""Bytes of saved activations that a micro-batch may need, at most."""
MOST_POINTS = 256
"""Points of a micro-batch, at most."""
GAIN = 0.95
"""A doubled batch must bring the time per point down to this share, or the smaller one is kept."""


class MicroBatch:
    """Chooses the size of micro-batches by measurement.

    Parameters
    ----------
    most : the largest size to try; 1 for models whose samples of a batch influence each other.

    Attributes
    ----------
    size : int
        How many points the next micro-batch should have.
    largest : int
        The largest that has been used.
    bytes_per_point : int or None
        Activations that the backward pass needs, per point; None until the first micro-batch was measured.
    """

    def __init__(self, most: int = MOST_POINTS) -> None:
        self.size = 1
        self.largest = 0
        self.bytes_per_point: int | None = None
        self._most = most
        self._settled = most == 1
        self._seconds: dict[int, float] = {}

    def took(self, points: int, seconds: float, saved: int) -> None:
        """Takes note of a micro-batch: how many points, how long, how many bytes were saved for backward."""
        self.largest = max(self.largest, points)
        if self.bytes_per_point is None:
            self.bytes_per_point = saved // points
        if self._settled or points != self.size:
            return
        each = seconds / points
        self._seconds[points] = min(each, self._seconds.get(points, each))
        smaller = self._seconds.get(points // 2)
        if smaller is not None and each > GAIN * smaller:
            # The very first evaluation is often slow (allocators, caches), so size 1 looks worse than it is and
            # the comparison errs towards growing, which the next comparison corrects.
            self._settle(points // 2)
        elif 2 * seconds > STEP_SECONDS or not self._fits(2 * points):
            self._settle(points)
        else:
            self.size = 2 * points

    def failed(self, points: int, error: Exception) -> bool:
        """Whether to try again with smaller micro-batches after `error`: a model may refuse batches (static
        shapes), and a GPU may be full."""
        if points == 1 or (points in self._seconds and not isinstance(error, torch.cuda.OutOfMemoryError)):
            return False
        self._settle(points // 2)
        return True

    def _settle(self, size: int) -> None:
        self.size, self._settled = size, True

    def _fits(self, points: int) -> bool:
        return points <= self._most and points * (self.bytes_per_point or 0) <= MEMORY_BUDGET


@dataclass
class SavedBytes:
    """Bytes of activations that autograd kept for the backward pass."""

    total: int = 0


@contextmanager
def saved_bytes(enabled: bool) -> Iterator[SavedBytes]:
    """Counts what autograd saves inside the context; each storage once, parameters left out."""
    saved = SavedBytes()
    if not enabled:
        yield saved
        return
    seen: set[int] = set()

    def count(tensor: Tensor) -> Tensor:
        if not isinstance(tensor, torch.nn.Parameter) and not tensor.is_sparse:
            place = tensor.untyped_storage().data_ptr()
            if place not in seen:
                seen.add(place)
                saved.total += tensor.numel() * tensor.element_size()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        yield saved
