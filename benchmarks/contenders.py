"""One sample of a row, and everybody's way to its integrated gradients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from captum.attr import IntegratedGradients
from torch import Tensor, nn

from attribution_core import Attribution, explain
from attribution_core.inputs import Prepared
from rows import Row

STEPS = 50
SIZES = (2, 5, 10, 25)
"""Micro-batches that Captum and the hand-written loop are given a choice of."""


@dataclass(frozen=True)
class Task:
    """A sample as a network takes it, what it is compared with, and the class that is explained."""

    row: Row
    sample: object
    prepared: Prepared
    features: Tensor
    baseline: Tensor
    target: int

    @classmethod
    def of(cls, row: Row, sample: object) -> Task:
        network = row.model.network()
        with network.undisturbed():
            prepared = row.model.prepare(sample, network)
            (features,) = prepared.features
            _, ((baseline,),) = prepared.baselines(None)
        target = int(prepared.outputs.argmax())
        ready = features if row.model.reads in ("image", "tabular") else sample
        return cls(row, ready, prepared, features, baseline, target)

    def score(self, points: Tensor) -> Tensor:
        """Of each point, (n,)."""
        outputs = self.row.function(points)
        if self.row.score == "probability":
            outputs = outputs.softmax(1)
        return outputs[:, self.target]

    def map_of(self, attributions: Tensor) -> Tensor:
        """What a person looks at."""
        return self.prepared.map_of((attributions.reshape(self.features.shape),))

    def error_of(self, attributions: Tensor, true: Tensor) -> float:
        """Of the map, relative to the sum of the true one's absolute values."""
        reference = self.map_of(true).double()
        return float((self.map_of(attributions).double() - reference).abs().sum() / reference.abs().sum())


class Scored(nn.Module):
    """A task as the module that Captum wants, and how many rows have gone through it."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task
        self.rows = 0

    def forward(self, points: Tensor) -> Tensor:
        self.rows += len(points)
        return self.task.score(points)


def captum(task: Task, steps: int = STEPS, batch: int | None = None) -> tuple[Tensor, int]:
    """Attributions, and rows that went forward."""
    scored = Scored(task)
    found: Tensor = IntegratedGradients(scored).attribute(
        task.features[None], task.baseline[None], n_steps=steps, internal_batch_size=batch
    )
    return found[0], scored.rows


def loop(task: Task, steps: int = STEPS, batch: int = 5, channels_last: bool = False) -> Tensor:
    """What one would write by hand: midpoints, in micro-batches."""
    way = task.features - task.baseline
    total = torch.zeros_like(way)
    for positions in ((torch.arange(steps) + 0.5) / steps).split(batch):  # type: ignore[no-untyped-call]
        points = task.baseline + positions.reshape(-1, *[1] * way.dim()) * way
        if channels_last:
            points = points.contiguous(memory_format=torch.channels_last)
        points.requires_grad_()
        total += torch.autograd.grad(task.score(points).sum(), points)[0].sum(0)
    return total * way / steps


def loops(task: Task) -> Iterator[dict[str, Any]]:
    """Ways to run the loop."""
    layouts = (False, True) if task.features.dim() == 3 and task.row.model.reads == "image" else (False,)
    for batch in SIZES:
        for channels_last in layouts:
            yield {"batch": batch, "channels_last": channels_last}


def ours(task: Task, **options: Any) -> Attribution:
    """By heatline, from the same input."""
    return explain(task.row.model, task.sample, target=task.target, score=task.row.score, **options)
