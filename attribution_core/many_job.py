"""Many samples at work: read as they are needed, evaluated together, handed out in order."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from .attribution import Attribution, Progress
from .batching import remember
from .datasets import DataSet, Item, listed
from .engine import same_outputs
from .errors import AttributionError, BadTarget
from .explanation import question_about
from .job import Job, Question, batch_kind, micro_batches
from .methods import Averaging
from .models import Model, Network
from .pool import Seat, evaluated_together
from .reading import READING_SECONDS, next_item, unstacked
from .request import Request
from .target import TargetChoice

MOST_AHEAD = 256
"""Samples that are read and not yet handed out, at most."""
BYTES_AHEAD = 1 << 26
"""And the bytes of their features. Only samples of different shapes in turn come near to either."""
SHORT = 60
"""Characters of a sample's name."""

Label = int | str | None


@dataclass(frozen=True)
class Explained:
    """One of many samples: its attribution, or why there is none.

    Attributes
    ----------
    index : its place among the samples, from 0.
    sample : what a person calls it.
    label : what the data say it is, if they do.
    error : why it could not be explained; None where it could.
    """

    index: int
    sample: str
    label: Label = None
    error: AttributionError | None = None
    _attribution: Attribution | None = field(default=None, repr=False)

    @property
    def found(self) -> Attribution:
        """The attribution.

        Raises
        ------
        AttributionError
            The sample's own error, if it could not be explained.
        """
        if self._attribution is None:
            assert self.error is not None
            raise self.error
        return self._attribution


Many = Generator["Progress | Explained", None, None]


class _Group:
    """Samples whose points can be evaluated together.

    Attributes
    ----------
    alone : whether they cannot, and each waits until the one before is done.
    """

    def __init__(self, first: Question, request: Request) -> None:
        self.alone = first.prepared.alike is None
        self.batch = micro_batches(first, request, watched=False)
        self.kind = batch_kind(first)


class _Working:
    """A sample on its way to its result.

    Attributes
    ----------
    done : the result.
    """

    def __init__(self, entry: Explained, question: Question, group: _Group, request: Request, began: float) -> None:
        asked = (question.classes.count, question.classes.kind, tuple(question.chosen), question.kind)
        self.group = group
        self.bytes = sum(tensor.numel() * tensor.element_size() for tensor in question.prepared.features)
        self.seat = Seat(question.prepared, question.scores, asked, group.batch)
        self.done: Explained | None = None
        self._entry = Explained(entry.index, question.prepared.name, entry.label)
        self.question, self._request, self._began = question, request, began
        self._averaging: Averaging | None = None

    def begin(self, independent: bool) -> None:
        """Starts the method, up to the first points that it asks for. See `Job`."""
        if self._averaging is not None or self.done is not None:
            return
        try:
            question, request = self.question, self._request
            self._job = Job(question, request, self._began, False, self.seat, independent)
            self._averaging, _ = self._job.method()
        except AttributionError as error:
            self.done = _failed(self._entry, error)
            return
        self.go_on()

    def go_on(self) -> None:
        """Up to the next points that it asks for, or to its end."""
        assert self._averaging is not None
        try:
            while not self.seat.waiting:
                try:
                    next(self._averaging)
                except StopIteration as finished:
                    (found,) = self._job.results(finished.value, "final")
                    self.done = Explained(self._entry.index, self._entry.sample, self._entry.label, None, found)
                    return
        except AttributionError as error:
            self.done = _failed(self._entry, error)


class ManyJob:
    """One method on many samples. It runs inside `network.undisturbed()`, step by step.

    Parameters
    ----------
    by_label : explain what the data say that a sample is, instead of the target.
    """

    def __init__(
        self, model: Model, network: Network, data: DataSet, request: Request, target: TargetChoice, by_label: bool
    ) -> None:
        self._model, self._network, self._data = model, network, data
        self._request, self._target, self._by_label = request, target, by_label
        self._window: deque[_Working | Explained] = deque()
        """What was read and not yet handed out, in order."""
        self._groups: dict[Hashable, _Group] = {}
        self._together = network.mixes
        self._checked = False
        """Whether two samples were evaluated together to see that they do not influence each other."""
        self._coming: Iterator[_Working | Explained] | None = None
        self._failure: AttributionError | None = None
        self._handed_out = 0
        self._began = time.perf_counter()

    def run(self) -> Many:
        """The whole way. Results come in the order of the samples, with progress in between.

        Raises
        ------
        UserCodeError
            If reading the data fails, after the results for what had been read.
        """
        yield self._progress()
        self._coming = self._read()
        try:
            while True:
                chosen = yield from self._chosen()
                if chosen:
                    for _ in evaluated_together([each.seat for each in chosen], chosen[0].group.batch):
                        yield self._progress()
                    for each in chosen:
                        each.go_on()
                    # What it took to get there is let go of, also where a result waits for those before it.
                    self._window = deque(_done(each) or each for each in self._window)
                    yield self._progress()
                elif not self._window:
                    break
        finally:
            for group in self._groups.values():
                remember(self._network.module, group.kind, group.batch)
        if self._failure is not None:
            raise self._failure

    def _chosen(self) -> Generator[Progress | Explained, None, list[_Working]]:
        """The samples of the next micro-batch: the oldest one, and others of its group as far as there is room.
        Samples are read only for want of points. On the way results are handed out."""
        began, place = time.perf_counter(), 0
        chosen: list[_Working] = []
        points = 0
        while True:
            while self._window and (done := _done(self._window[0])) is not None:
                self._window.popleft()
                place = max(0, place - 1)
                self._handed_out += 1
                yield done
            if place == len(self._window) and not self._read_on():
                return chosen
            each = self._window[place]
            place += 1
            if isinstance(each, Explained) or (chosen and each.group is not chosen[0].group):
                continue
            each.begin(self._together and self._checked)
            if each.done is not None:
                continue
            chosen.append(each)
            size = each.group.batch.size
            points += each.seat.wanted(size - points)
            if points >= size or each.group.alone or not self._together:
                return chosen
            if time.perf_counter() - began > READING_SECONDS:
                yield self._progress()
                began = time.perf_counter()

    def _read_on(self) -> bool:
        """Reads one more sample, if there is one and there is room for it."""
        ahead = len(self._window)
        kept = sum(each.bytes for each in self._window if isinstance(each, _Working))
        if self._coming is None or ahead >= MOST_AHEAD or kept >= BYTES_AHEAD or (ahead and not self._together):
            return False
        try:
            self._window.append(next(self._coming))
            return True
        except StopIteration:
            self._coming = None
        except AttributionError as error:
            self._coming, self._failure = None, error
        return False

    def _read(self) -> Iterator[_Working | Explained]:
        items, index = self._data.read(0), 0
        while (item := next_item(items)) is not None:
            for sample, label in _each(item):
                entry = Explained(index, _name(sample, index), label)
                try:
                    yield self._asked(entry, sample)
                except AttributionError as error:
                    yield _failed(entry, error)
                index += 1

    def _asked(self, entry: Explained, sample: object) -> _Working:
        """A sample, prepared, with its question and its group."""
        began, target = time.perf_counter(), self._target
        if self._by_label:
            if entry.label is None:
                raise BadTarget(
                    "the data do not say what this sample is", "Leave by_label out, or give (sample, label)."
                )
            target = entry.label
        prepared = self._model.prepare(sample, self._network)
        question = question_about(prepared, self._model, self._network, self._request.kind, [target])
        return _Working(entry, question, self._group(question), self._request, began)

    def _group(self, question: Question) -> _Group:
        features = question.prepared.features
        key = (question.prepared.alike, tuple((tensor.shape, tensor.dtype) for tensor in features))
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(question, self._request)
        if self._together and not (self._checked or group.alone):
            others = (each.question for each in self._window if isinstance(each, _Working) and each.group is group)
            other = next(others, None)
            if other is not None:
                self._checked, self._together = True, _independent(other, question)
        return group

    def _progress(self) -> Progress:
        done = self._handed_out + sum(_done(each) is not None for each in self._window)
        total = self._data.count or 0
        each = (time.perf_counter() - self._began) / done if done else None
        left = None if each is None or not total else each * (total - done)
        return Progress(min(done, total), total, f"{done:,} samples explained", left)


def _done(each: _Working | Explained) -> Explained | None:
    return each if isinstance(each, Explained) else each.done


def _failed(entry: Explained, error: AttributionError) -> Explained:
    return Explained(entry.index, entry.sample, entry.label, error)


def _each(item: Item) -> Iterator[tuple[Any, Label]]:
    """The samples of an item, one by one, and their labels."""
    samples = unstacked(item.sample) if item.stacked else [item.sample]
    labels = listed(item.label, len(samples)) if item.stacked else [item.label]
    for sample, label in zip(samples, labels, strict=True):
        yield sample, _label(label)


def _label(given: Any) -> Label:
    if hasattr(given, "item") and not isinstance(given, str):
        given = given.item()
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    return given if isinstance(given, (int, str)) else None


def _name(sample: object, index: int) -> str:
    """What a sample is called before it is read."""
    words = " ".join(str(sample).split()) if isinstance(sample, (str, Path)) else ""
    return (words if len(words) <= SHORT else f"{words[: SHORT - 3]}...") or f"sample {index}"


def _independent(first: Question, second: Question) -> bool:
    """Whether the outputs for two samples are the same together as for each alone."""
    samples = [first.prepared, second.prepared]
    points = tuple(torch.stack(pair) for pair in zip(*(sample.features for sample in samples), strict=True))
    alone = torch.cat([sample.outputs for sample in samples])
    try:
        with torch.no_grad():
            together = samples[0].among(samples, points)
    except (AttributionError, torch.cuda.OutOfMemoryError):
        return False
    return same_outputs(together, alone)
