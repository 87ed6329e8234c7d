"""Tensors as they are: one of any shape, or several, by name or by place, as a network's forward takes them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import torch
from torch import Tensor

from ..attribution import Attribution, ColumnScore, TensorsAttribution
from ..engine import Point
from ..errors import BadBaseline, BadSample
from .prepared import Function, Prepared, finite, fitted_baseline, uniform

MOST_PLACES = 64
"""Places along the first axis of a single tensor that are shown one by one."""


@dataclass(frozen=True)
class Tensors:
    """A sample that is the network's arguments: a tensor, a tuple of them (by place) or a dict (by name).

    Tensors of floats are differentiated; whole numbers, and whatever is no tensor, are handed on as they are.

    Parameters
    ----------
    names : of the tensors of a tuple, for the result; `input 0`, `input 1`, ... when left out.

    Examples
    --------
    >>> import torch
    >>> from attribution_core import explain
    >>> found = explain(lambda a, b: a * 2 + b, (torch.tensor([1.0]), torch.tensor([3.0])), score="logit", target=1)
    >>> [(column.name, round(column.score, 6)) for column in found.columns]
    [('input 0', 2.0), ('input 1', 3.0)]
    """

    names: Sequence[str] | None = None

    def prepare(self, sample: object, network: Function) -> TensorsSample:
        """See `Inputs.prepare`. Tensors come with a batch dimension of 1, all of them, or without."""
        given = self._named(sample)
        tensors = [value for value in given.values() if isinstance(value, Tensor) and value.dim()]
        batched = all(len(value) == 1 for value in tensors) and any(value.dim() > 1 for value in tensors)
        arguments: dict[str | int, Any] = {
            key: _without_batch(value, batched).to(network.device) if isinstance(value, Tensor) else value
            for key, value in given.items()
        }
        varied = [key for key, value in arguments.items() if isinstance(value, Tensor) and value.is_floating_point()]
        if not varied:
            raise BadSample(
                "none of the sample's tensors holds floats, so there is nothing to differentiate",
                "Token ids are explained by Text(...), under the name input_ids.",
            )
        features = tuple(finite(arguments[key]).to(network.dtype or arguments[key].dtype) for key in varied)
        outputs = _called(network, arguments, varied, tuple(feature[None] for feature in features))
        return TensorsSample(_name(given), features, outputs, [], arguments, varied, self, network)

    def read(self, other: object, like: TensorsSample) -> Point:
        """Another sample's floating tensors, in the order and shapes of a prepared one's."""
        given = self._named(other)
        absent = [key for key in like.varied if not isinstance(given.get(key), Tensor)]
        if absent:
            raise BadBaseline(
                f"the baseline has no tensor for {', '.join(like.title(key) for key in absent)}",
                f"Give {', '.join(like.title(key) for key in like.varied)}.",
            )
        return tuple(fitted_baseline(given[key], own) for key, own in zip(like.varied, like.features, strict=True))

    def _named(self, sample: object) -> dict[str | int, Any]:
        """argument -> value; places are numbers."""
        if isinstance(sample, Mapping):
            found: dict[str | int, Any] = {str(key): value for key, value in sample.items()}
        else:
            found = dict(enumerate(sample if isinstance(sample, (tuple, list)) else [sample]))
        if not any(isinstance(value, Tensor) for value in found.values()):
            raise BadSample(
                f"the model reads tensors, and a {type(sample).__name__} was given",
                "Give a tensor, a tuple of tensors, or a dict of tensors by name.",
            )
        return found


@dataclass
class TensorsSample(Prepared):
    """Tensors, ready for a network. `features` holds those of floats, without a batch dimension."""

    name: str
    features: Point
    outputs: Tensor
    notes: list[str]
    arguments: dict[str | int, Any]
    varied: list[str | int]
    inputs: Tensors
    network: Function
    kind: str = field(default="tabular", init=False)

    @property
    def alike(self) -> Hashable:
        """None where something goes with the tensors that are differentiated: it may be another for each sample."""
        return (self.kind, *self.varied) if len(self.varied) == len(self.arguments) else None

    def function(self, points: Point) -> Tensor:
        return _called(self.network, self.arguments, self.varied, points)

    def baseline(self, choice: object) -> tuple[str, Point]:
        name = "zero" if choice is None else choice if isinstance(choice, str) else ""
        if name == "zero":
            return "zero", tuple(torch.zeros_like(feature) for feature in self.features)
        if name == "noise":
            return "noise", self.noise(self.network.seed)
        if are_tensors(choice):
            return "tensor" if len(self.features) == 1 else "tensors", self.like(choice)
        if isinstance(choice, (int, float)) and not isinstance(choice, bool):
            return f"constant {choice:g}", tuple(torch.full_like(feature, choice) for feature in self.features)
        named = f"'{choice}'" if isinstance(choice, str) else f"of type {type(choice).__name__}"
        raise BadBaseline(
            f"there is no baseline {named} for tensors", "Choose zero, noise, a number, or tensors like the sample's."
        )

    def like(self, other: object) -> Point:
        return self.inputs.read(other, self)

    def noise(self, seed: int) -> Point:
        """Uniform over the range of each tensor."""
        return tuple(
            uniform(float(feature.min()), float(feature.max()), feature, seed + number)
            for number, feature in enumerate(self.features)
        )

    def map_of(self, attributions: Point) -> Tensor:
        return torch.cat([part.flatten() for part in attributions])

    def joined(self, parts: list[Tensor]) -> Tensor:
        return parts[0] if len(parts) == 1 else torch.cat([part.flatten() for part in parts])

    def attribution(self, computed: Attribution, attributions: Point) -> Attribution:
        shapes = {self.title(key): tuple(part.shape) for key, part in zip(self.varied, attributions, strict=True)}
        signed = computed.baseline is not None
        columns = [
            ColumnScore(name, value, float(part.double().sum() if signed else part.double().norm()))
            for name, value, part in self._shown(attributions)
        ]
        return TensorsAttribution.over(computed, columns, shapes)

    def title(self, key: str | int) -> str:
        """What a person calls an argument."""
        if isinstance(key, str):
            return key
        names = self.inputs.names
        return names[key] if names is not None and key < len(names) else f"input {key}"

    def _shown(self, attributions: Point) -> list[tuple[str, str, Tensor]]:
        """Name, value and scores of what is shown as one."""
        if len(attributions) == 1 and 1 < len(attributions[0]) <= MOST_PLACES:
            parts = zip(self.features[0], attributions[0], strict=True)
            return [(f"[{place}]", _value(own), part) for place, (own, part) in enumerate(parts)]
        return [(self.title(key), _shape(part), part) for key, part in zip(self.varied, attributions, strict=True)]


def are_tensors(sample: object) -> TypeGuard[Tensor | Mapping[str, Any] | Sequence[Any]]:
    """Whether a sample is a tensor, or a tuple or dict of nothing but tensors (and what goes with them)."""
    if isinstance(sample, Tensor):
        return True
    if isinstance(sample, Mapping):
        sample = tuple(sample.values())
    if not isinstance(sample, (tuple, list)):
        return False
    return any(isinstance(value, Tensor) for value in sample) and not any(isinstance(value, str) for value in sample)


def _called(
    network: Function, arguments: Mapping[str | int, Any], varied: Sequence[str | int], points: Point
) -> Tensor:
    """The network's outputs for n points; what does not vary is repeated."""
    count = len(points[0])
    batch = {key: _repeated(value, count) for key, value in arguments.items()} | dict(zip(varied, points, strict=True))
    places = [value for key, value in batch.items() if isinstance(key, int)]
    return network(*places, **{key: value for key, value in batch.items() if isinstance(key, str)})


def _repeated(value: Any, count: int) -> Any:
    return value.expand(count, *value.shape) if isinstance(value, Tensor) and value.dim() else value


def _without_batch(tensor: Tensor, batched: bool) -> Tensor:
    detached = tensor.detach()
    return detached[0] if batched and tensor.dim() else detached


def _name(given: Mapping[str | int, Any]) -> str:
    tensors = [f"{'' if isinstance(key, int) else f'{key} '}{_shape(value)}" for key, value in given.items()
               if isinstance(value, Tensor)]  # fmt: skip
    return f"tensor {tensors[0]}" if len(tensors) == 1 else ", ".join(tensors)


def _value(tensor: Tensor) -> str:
    return f"{float(tensor):.4g}" if tensor.dim() == 0 else _shape(tensor)


def _shape(tensor: Tensor) -> str:
    return "x".join(str(side) for side in tensor.shape) or "1"
