"""Micro-batches that are filled with points of several samples.

Each sample has a `Seat`: an engine like any other to the method that asks it for gradients, except that it answers
`WAITING` until its points have had their turn. Methods are generators, and pause there. A `Pool` takes points off the
seats, evaluates them together, and gives each seat back its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby, islice

import torch
from torch import Tensor

from .batching import MicroBatch, Step
from .engine import WAITING, Engine, Evaluated, Point, Score
from .errors import AttributionError
from .inputs import Prepared


class Share(MicroBatch):
    """One sample's part in micro-batches that it shares: a record, and a way to say that it cannot share any."""

    def __init__(self, shared: MicroBatch) -> None:
        super().__init__(most=1)
        self._shared = shared

    def one_by_one(self) -> None:
        self._shared.one_by_one()


class Seat(Engine):
    """The engine of one sample among several.

    Parameters
    ----------
    asked : equal for samples whose scores are the same function of the outputs.
    shared : of all samples that are evaluated together.

    Attributes
    ----------
    waiting : whether whoever asked for gradients was told to wait, and nothing came since.
    error : what became of the points, if they could not be evaluated.
    """

    def __init__(self, prepared: Prepared, score: Score, asked: Hashable, shared: MicroBatch) -> None:
        self.share = Share(shared)
        super().__init__(prepared.function, score, self.share)
        self.prepared = prepared
        self.asked = asked
        self.waiting = False
        self.error: AttributionError | None = None
        self._coming: Iterator[Point] = iter(())
        self._ahead: deque[Point] = deque()
        self._given: deque[Evaluated] = deque()
        self._taken = 0

    def gradients(self, points: Iterable[Point]) -> Iterator[Evaluated]:
        """See `Engine.gradients`; between two micro-batches also `WAITING`."""
        self._coming = iter(points)
        while True:
            while self._given:
                yield self._given.popleft()
            if self.error is not None:
                raise self.error
            if not self._taken and not self.wanted(1):
                return
            self.waiting = True
            yield WAITING

    def wanted(self, most: int) -> int:
        """How many points nobody has taken; counted up to so many."""
        self._ahead.extend(islice(self._coming, max(0, most - len(self._ahead))))
        return min(most, len(self._ahead))

    def take(self, most: int) -> list[Point]:
        """The next points, at most so many."""
        taken = [self._ahead.popleft() for _ in range(self.wanted(most))]
        self._taken += len(taken)
        return taken

    def give(self, part: Evaluated, channels_last: bool) -> None:
        """What became of the points that were taken first."""
        count = len(part.scores)
        self._taken -= count
        self.gradient_evaluations += count
        self.share.steps.append(Step(count, channels_last))
        self.share.largest = max(self.share.largest, count)
        self.waiting = False
        self._given.append(part)

    def fail(self, error: AttributionError) -> None:
        """The points cannot be evaluated."""
        self.error, self.waiting = error, False


Taken = list[tuple[Seat, Point]]


def evaluated_together(seats: Sequence[Seat], batch: MicroBatch) -> Iterator[None]:
    """One micro-batch of points that seats want, those of the first seats first; pauses in between where it turns out
    too large and becomes several.

    A sample that cannot be evaluated costs the others nothing: after an error each has a micro-batch of its own.
    """
    taken: Taken = []
    for seat in seats:
        taken.extend((seat, point) for point in seat.take(batch.size - len(taken)))
        if len(taken) == batch.size:
            break
    try:
        yield from _evaluated(taken, batch)
    except AttributionError as error:
        alone = [list(run) for _, run in groupby(taken, key=lambda pair: id(pair[0]))]
        if len(alone) == 1:
            taken[0][0].fail(error)
            return
        for own in alone:
            yield
            try:
                yield from _evaluated(own, batch)
            except AttributionError as reason:
                own[0][0].fail(reason)


def _evaluated(taken: Taken, batch: MicroBatch) -> Iterator[None]:
    """Evaluates points and gives them back. What was given back is no longer in `taken`."""
    mixed = _Mixed(taken)
    for part in Engine(mixed.function, mixed.score, batch).gradients([point for _, point in taken]):
        channels_last, end = batch.steps[-1].channels_last, 0
        for _, run in groupby(taken[: len(part.scores)], key=lambda pair: id(pair[0])):
            own = list(run)
            rows = slice(end, end + len(own))
            end = rows.stop
            gradients = tuple(gradient[rows] for gradient in part.gradients)
            own[0][0].give(Evaluated(part.scores[rows], gradients, part.outputs[rows]), channels_last)
        del taken[:end]
        if taken:
            yield


class _Mixed:
    """The function and the score of the next of some points, each of which has a sample of its own.

    Parameters
    ----------
    taken : loses its first points as they are evaluated.
    """

    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    def function(self, points: Point) -> Tensor:
        """The outputs for the first of the points, (n, classes)."""
        samples = [seat.prepared for seat, _ in self._taken[: len(points[0])]]
        return samples[0].among(samples, points)

    def score(self, outputs: Tensor) -> Tensor:
        """(n, K). Rows that are asked for the same are scored at once."""
        alike: dict[Hashable, list[int]] = {}
        for row, (seat, _) in enumerate(self._taken[: len(outputs)]):
            alike.setdefault(seat.asked, []).append(row)
        if len(alike) == 1:
            return self._taken[0][0].score(outputs)
        found = [self._taken[rows[0]][0].score(outputs[rows]) for rows in alike.values()]
        order = torch.tensor([row for rows in alike.values() for row in rows], device=outputs.device)
        return torch.cat(found)[order.argsort()]
