"""Baselines that take more than a name: where a path starts.

An attribution says what made the score differ from that of the baseline, so the baseline is a part of the question.
A black image asks what brightness there is; a blurred one, what detail; another sample, what distinguishes the two; a
data set, what is unusual here. Over a data set one averages: *expected gradients* (Erion et al., *Improving
performance of deep learning models with axiomatic attribution priors and expected gradients*, 2021).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from ..engine import Point
from ..errors import BadBaseline
from .prepared import Prepared

DRAWN = 32
"""Samples of a data set that stand for its distribution, unless told otherwise."""


@dataclass(frozen=True)
class Baseline:
    """Where a path starts, if neither a name nor a tensor says it. Made by one of its class methods.

    Attributes
    ----------
    points : for a sample, the baseline's name and its points: one, or the members of a distribution.

    Examples
    --------
    >>> import torch
    >>> from attribution_core import Baseline, explain
    >>> linear = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Flatten())
    >>> rows = [torch.tensor([0.0, 1.0]), torch.tensor([2.0, 3.0])]
    >>> found = explain(linear, torch.tensor([1.0, 5.0]), score="logit", target=1, baseline=Baseline.mean(rows))
    >>> found.baseline
    'mean of 2 samples'
    >>> float(found.scores[0]) == 0  # the first feature is at its mean
    True
    """

    points: Callable[[Prepared], tuple[str, list[Point]]]

    @classmethod
    def sample(cls, other: object) -> Baseline:
        """Another sample, prepared as the explained one is: resized to its size, cut or padded to its length."""
        return cls(lambda prepared: ("another sample", [prepared.like(other)]))

    @classmethod
    def noise(cls, seed: int = 0) -> Baseline:
        """Uniform noise over the range of the input.

        Parameters
        ----------
        seed : of the noise. The name `noise` alone takes the seed of the explanation.
        """
        return cls(lambda prepared: ("noise", [prepared.noise(seed)]))

    @classmethod
    def mean(cls, samples: object) -> Baseline:
        """The mean of a data set, in one pass.

        Parameters
        ----------
        samples : a folder, a table, a `DataLoader`, a list, ...: see `datasets`. Each is made to fit the explained
            sample as in `Baseline.sample`.
        """

        def points(prepared: Prepared) -> tuple[str, list[Point]]:
            total = tuple(torch.zeros_like(tensor, dtype=_wide(tensor)) for tensor in prepared.features)
            count = 0
            for sample in _samples(samples, prepared):
                count += 1
                for mean, tensor in zip(total, prepared.like(sample), strict=True):
                    mean.add_((tensor.to(mean.dtype) - mean) / count)
            if count == 0:
                raise BadBaseline("the data set of the baseline is empty", "Give samples; a generator lasts only once.")
            name = f"mean of {count:,} samples"
            return name, [tuple(mean.to(own.dtype) for mean, own in zip(total, prepared.features, strict=True))]

        return cls(points)

    @classmethod
    def dataset(cls, samples: object, most: int = DRAWN, seed: int = 0) -> Baseline:
        """A data set as a distribution: attributions are averaged over its samples (expected gradients).

        Parameters
        ----------
        samples : see `Baseline.mean`.
        most : how many samples are drawn from it, without replacement; a smaller data set is taken whole.
        seed : of the draw.
        """
        if most < 1:
            raise BadBaseline(f"{most} samples of a data set are no distribution", "Ask for at least one.")

        def points(prepared: Prepared) -> tuple[str, list[Point]]:
            drawn = _drawn(samples, prepared, most, seed)
            return f"{len(drawn)} samples of a data set", [prepared.like(sample) for sample in drawn]

        return cls(points)

    @classmethod
    def random(cls, samples: object, seed: int = 0) -> Baseline:
        """One sample of a data set, drawn at random: of texts, a random document.

        Parameters
        ----------
        samples : see `Baseline.mean`.
        seed : of the draw.
        """
        return cls(lambda prepared: ("random sample", [prepared.like(_drawn(samples, prepared, 1, seed)[0])]))


def _samples(data: object, prepared: Prepared) -> Iterator[object]:
    """One by one; batches are taken apart."""
    from ..datasets import open_data  # which itself needs tables, of this package

    for item in open_data(data, prepared.kind).read(0):
        if not item.stacked:
            yield item.sample
            continue
        for row in range(len(item)):
            yield _row(item.sample, row)


def _row(stacked: Any, row: int) -> object:
    if isinstance(stacked, Mapping):
        return {name: part[row] for name, part in stacked.items()}
    return stacked[row]


def _drawn(data: object, prepared: Prepared, most: int, seed: int) -> list[object]:
    """At most `most` samples, each as likely as any other, in one pass (Vitter's algorithm R)."""
    generator = random.Random(seed)
    drawn: list[object] = []
    for number, sample in enumerate(_samples(data, prepared)):
        if number < most:
            drawn.append(sample)
        elif (place := generator.randint(0, number)) < most:
            drawn[place] = sample
    if not drawn:
        raise BadBaseline("the data set of the baseline is empty", "Give samples; a generator lasts only once.")
    return drawn


def _wide(tensor: torch.Tensor) -> torch.dtype:
    return torch.float32 if tensor.device.type == "mps" else torch.float64
