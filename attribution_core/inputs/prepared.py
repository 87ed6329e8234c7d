"""A sample made ready for a model: what every kind of input has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from ..attribution import Attribution
from ..beside import own_noise
from ..engine import Point
from ..errors import BadBaseline, BadSample


class Function(Protocol):
    """A network, as far as inputs need to know it: tensors in, class outputs (n, columns) out."""

    device: torch.device
    dtype: torch.dtype | None
    seed: int = 0

    def __call__(self, *arguments: Tensor, **named: Tensor) -> Tensor: ...

    def accepts(self, name: str) -> bool:
        """Whether there is an argument of this name."""
        return True


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

    @property
    def alike(self) -> Hashable:
        """Equal for samples whose points can be evaluated in one batch, if their features have the same shapes; None
        of a sample that stays alone."""
        return self.kind

    def among(self, samples: Sequence[Prepared], points: Point) -> Tensor:
        """As `function`, for points of samples that are alike: the i-th point belongs to the i-th sample."""
        return self.function(points)

    @abstractmethod
    def baseline(self, choice: object) -> tuple[str, Point]:
        """Name and point of a baseline given by a name, a number or a tensor; of this kind's own default for None.

        Raises
        ------
        BadBaseline
            If there is no such baseline, or it does not fit the sample.
        """

    @abstractmethod
    def like(self, other: object) -> Point:
        """Another sample as a point of this sample's shape.

        Raises
        ------
        BadSample, BadBaseline
            If it cannot be read, or cannot be made to fit.
        """

    @abstractmethod
    def noise(self, seed: int) -> Point:
        """Uniform noise over the range of the inputs.

        Raises
        ------
        BadBaseline
            If this kind of input has no range.
        """

    def baselines(self, choice: object) -> tuple[str, list[Point]]:
        """Name and points of a baseline: one point, or the members of a distribution to average over.

        Parameters
        ----------
        choice : a name, a number, a tensor or a `Baseline`; None for this kind's own default.

        Raises
        ------
        BadBaseline
            If there is no such baseline, it does not fit the sample, is not finite, or equals the sample.
        """
        # By its method and not its class: another copy of this package may have made it.
        made = getattr(choice, "points", None)
        name, points = made(self) if callable(made) else _alone(self.baseline(choice))
        if not all(bool(torch.isfinite(start).all()) for point in points for start in point):
            raise BadBaseline(f"the baseline ({name}) has values that are not finite numbers", "Choose another one.")
        if all(torch.equal(start, end) for point in points for start, end in zip(point, self.features, strict=True)):
            raise BadBaseline(f"the baseline ({name}) equals the sample", "Choose another baseline.")
        return name, points

    @abstractmethod
    def map_of(self, attributions: Point) -> Tensor:
        """What a person looks at: one signed number per pixel or token."""

    def joined(self, parts: list[Tensor]) -> Tensor:
        """One tensor of what was computed for each of the features."""
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=-1)

    @abstractmethod
    def attribution(self, computed: Attribution, attributions: Point) -> Attribution:
        """The result, with what it takes to show it."""


def fitted_baseline(given: Tensor, own: Tensor) -> Tensor:
    """A tensor that a person gave as the baseline of a feature, with or without a batch dimension of 1.

    Raises
    ------
    BadBaseline
        If it is of another shape.
    """
    if given.shape not in (own.shape, (1, *own.shape)):
        raise BadBaseline(
            f"the baseline has shape {tuple(given.shape)}, and the sample {tuple(own.shape)}",
            "Give a tensor of the sample's shape, or a name.",
        )
    return given.detach().to(own).reshape(own.shape).clone()


def uniform(low: Tensor | float, high: Tensor | float, like: Tensor, seed: int) -> Tensor:
    """Uniform noise in the shape of `like`, between two numbers or tensors; the same on every device."""
    generator = torch.Generator("cpu").manual_seed(seed)
    with own_noise():
        share = torch.rand(like.shape, generator=generator, dtype=torch.float64, device="cpu")
    return (low + (high - low) * share).to(like)


def finite(tensor: Tensor) -> Tensor:
    """The tensor, if all of its values are finite numbers."""
    if not bool(torch.isfinite(tensor).all()):
        raise BadSample("the sample has values that are not finite numbers", "Look for NaN and infinity in it.")
    return tensor


def _alone(named: tuple[str, Point]) -> tuple[str, list[Point]]:
    name, point = named
    return name, [point]


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
