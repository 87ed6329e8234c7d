"""Gradients of functions that cannot be differentiated, by finite differences.

A scikit-learn model, an ONNX session or a call to another machine gives numbers and no gradients. Then the
derivative by a feature is measured: the function is evaluated a step h to both sides,

    dF/dx_i  ~  (F(x + h e_i) - F(x - h e_i)) / 2h,

with an error of the order of h^2 (where F is smooth), against which stands rounding, of the order of eps / h. So
the best step is about the cube root of eps, relative to the scale of the feature: 6e-6 where numbers have 64 bits,
and 5e-3 where they have 32. Trees stand still over such a step, and jump elsewhere; of a function that does not move
at all at the sample, the change over a tenth of the scale or more is taken instead.

The differences are the backward pass of an autograd function, so every method works on them as on any network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .engine import Point
from .errors import BadModel, BadRequest

MOST_FEATURES = 4096
"""Two evaluations each: beyond this, one gradient costs more than anybody waits for."""
ROWS = 1024
"""Rows that the function is called with at once, at most."""
MEMORY = 1 << 25
"""Bytes of such rows, at most."""
LARGER_STEPS = (0.1, 0.3)
"""Relative to a feature's scale; tried in this order on a function that stands still over the usual step."""


class Differences:
    """A function that gives no gradients as one that torch can differentiate.

    Parameters
    ----------
    function : from batches of inputs, tensors of shape (n, ...), to outputs, a tensor of shape (n, classes) or (n,).
    step : of the differences, relative to the scale of each feature; chosen at the sample when left out: see above.
        The scale is taken from the sample. In a row (one axis) it is the feature's own magnitude, at least 1, or the
        range of the row's values where that is less than 1; in anything else it is the range of all values.
    precise : whether the function takes float64 as it is; otherwise differences are taken in the inputs' own type.

    Attributes
    ----------
    evaluations : rows that the function was called with.
    """

    def __init__(self, function: Callable[..., Tensor], step: float | None = None, precise: bool = True) -> None:
        if step is not None and not step > 0:
            raise BadRequest(f"differences over a step of {step} say nothing", "Leave it out; 0.05 is a large one.")
        self.function = function
        self.step = step
        self.precise = precise
        self.evaluations = 0
        self._sample: Point = ()
        self._notes: list[str] = []
        self._outputs = torch.float64

    def begin(self, features: Point, notes: list[str]) -> None:
        """Takes the scales of the features from a sample; what a person should know goes to its notes.

        Raises
        ------
        BadModel
            If there are too many features.
        """
        count = sum(feature.numel() for feature in features)
        if count > MOST_FEATURES:
            raise BadModel(
                f"the model cannot be differentiated, and {count:,} features are too many for finite differences",
                f"Give it as a torch module, or a sample of at most {MOST_FEATURES:,} features.",
            )
        self._sample, self._notes = features, notes
        notes.append(f"Gradients are finite differences: {2 * count:,} evaluations of the model for each.")

    def __call__(self, *arguments: Any, **named: Any) -> Tensor:
        """The outputs, (n, classes). Floating tensors are differentiated, the rest is handed on."""
        given = [*arguments, *named.values()]
        varied = [i for i, value in enumerate(given) if isinstance(value, Tensor) and value.is_floating_point()]

        def evaluate(inputs: Sequence[Tensor], points: Tensor | None) -> Tensor:
            """The outputs for other values of what varies; what does not is that of the points, row by row."""
            filled = [_rows(value, points) for value in given]
            for place, tensor in zip(varied, inputs, strict=True):
                filled[place] = tensor.double() if self.precise else tensor
            return self._evaluate(filled[: len(arguments)], dict(zip(named, filled[len(arguments) :], strict=True)))

        outputs: Tensor = _Measured.apply(self, evaluate, *(given[place] for place in varied))  # type: ignore[no-untyped-call]
        return outputs

    def _evaluate(self, arguments: list[Any], named: dict[str, Any]) -> Tensor:
        outputs = self.function(*arguments, **named).detach()
        outputs = outputs[:, None] if outputs.dim() == 1 else outputs
        self.evaluations += len(outputs)
        self._outputs = outputs.dtype
        return outputs

    def jacobian(self, evaluate: Evaluate, inputs: Sequence[Tensor], place: int) -> Tensor:
        """Derivatives of all outputs by all features of one of the inputs: (n, classes, features)."""
        sample = self._sample or tuple(tensor[0].detach() for tensor in inputs)
        if self.step is None:
            self.step = self._moving_step(evaluate, tuple(feature[None] for feature in sample))
        return self._jacobian(evaluate, inputs, place, self.step * _scale(sample[place]))

    def _moving_step(self, evaluate: Evaluate, sample: Point) -> float:
        """The smallest of the steps that make a difference at the sample."""
        usual = float(torch.finfo(self._outputs).eps ** (1 / 3))
        for step in (usual, *LARGER_STEPS):
            scales = [step * _scale(feature[0]) for feature in sample]
            if any(bool(self._jacobian(evaluate, sample, i, scale).any()) for i, scale in enumerate(scales)):
                if step != usual:
                    self._notes.append(
                        "The model stands still over small steps, as trees do, so the differences are taken over "
                        f"{step:.0%} of each feature's scale; they add up only roughly."
                    )
                return step
        self._notes.append("The model does not change with any single feature around the sample.")
        return usual

    def _jacobian(self, evaluate: Evaluate, inputs: Sequence[Tensor], place: int, steps: Tensor) -> Tensor:
        varied = inputs[place]
        count, width = len(varied), varied[0].numel()
        bytes_of_a_row = 8 * sum(tensor[0].numel() for tensor in inputs)
        at_once = max(1, min(ROWS, MEMORY // bytes_of_a_row) // 2)
        parts = []
        for start in range(0, count * width, at_once):
            pairs = torch.arange(start, min(start + at_once, count * width), device=varied.device)
            parts.append(self._differences(evaluate, inputs, place, pairs // width, pairs % width, steps.flatten()))
        return torch.cat(parts).reshape(count, width, -1).transpose(1, 2)

    def _differences(
        self, evaluate: Evaluate, inputs: Sequence[Tensor], place: int, points: Tensor, features: Tensor, steps: Tensor
    ) -> Tensor:
        """Derivatives by one feature of one point each: (pairs, classes)."""
        rows = [tensor.detach()[points] for tensor in inputs]
        start = rows[place].double() if self.precise else rows[place]
        which = (torch.arange(len(points), device=points.device), features)
        sides = []
        for sign in (1, -1):
            moved = start.flatten(1).clone()
            moved[which] += sign * steps.to(moved)[features]
            sides.append(moved)
        apart = (sides[0] - sides[1])[which]  # what rounding has left of 2h
        both = [torch.cat([row, row]) for row in rows]
        both[place] = torch.cat(sides).reshape(2 * len(points), *start.shape[1:])
        above, below = evaluate(both, torch.cat([points, points])).chunk(2)
        return (above - below) / apart.to(above)[:, None]


Evaluate = Callable[[Sequence[Tensor], "Tensor | None"], Tensor]
"""Inputs that vary, and of which points the others are, to outputs."""


class _Measured(torch.autograd.Function):
    """A function as it is, and the transposed product with its measured Jacobian as its derivative."""

    @staticmethod
    def forward(context: Any, differences: Differences, evaluate: Evaluate, *inputs: Tensor) -> Tensor:
        context.differences, context.evaluate = differences, evaluate
        context.jacobians = {}
        context.save_for_backward(*inputs)
        return evaluate(inputs, None)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        inputs = context.saved_tensors
        found: list[Tensor | None] = [None, None]
        for place, tensor in enumerate(inputs):
            if not context.needs_input_grad[2 + place]:
                found.append(None)
                continue
            if place not in context.jacobians:  # further targets of the same pass need it again
                context.jacobians[place] = context.differences.jacobian(context.evaluate, inputs, place)
            jacobian = context.jacobians[place]
            found.append(torch.einsum("nc,ncf->nf", gradient.to(jacobian), jacobian).reshape(tensor.shape).to(tensor))
        return tuple(found)


def _scale(feature: Tensor) -> Tensor:
    """What a step is relative to, in the shape of a sample's feature."""
    wide = feature.detach().double()
    span = float(wide.max() - wide.min())
    if wide.dim() == 1:
        return wide.abs().clamp_min(min(1.0, span) or 1.0)
    return torch.full_like(wide, span or float(wide.abs().max()) or 1.0)


def _rows(value: Any, points: Tensor | None) -> Any:
    return value[points] if points is not None and isinstance(value, Tensor) and value.dim() else value
