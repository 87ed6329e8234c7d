"""How large micro-batches are, where samples differ in length, runs are long, and a run can be repeated."""

from __future__ import annotations

import time

import torch

from .batching import GAIN, MEMORY_BUDGET, STEP_SECONDS
from .global_average import AveragePlan
from .stacks import Stack

MEASURED = 3
"""Micro-batches of a size that are timed before a larger one is tried; the fastest one counts."""
PATIENCE = 3
"""Sizes in a row that may bring nothing before it is settled for what was best."""
MOST_SAMPLES = 4096


class Elapsed:
    """How long something took. On the CPU time that other programs had does not count: sizes chosen on a busy machine
    should be those of a quiet one."""

    def __init__(self, device: torch.device) -> None:
        self._own = device.type == "cpu"
        self._wall, self._process = time.perf_counter(), time.process_time()

    @property
    def seconds(self) -> float:
        """Since this was made."""
        wall = time.perf_counter() - self._wall
        return min(wall, time.process_time() - self._process) if self._own else wall


class Sizes:
    """The size of each micro-batch, in samples or, for texts, in tokens: from a plan, or found by measurement.

    Sizes are doubled for as long as that pays. A data set is a long run: it is worth measuring several times and
    looking past sizes that were slow by chance. In doubt the larger one is taken: too large costs little, too small
    much.

    Parameters
    ----------
    plan : the sizes that are known already.
    settled : whether its last size is there to stay; otherwise measuring goes on from there.
    together : whether samples can be evaluated together at all.
    """

    def __init__(self, plan: AveragePlan, settled: bool, together: bool) -> None:
        self.plan = plan
        self.settled = settled or (bool(plan.sizes) and not together)
        self._together = together
        self._bytes: float | None = None
        self._seconds: dict[int, list[float]] = {}

    @property
    def measuring(self) -> bool:
        """Whether the bytes that a backward pass needs are still to be counted."""
        return not self.settled and self._bytes is None

    def at(self, batch: int) -> int:
        """The size of a micro-batch, by its number; 1 while nothing is known."""
        return next((size for start, size in reversed(self.plan.sizes) if start <= batch), 1)

    def samples(self, batch: int, width: int) -> int:
        """How many samples of a width that is. The very first micro-batch is one sample."""
        if not self.plan.sizes:
            self._change(0, width)
            self.settled = not self._together
        return max(1, self.at(batch) // width)

    def took(self, batch: int, part: Stack, seconds: float, saved: int) -> None:
        """Takes note of a micro-batch: how long it took, how many bytes were saved for backward."""
        size, units = self.at(batch), len(part) * part.width
        if self._bytes is None and saved:
            self._bytes = saved / units
        if self.settled or batch < self.plan.sizes[-1][0] or len(part) < self.samples(batch, part.width):
            return
        timed = self._seconds.setdefault(size, [])
        timed.append(seconds / units)
        if len(timed) < MEASURED:
            return
        each = {known: min(times) for known, times in self._seconds.items()}
        best = max(known for known, time in each.items() if GAIN * time <= min(each.values()))
        if size >= best << PATIENCE or not self._may_double(size, part.width, each[size]):
            self.settle(batch + 1, best)
        else:
            self._change(batch + 1, 2 * size)

    def failed(self, batch: int, part: Stack, error: Exception) -> bool:
        """Whether to try a micro-batch again with fewer samples: a model may refuse batches, and a GPU may be full."""
        size = self.at(batch)
        full = isinstance(error, torch.cuda.OutOfMemoryError)
        if len(part) == 1 or (size in self._seconds and not full):
            return False
        self.settle(batch, max(1, size // 2))
        return True

    def settle(self, batch: int, size: int) -> None:
        """Stays with a size, from a micro-batch on."""
        self.settled = True
        self._change(batch, size)

    def _may_double(self, size: int, width: int, each: float) -> bool:
        brief = 2 * size * each <= STEP_SECONDS
        return brief and 2 * size <= MOST_SAMPLES * width and 2 * size * (self._bytes or 0) <= MEMORY_BUDGET

    def _change(self, batch: int, size: int) -> None:
        kept = tuple((start, known) for start, known in self.plan.sizes if start < batch)
        if not kept or kept[-1][1] != size:
            kept = (*kept, (batch, size))
        self.plan = AveragePlan(kept, self.plan.window)
