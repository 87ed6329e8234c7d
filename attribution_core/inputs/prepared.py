"""A sample made ready for a model: what every kind of input has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import torch
from torch import Tensor

from ..attribution import Attribution
from ..engine import Point


class Function(Protocol):
    """A network, as far as inputs need to know it: tensors in, class outputs (n, columns) out."""

    device: torch.device
    dtype: torch.dtype | None

    def __call__(self, *arguments: Tensor, **named: Tensor) -> Tensor: ...


class Prepared(ABC):
    """A sample as the tensors that are differentiated, and the way from them through the network.

    Attributes
    ----------
    name : what a person calls the sample.
    features : the point that stands for the sample.
    outputs : the network's outputs for it, (1, columns).
    notes : sentences that a person should know.
    """

    kind: str
    name: str
    features: Point
    outputs: Tensor
    notes: list[str]

    @abstractmethod
    def function(self, points: Point) -> Tensor:
        """The network's outputs, (n, columns), for a batch of points."""

    @abstractmethod
    def baseline(self, choice: object) -> tuple[str, Point]:
        """Name and point of a baseline; of this kind's own default for None.

        Raises
        ------
        BadBaseline
            If there is no such baseline, or it does not fit the sample.
        """

    @abstractmethod
    def map_of(self, attributions: Point) -> Tensor:
        """What a person looks at: one signed number per pixel or token."""

    @abstractmethod
    def attribution(self, computed: Attribution, attributions: Point) -> Attribution:
        """The result, with what it takes to show it."""


class Inputs(Protocol):
    """How samples become tensors."""

    def prepare(self, sample: object, network: Function) -> Prepared:
        """Reads a sample and evaluates the network on it.

        Raises
        ------
        BadSample
            If the sample cannot be read, or is of another kind.
        """
        ...
