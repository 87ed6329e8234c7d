"""One average at work: opening the data, adding up, comparing, the result."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from .attribution import Progress
from .batching import saved_bytes
from .datasets import DataSet, Item, portion
from .engine import same_outputs
from .errors import AttributionError, BadRequest, BadSample, BadTarget
from .global_average import AveragedClass, AveragePlan, AverageState, GlobalAverage, Reached, on_device
from .methods.global_average import Agreement, Tally, agreement, tally
from .models import Model, Network
from .models.assumed import assumed_inputs
from .reading import Entry, Reader, Unread, Windows, feature_names, next_item, readable, unstacked
from .sizes import Elapsed, Sizes
from .stacks import Stack
from .target import Classes, ScoreKind

WINDOW = 1 << 20
"""Tokens that are read ahead to find equally long texts, which can be stacked: padding would change what models say.
They take 16 MB, and of long reviews that are 4,000, of which four or five are equally long."""
MOST_CLASSES = 20
"""Classes that are averaged without being named: each costs a backward pass."""
PREVIEW_SECONDS = 2.0
SAVE_SECONDS = 30.0
BRIEF = 0.03
"""Seconds of work between two pauses, at least: entering and leaving a person's model takes half a millisecond."""
TRIED = 16
"""If none of the first samples can be read, the data are not what the model reads."""

Averaging = Generator["Progress | GlobalAverage", None, GlobalAverage]


@dataclass
class Job:
    """One average at work. It runs inside `network.undisturbed()`, step by step."""

    model: Model
    network: Network
    data: DataSet
    wanted: Sequence[int | str] | None
    score: ScoreKind
    compare: bool
    state: AverageState
    path: Path | None
    plan: AveragePlan | None
    notes: list[str] = field(default_factory=list)

    def run(self) -> Averaging:
        """The whole way."""
        self._began = self._saved = self._shown = self._paused = time.perf_counter()
        self._counted = 0
        yield Progress(0, self.data.count or 0, "Reading the first sample")
        items = self._open()
        before = self._reached.seconds
        try:
            yield from self._add_up(Windows(self._reader, items))
            agreed: Agreement | None = None
            if self.compare and self._comparable():
                agreed = yield from self._compare()
            return self._result("final", agreed)
        finally:
            self.state.reached = replace(self._reached, seconds=before + time.perf_counter() - self._began)
            self._keep()

    @property
    def _reached(self) -> Reached:
        assert self.state.reached is not None
        return self.state.reached

    @property
    def _tally(self) -> Tally:
        if self._reached.tally is None:
            raise BadSample(f"no sample could be read: {self._reached.why}", "Check that the data are what it reads.")
        return self._reached.tally

    def _open(self) -> Iterator[Item]:
        """Reads the first sample with the model itself, which tells kind, shape and classes; then the items that the
        state has not come to yet."""
        items = self.data.read(0)
        tried: list[Item] = []
        refusal: BadSample | None = None
        while True:
            item = next_item(items)
            if item is None or len(tried) == TRIED:
                raise refusal or BadSample(f"there are no samples in {self.data.name}", "Give at least one.")
            tried.append(item)
            try:
                self._reader = self._first(item)
                break
            except BadSample as error:
                refusal = refusal or error
        self._begin()
        skipped = self._reached.read
        if self.data.indexed:
            return self.data.read(skipped)
        # Opening it once more could shuffle it anew.
        return portion(chain(tried, items), skipped)

    def _first(self, item: Item) -> Reader:
        sample = unstacked(item.part(0, 1).sample)[0] if item.stacked else item.sample
        inputs = self.model.inputs
        if inputs is None:
            inputs, sample, self.notes = assumed_inputs(sample, self.network)
        first = readable(inputs.prepare(sample, self.network))
        said = len(first.notes)
        self.network.begin(first)
        self.notes.extend(first.notes[said:])
        if not bool(torch.isfinite(first.outputs).all()):
            raise BadSample("the model's output for the first sample is not finite", "Check the weights for NaN.")
        classes = Classes.recognise(first.outputs, self.network.module, self.model.labels, self.model.task)
        if classes.kind == "values" and self.score == "logit":
            self.score = "value"
        return Reader(inputs, self.network, classes, first)

    def _begin(self) -> None:
        """A state of our own, or the one to go on from, if it is of this very job."""
        reader = self._reader
        self._indices = _chosen(reader.classes, self.wanted)
        text = reader.first.kind == "text"
        job: dict[str, object] = {
            "kind": reader.first.kind,
            "classes": self._indices,
            "score": self.score,
            "features": [reader.vocabulary] if text else list(reader.first.features[0].shape),
        }
        first_scores = tuple(float(value) for value in self._scores(reader.first.outputs))
        reached = self.state.reached
        if reached is None:
            plan = self.plan or AveragePlan((), WINDOW if text else 0)
            reached = Reached(job, first_scores, plan=plan, settled=self.plan is not None)
        else:
            _check_same(reached, job, first_scores)
            if reached.tally is not None:
                reached = replace(reached, tally=on_device(reached.tally, self.network.device))
        reader.names, reader.remark = reached.names, reached.remark
        self._sizes = Sizes(reached.plan, reached.settled, self.network.batches)
        self.state.reached = reached

    def _scores(self, outputs: Tensor) -> list[Tensor]:
        return [self._reader.classes.score(outputs, index, self.score) for index in self._indices]

    def _add_up(self, windows: Windows) -> Generator[Progress | GlobalAverage, None, None]:
        """The first pass: gradients into the tally."""
        while True:
            reached = self._reached
            number = reached.batches - reached.done
            window = yield from self._read(windows, reached.plan.window or self._sizes.at(number))
            if not window:
                return
            yield from self._add_window(self._reader.grouped(window), number)
            unread = [entry.why for entry in window if isinstance(entry, Unread)]
            reached = self._reached
            self.state.reached = replace(
                reached,
                read=reached.read + sum(len(entry) for entry in window),
                done=0,
                unread=reached.unread + len(unread),
                why=reached.why or next(iter(unread), ""),
                remark=self._reader.remark,
            )

    def _add_window(self, groups: list[Stack], number: int) -> Generator[Progress | GlobalAverage, None, None]:
        """A micro-batch at a time, less those that the tally has already."""
        for group in groups:
            start = 0
            while start < len(group):
                part = group.part(start, start + self._sizes.samples(number, group.width))
                if number >= self._reached.batches:
                    if not self._add(part, number):
                        continue
                    if time.perf_counter() - self._paused > BRIEF:
                        yield self._progress(f"{self._tally.samples:,} samples")
                        self._paused = time.perf_counter()
                    else:
                        # What the model draws must not depend on which micro-batches share a step.
                        self.network.draw_anew()
                    if time.perf_counter() - self._shown > PREVIEW_SECONDS:
                        yield self._result("preview", None)
                        self._shown = time.perf_counter()
                start += len(part)
                number += 1

    def _add(self, part: Stack, number: int) -> bool:
        """Adds a micro-batch to the tally; False if it is to be tried again with fewer samples."""
        began = Elapsed(self.network.device)
        try:
            with saved_bytes(enabled=self._sizes.measuring) as saved:
                found, outputs = tally(part, self.network, self._scores, self._indices)
        except (AttributionError, RuntimeError) as error:
            if self._sizes.failed(number, part, error):
                return False
            raise
        seconds = began.seconds
        if len(part) > 1 and not self._sizes.settled and not self._independent(part, outputs):
            self._sizes.settle(number, 1)
            return False
        self._sizes.took(number, part, seconds, saved.total)
        self._counted += len(part)
        reached = self._reached
        self.state.reached = replace(
            reached,
            tally=found if reached.tally is None else reached.tally + found,
            done=reached.done + 1,
            batches=number + 1,
            plan=self._sizes.plan,
            settled=self._sizes.settled,
        )
        if time.perf_counter() - self._saved > SAVE_SECONDS:
            self._keep()
        return True

    def _independent(self, part: Stack, outputs: Tensor) -> bool:
        """Whether the first sample's outputs are what they are without the others."""
        alone = part.part(0, 1).outputs(self.network)
        return same_outputs(outputs[:1], alone)

    def _comparable(self) -> bool:
        if self.score == "value":
            return False
        if len(self._indices) == 1:
            self.notes.append("One class alone agrees with nothing: name two for a linear classifier.")
        elif not self.data.again:
            self.notes.append("The linear classifier was not compared with the model: the data can be read only once.")
        return len(self._indices) > 1 and self.data.again

    def _compare(self) -> Generator[Progress, None, Agreement]:
        """The second pass: the linear classifier beside the model."""
        total, average, constants = Agreement(), self._tally.average(), self._tally.constants()
        windows, plan = Windows(self._reader, self.data.read(0)), self._reached.plan
        size = plan.sizes[-1][1]
        while window := (yield from self._read(windows, plan.window or size)):
            for group in self._reader.grouped(window):
                count = max(1, size // group.width)
                for start in range(0, len(group), count):
                    part = group.part(start, start + count)
                    total += agreement(part, self.network, self._scores, self._indices, average, constants)
                    yield Progress(total.samples, self._tally.samples, f"{total.samples:,} samples compared")
        return total

    def _read(self, windows: Windows, count: int) -> Generator[Progress, None, list[Entry]]:
        reading = windows.next(count)
        while True:
            try:
                have = next(reading)
            except StopIteration as done:
                window: list[Entry] = done.value
                return window
            yield self._progress(f"{have:,} samples read ahead")

    def _progress(self, message: str) -> Progress:
        reached, total = self._reached, self.data.count or 0
        done = reached.unread + (reached.tally.samples if reached.tally else 0)
        each = (time.perf_counter() - self._began) / self._counted if self._counted else None
        left = None if each is None or not total else each * max(0, total - done)
        return Progress(min(done, total), total, message, left)

    def _keep(self) -> None:
        self._saved = time.perf_counter()
        if self.path is not None:
            self.state.save(self.path)

    def _result(self, status: Literal["preview", "final"], agreed: Agreement | None) -> GlobalAverage:
        sums, reader, reached = self._tally, self._reader, self._reached
        averages, counts, lengths = sums.average().cpu(), None, None
        names = feature_names(reader.first, reader.inputs)
        if sums.lengths is not None:
            there = sums.features.cpu().nonzero().flatten()
            averages, counts = averages[:, there].contiguous(), sums.features.cpu()[there].long()
            lengths = sums.lengths.cpu()[:, there] / counts
            names = reader.named()(there.tolist())
        found = zip(self._indices, (sums.scores / sums.samples).tolist(), sums.constants().tolist(), strict=True)
        return GlobalAverage(
            kind=reader.first.kind,
            model=self.model.name or "",
            data=self.data.name,
            classes=tuple(AveragedClass(index, reader.classes.label(index), *rest) for index, *rest in found),
            score=self.score,
            gradients=averages,
            names=tuple(names),
            counts=counts,
            lengths=lengths,
            samples=sums.samples,
            agreement=None if agreed is None else agreed.agreed / agreed.samples,
            accuracy=sums.right / sums.labelled if sums.labelled else None,
            linear_accuracy=agreed.right / agreed.labelled if agreed is not None and agreed.labelled else None,
            seconds=reached.seconds + time.perf_counter() - self._began,
            device=str(self.network.device),
            dtype=str(reader.first.features[0].dtype).removeprefix("torch."),
            seed=self.network.seed,
            notes=(*self.notes, *_remarks(reached, sums)),
            plan=reached.plan,
            status=status,
        )


def _chosen(known: Classes, wanted: Sequence[int | str] | None) -> list[int]:
    """The classes to average, by index."""
    if wanted is not None:
        return list(dict.fromkeys(known.index(each) for each in wanted))
    if known.count > MOST_CLASSES:
        raise BadTarget(
            f"the model has {known.count} classes, and each costs a backward pass",
            f"Name those to average, such as classes=[0, '{known.label(1)}'].",
        )
    return list(range(known.count))


def _check_same(reached: Reached, job: dict[str, object], first_scores: tuple[float, ...]) -> None:
    """Refuses to go on from the state of something else."""
    for name, value in job.items():
        if reached.job.get(name) != value:
            raise BadRequest(
                f"the state is of another average: its {name} {reached.job.get(name)}, and now {value}",
                "Begin a new one, or ask for the same.",
            )
    before, now = (torch.tensor(scores, dtype=torch.float64) for scores in (reached.first_scores, first_scores))
    if not torch.allclose(before, now, rtol=1e-3, atol=1e-3 * float(before.abs().max())):
        raise BadRequest(
            "the state is of other weights, or of data in another order: the first sample's scores differ",
            "Begin a new one. Data that are shuffled cannot be gone on with.",
        )


def _remarks(reached: Reached, sums: Tally) -> list[str]:
    notes = [f"Of the samples, one at least: {reached.remark}"] if reached.remark else []
    if reached.unread:
        share = f"{reached.unread:,} of {reached.unread + sums.samples:,} samples"
        notes.append(f"{share} could not be read and were left out; the first of them: {reached.why}.")
    if 0 < sums.labelled < sums.samples:
        notes.append(f"The labels of {sums.samples - sums.labelled:,} samples are no classes of the model.")
    return notes
