"""How many points to evaluate together, and how they lie in memory.

A larger batch uses the machine better, until its activations no longer fit into the caches; then it gets
slower again. Nothing but the clock knows where. So the size is found while working: 1, 2, 4, 8, ... for as
long as a point gets cheaper, or a step is over at once; a step stays short, and the activations stay within a
budget of memory. A size that brought nothing is measured once more before it is given up: the clock also counts
what else the machine does. What batches of 1 and 2 needed says what larger ones will.

Convolutions may be faster on images whose channels lie next to each other (`channels_last`); a micro-batch or two
are tried that way, and if they are, larger sizes are tried again. All trials evaluate points that are wanted anyway.
What was found is remembered with the model for ten minutes: by then the machine may be less busy, or more.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

STEP_SECONDS = 0.1
"""A micro-batch is meant to take at most about this long, so that work can be cancelled between two."""
SHORT_STEP = 0.02
"""Where a micro-batch takes less, what else the machine does is easily mistaken for its cost: larger ones are tried."""
MEMORY_BUDGET = 1 << 30
"""Bytes of saved activations that a micro-batch may need, unless told otherwise."""
SPARING = 48 << 20
"""Bytes of saved activations that bring most of the speed where memory is the CPU's, unless for a few points."""
FEW = 5
MOST_POINTS = 256
"""Points of a micro-batch, at most."""
STRETCH = 1.5
"""The last points go together where they are up to so many times the size: two small micro-batches take longer."""
GAIN = 0.95
"""A doubled batch, or another layout, must bring the time per point down to this share, or things stay as they are."""
TRIALS = 2
"""Micro-batches in another layout before it is judged: the first one prepares."""
LATER = 4
"""Where steps have become so much shorter than they may be, larger ones are tried after all."""
LEAST_TRIED = 4
"""Before the size is found, layouts are compared on micro-batches of at least so many points."""


@dataclass(frozen=True)
class Step:
    """One micro-batch that was evaluated."""

    points: int
    channels_last: bool = False


class MicroBatch:
    """Chooses the size and the layout of micro-batches by measurement.

    Parameters
    ----------
    most : the largest size to try; 1 for models whose samples of a batch influence each other.
    budget : bytes of saved activations, at most.
    layouts : whether to try `channels_last`.
    seconds : what a micro-batch may take, about.
    sparing : bytes of saved activations that more than a few points may need.

    Attributes
    ----------
    size : int
        How many points the next micro-batch should have.
    channels_last : bool
        How they should lie in memory.
    largest : int
        The largest size that has been used.
    steps : list of Step
        What was evaluated, in order: repeating them repeats every rounding error.
    seconds_per_point : float or None
        Of the latest micro-batch.
    began : float
        When measuring began, by `time.monotonic`.
    """

    def __init__(
        self,
        most: int = MOST_POINTS,
        budget: int = MEMORY_BUDGET,
        layouts: bool = False,
        seconds: float = STEP_SECONDS,
        sparing: int = MEMORY_BUDGET,
    ) -> None:
        self.size = 1
        self.channels_last = False
        self.largest = 0
        self.steps: list[Step] = []
        self.seconds_per_point: float | None = None
        self.began = time.monotonic()
        self._budget = budget
        self._most = most
        self._sparing = sparing
        self._longest = seconds
        self._settled = most == 1
        self._doubted: int | None = None
        """A size that brought nothing when it was measured once."""
        self._seconds: dict[int, float] = {}
        self._saved: dict[int, int] = {}
        self._other_layout: list[float] = []
        self._layouts_left = TRIALS if layouts else 0

    def again(self, budget: int, seconds: float = STEP_SECONDS) -> MicroBatch:
        """For another computation of the same kind: what was measured, with nothing evaluated yet. A size that was
        settled by very short measurements gets another chance to grow."""
        batch = copy.copy(self)
        batch._doubted, batch._longest = None, seconds
        batch.steps, batch.largest, batch.seconds_per_point = [], 0, None
        batch._seconds, batch._saved, batch._other_layout = dict(self._seconds), dict(self._saved), []
        batch._budget = budget
        if self._layouts_left:
            batch.channels_last, batch._layouts_left = False, TRIALS
        batch._begin_again()
        return batch

    def _begin_again(self) -> None:
        each = self._seconds.get(self.size)
        if each is not None and each * self.size > self._longest:
            self._settle(max(1, int(self._longest / each)))
        elif each is not None and (each * self.size < SHORT_STEP or 2 * self.size not in self._seconds):
            # Twice as many were too dear by a doubtful measurement, or were never tried: a step may take longer now.
            self._grow(self.size, each * self.size)
        if not self._fits(self.size):
            self._settle(self._fitting(1, self.size))

    @property
    def bytes_per_point(self) -> int | None:
        """Activations that the backward pass needs, per point; None until the first micro-batch was measured."""
        return max(saved // points for points, saved in self._saved.items()) if self._saved else None

    @property
    def measuring(self) -> bool:
        """Whether the bytes of the next micro-batch are worth counting: those of 1 and of 2 are."""
        return len(self._saved) < 2 and self.size not in self._saved

    @property
    def last(self) -> int:
        """How many points the next micro-batch may have if none are left then."""
        stretched = int(STRETCH * self.size)
        each = self._seconds.get(self.size) or self._seconds.get(self.size // 2)
        short = each is not None and stretched * each <= self._longest
        return self._fitting(self.size, stretched + 1) if short else self.size

    def of(self, waiting: int) -> int:
        """How many of so many points the next micro-batch should have, if no more are to come."""
        half = self.size // 2
        if waiting > self.last:
            return self.size
        if waiting < self.size and self.size not in self._seconds and half in self._seconds:
            # So few say nothing about that size, and half of it is known to be good.
            return waiting if waiting <= STRETCH * half else half
        return waiting

    def took(self, points: int, seconds: float, saved: int) -> None:
        """Takes note of a micro-batch: how many points, how long, how many bytes were saved for backward."""
        self.steps.append(Step(points, self.channels_last))
        self.largest = max(self.largest, points)
        if saved:
            self._saved.setdefault(points, saved)
        each = self.seconds_per_point = seconds / points
        if self._settled and 2 * points not in self._seconds and LATER * seconds <= self._longest:
            # Twice as many were never tried, since steps took long; what else the machine did then is over.
            self._settled = points != self.size or not self._fits(2 * points)
        if self._compares_layouts(points, each) or points != self.size or self._settled:
            return
        self._seconds[points] = min(each, self._seconds.get(points, each))
        smaller = self._seconds.get(points // 2)
        if smaller is None or each <= GAIN * smaller or seconds < SHORT_STEP:
            # The very first evaluation is often slow (allocators, caches), so size 1 looks worse than it is and
            # the comparison errs towards growing, which the next comparison corrects.
            self._grow(points, seconds)
        elif self._doubted == points:
            self._settle(points // 2)
        else:
            self._doubted = points

    def failed(self, points: int, error: Exception) -> bool:
        """Whether to try again with smaller micro-batches after `error`: a model may refuse batches (static
        shapes), and a GPU may be full."""
        if points == 1 or (points in self._seconds and not isinstance(error, torch.cuda.OutOfMemoryError)):
            return False
        self._most = points // 2
        self._settle(self._most)
        return True

    def one_by_one(self) -> None:
        """From here on points are evaluated alone."""
        self._most = 1
        self._settle(1)

    def _settle(self, size: int) -> None:
        self.size, self._settled = size, True

    def _grow(self, points: int, seconds: float) -> None:
        """Twice as many from here on, if that is a short step and fits."""
        if 2 * seconds > self._longest:
            # The very first one may have been slow for reasons of its own: it is measured again.
            self.size, self._settled = points, len(self.steps) > 1
        elif self._fits(2 * points):
            self.size, self._settled = 2 * points, False
        else:
            self._settle(self._fitting(points, 2 * points))

    def _compares_layouts(self, points: int, each: float) -> bool:
        """A few micro-batches in the other layout, beside others of as many points, and the faster one from then on.
        Whether this one was evaluated for that."""
        if self._layouts_left == 0 or not (self.channels_last or self._settled or points >= LEAST_TRIED):
            return False
        known = self._seconds.get(points)
        if not self.channels_last:
            if known is None and points == self.size and not self._settled:
                return False
            self.channels_last = known is not None or self._settled
            self._seconds[points] = each if known is None else min(each, known)
            return self.channels_last
        if known is None:
            return True
        self._other_layout.append(each / known)
        self._layouts_left -= 1
        if self._layouts_left == 0:
            self.channels_last = min(self._other_layout) <= GAIN
            if self.channels_last:
                # What suits one layout need not suit the other.
                self._seconds = {points: each}
                self.size = points
                self._grow(points, points * each)
        return True

    def _fits(self, points: int) -> bool:
        needed = self._bytes_for(points)
        return points <= self._most and needed <= self._budget and (points <= FEW or needed <= self._sparing)

    def _bytes_for(self, points: int) -> int:
        """What so many points will need: from one and two what is shared by all, and what each one adds."""
        one, two = self._saved.get(1), self._saved.get(2)
        if one is None or two is None:
            return points * (self.bytes_per_point or 0)
        return one + (points - 1) * max(0, two - one)

    def _fitting(self, least: int, most: int) -> int:
        """The largest size that fits, at least the first one."""
        return max((size for size in range(least, most) if self._fits(size)), default=least)


FRESH = 600.0
"""Seconds for which a measurement is remembered."""
_REMEMBERED: WeakKeyDictionary[object, dict[Hashable, MicroBatch]] = WeakKeyDictionary()


def remembered(model: object, kind: Hashable) -> MicroBatch | None:
    """What was measured with a model not long ago, for inputs of one kind."""
    try:
        found = _REMEMBERED.get(model, {}).get(kind)
    except TypeError:  # neither hashable nor weakly referable: an object of the person's own
        return None
    return found if found is not None and time.monotonic() - found.began < FRESH else None


def remember(model: object, kind: Hashable, batch: MicroBatch) -> None:
    """Keeps what was measured, for as long as the model lives at most."""
    try:
        _REMEMBERED.setdefault(model, {})[kind] = batch
    except TypeError:
        return


class RepeatedBatches(MicroBatch):
    """The micro-batches of another computation, one after another.

    Parameters
    ----------
    steps : what was evaluated then.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__(most=1)
        self._coming = list(steps)
        self._next()

    @property
    def measuring(self) -> bool:
        return False

    @property
    def last(self) -> int:
        return self.size

    def of(self, waiting: int) -> int:
        return min(waiting, self.size)

    def took(self, points: int, seconds: float, saved: int) -> None:
        super().took(points, seconds, 0)
        self._next()

    def one_by_one(self) -> None:
        """The other computation has found out already whether points go together."""

    def _next(self) -> None:
        step = self._coming.pop(0) if self._coming else Step(1)
        self.size, self.channels_last = step.points, step.channels_last


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
        # A linear layer keeps its weights the other way round: as a view of the parameter.
        owner = tensor if tensor._base is None else tensor._base
        if not isinstance(owner, torch.nn.Parameter) and not tensor.is_sparse:
            place = tensor.untyped_storage().data_ptr()
            if place not in seen:
                seen.add(place)
                saved.total += tensor.numel() * tensor.element_size()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        yield saved
