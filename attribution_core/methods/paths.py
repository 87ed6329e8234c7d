"""Paths through the space of a model's inputs, from a baseline to the sample."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..engine import Point
from ..errors import BadRequest, UserCodeError
from .average import widened


class Path(ABC):
    """A way from a = 0 to a = 1."""

    @abstractmethod
    def at(self, a: float) -> Point:
        """The point at a."""

    @abstractmethod
    def velocity(self, a: float) -> Point:
        """How the point changes with a: d at(a) / da, in the type to add up in."""


@dataclass(frozen=True)
class StraightPath(Path):
    """The segment from the baseline to the sample."""

    baseline: Point
    sample: Point

    def at(self, a: float) -> Point:
        """The point x' + a (x - x')."""
        return tuple(
            torch.lerp(start, end, a) if 0 < a < 1 else (start if a == 0 else end)
            for start, end in zip(self.baseline, self.sample, strict=True)
        )

    def velocity(self, a: float) -> Point:
        """x - x', everywhere."""
        return tuple(end - start for start, end in zip(widened(self.baseline), widened(self.sample), strict=True))


class GivenPath(Path):
    """A path that a person gave as a function.

    Parameters
    ----------
    function : from a number in [0, 1] to a tensor of the sample's shape in the network's input space, or a tuple of
        them where the network has several inputs.
    sample : what it must arrive at.

    Raises
    ------
    BadRequest
        If it gives points of another shape, or does not arrive.
    """

    def __init__(self, function: Callable[[float], object], sample: Point) -> None:
        self._function = function
        self._sample = sample
        slack = max(torch.finfo(tensor.dtype).eps for tensor in sample) ** 0.5
        for end, own in zip(self.at(1.0), sample, strict=True):
            if not torch.allclose(end, own, rtol=slack, atol=slack * float(own.abs().max())):
                raise BadRequest("the path does not end at the sample", "path(1.0) must be the network's own input.")

    def at(self, a: float) -> Point:
        try:
            given = self._function(a)
        except Exception as error:
            raise UserCodeError(f"the path raised at {a:g}", error) from error
        point = given if isinstance(given, (tuple, list)) else (given,)
        found = []
        for tensor, own in zip(point, self._sample, strict=False):
            if isinstance(tensor, Tensor) and tensor.shape in (own.shape, (1, *own.shape)):
                found.append(tensor.detach().to(own).reshape(own.shape))
        if len(found) != len(self._sample) or len(point) != len(self._sample):
            shapes = " and ".join(str(tuple(own.shape)) for own in self._sample)
            raise BadRequest(f"the path gave no point of shape {shapes} at {a:g}", "Return a tensor of that shape.")
        return tuple(found)

    def velocity(self, a: float) -> Point:
        """By central differences; at the ends by one-sided ones of the same order."""
        step = max(torch.finfo(tensor.dtype).eps for tensor in self._sample) ** (1 / 3)
        if a < step:
            parts = [(a, -1.5), (a + step, 2.0), (a + 2 * step, -0.5)]
        elif a > 1 - step:
            parts = [(a, 1.5), (a - step, -2.0), (a - 2 * step, 0.5)]
        else:
            parts = [(a + step, 0.5), (a - step, -0.5)]
        points = [(widened(self.at(min(max(place, 0.0), 1.0))), share / step) for place, share in parts]
        return tuple(
            torch.stack([point[i] * share for point, share in points]).sum(0) for i in range(len(self._sample))
        )
