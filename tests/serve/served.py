"""Models for the tests of `heatline serve`, which loads them in a process of its own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from attribution_core import Image, Model, Text

WORDS = {"<unk>": 0, "good": 1, "bad": 2, "film": 3} | {f"w{number}": number + 4 for number in range(1000)}
NAMES = ("words", "slow", "waits", "hangs", "dies", "fails", "forks", "prints", "exits", "counts", "picture")


class Words(nn.Module):
    """Two classes; the embedding of word number n is n, so that every text has an answer of its own."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), 1)
        self.pause = pause
        with torch.no_grad():
            self.embedding.weight.copy_(torch.arange(float(len(WORDS)))[:, None])

    def forward(self, ids: Tensor) -> Tensor:
        time.sleep(self.pause * len(ids))  # for each sample, so that large micro-batches gain nothing
        value = self.embedding(ids).sum((1, 2))
        return torch.stack([value, -value], dim=1)


class Fails(Words):
    def forward(self, ids: Tensor) -> Tensor:
        raise RuntimeError(f"cannot read {ids.tolist()}")


class Hangs(Words):
    def forward(self, ids: Tensor) -> Tensor:
        while True:
            time.sleep(1000)


class Dies(Words):
    def forward(self, ids: Tensor) -> Tensor:
        os.abort()


class First(Words):
    """Does something before it answers."""

    def __init__(self, first: Callable[[], object]) -> None:
        super().__init__()
        self.first = first

    def forward(self, ids: Tensor) -> Tensor:
        self.first()
        return super().forward(ids)


class Counts(Words):
    """A byte in a file for each call."""

    def forward(self, ids: Tensor) -> Tensor:
        with Path(os.environ["HEATLINE_TEST_COUNTS"]).open("ab") as calls:
            calls.write(b".")
        return super().forward(ids)


def _text(module: nn.Module) -> Model:
    return Model(module, inputs=Text(vocabulary=WORDS), labels=["yes", "no"])


def words() -> Model:
    return _text(Words())


def slow() -> Model:
    return _text(Words(0.005))


def waits() -> Model:
    return _text(Words(3.0))


def hangs() -> Model:
    return _text(Hangs())


def dies() -> Model:
    return _text(Dies())


def fails() -> Model:
    return _text(Fails())


def forks() -> Model:
    return _text(First(os.fork))


def prints() -> Model:
    return _text(First(lambda: os.write(1, b"Content-Length: 9\r\n\r\nno answer" * 100)))


def exits() -> Model:
    return _text(First(sys.exit))


def counts() -> Model:
    return _text(Counts(0.01))


def picture() -> Model:
    pixels = nn.Sequential(nn.Conv2d(3, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3))
    return Model(pixels, inputs=Image())


def large() -> Model:
    """The map of its explanations has 1300 x 1300 numbers."""
    torch.manual_seed(0)
    pixels = nn.Sequential(nn.Conv2d(3, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))
    return Model(pixels, inputs=Image(size=1300))


def late() -> Model:
    """Loaded once a file is there."""
    while not os.path.exists(os.environ["HEATLINE_TEST_LATE"]):
        time.sleep(0.01)
    return words()


def ends() -> Model:
    os._exit(3)
