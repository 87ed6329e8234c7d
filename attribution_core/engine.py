"""Gradients at points: the one thing that every method needs.

A *point* is a place in the space of a model's inputs: a tuple of tensors (one per input), without a batch
dimension. A *function* takes a batch of points to class outputs; a *score* takes those outputs to the one
scalar per point that is being explained. The engine evaluates the gradient of the score at as many points
as it is asked for:

    for part in engine.gradients(points):
        part.scores        # F(x_i)          (n,)
        part.gradients     # dF/dx at x_i    one tensor (n, *shape) per input

A score may also be K scalars per point, (n, K): then there is one more dimension, (n, K, *shape), and the K gradients
come from one forward pass.

Points are taken from their iterator as they are needed, a micro-batch at a time, and each `next` computes one
micro-batch. So memory does not grow with the number of points, and whoever stops asking has cancelled.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .batching import MicroBatch, saved_bytes
from .errors import AttributionError, BadModel, UserCodeError, gpu_is_full

Point = tuple[Tensor, ...]
"""One tensor per input of the model. A batch of points has one more dimension in front."""
Function = Callable[[Point], Tensor]
"""A batch of n points to outputs of shape (n, classes)."""
Score = Callable[[Tensor], Tensor]
"""Outputs of shape (n, classes) to scores of shape (n,), or (n, K) for K of them."""


@dataclass(frozen=True)
class Evaluated:
    """What one micro-batch of n points gave."""

    scores: Tensor
    """(n,) or (n, K)"""
    gradients: Point
    """Of the score by each input: (n, *shape of the input) or (n, K, *shape of the input)."""
    outputs: Tensor
    """Of the model: (n, classes)."""


WAITING = Evaluated(torch.empty(0, device="cpu"), (), torch.empty(0, 0, device="cpu"))
"""No point at all: what an engine that shares micro-batches with others hands out until its points had their turn."""


class Engine:
    """Evaluates a score and its gradient at points.

    Parameters
    ----------
    function : the model, from a batch of points to outputs.
    score : the scalar to explain.
    batch : chooses how many points are evaluated together; found by measurement when left out.

    Attributes
    ----------
    alone : Tensor or None
        Outputs of the very first point, (1, classes), as they are when it is evaluated alone. If they are others
        beside other points, its micro-batch is evaluated again, one by one, and so are all points from there on.
    """

    def __init__(self, function: Function, score: Score, batch: MicroBatch | None = None) -> None:
        self.function = function
        self.score = score
        self.batch = batch or MicroBatch()
        self.alone: Tensor | None = None
        self.gradient_evaluations = 0

    def gradients(self, points: Iterable[Point]) -> Iterator[Evaluated]:
        """The score and its gradient at each point, in order, a micro-batch at a time.

        Raises
        ------
        BadModel
            If the score does not depend on the inputs in a way that can be differentiated, or is not finite.
        """
        remaining = iter(points)
        waiting: list[Point] = []
        while True:
            last = self.batch.last
            wanted = self.batch.size if last == self.batch.size else last + 1
            waiting.extend(itertools.islice(remaining, max(0, wanted - len(waiting))))
            if not waiting:
                return
            taken = waiting[: self.batch.of(len(waiting))]
            try:
                evaluated = self._evaluate(taken)
            except torch.cuda.OutOfMemoryError as error:
                if not self.batch.failed(len(taken), error):
                    raise gpu_is_full("one gradient", error) from None
                torch.cuda.empty_cache()
                continue
            except (AttributionError, RuntimeError) as error:
                if not self.batch.failed(len(taken), error):
                    raise
                continue
            if evaluated is None:
                self.batch.one_by_one()
                continue
            waiting = waiting[len(taken) :]
            self.gradient_evaluations += len(taken)
            yield evaluated

    def outputs(self, points: Iterable[Point]) -> Tensor:
        """The model's outputs at the points, (n, classes), in one batch and without gradients."""
        with torch.no_grad():
            return self.function(_stacked(list(points)))

    def _evaluate(self, points: list[Point]) -> Evaluated | None:
        """A micro-batch; None if the points turn out to influence each other."""
        began = time.perf_counter()
        laid_out = _stacked(points)
        if self.batch.channels_last:
            laid_out = tuple(t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t for t in laid_out)
        inputs = tuple(tensor.detach().requires_grad_() for tensor in laid_out)
        with torch.enable_grad(), saved_bytes(enabled=self.batch.measuring) as saved:
            outputs = self.function(inputs)
            if self.alone is not None and len(points) > 1 and not same_outputs(outputs[:1].detach(), self.alone):
                return None
            scores = self.score(outputs)
            if not scores.requires_grad:
                raise _not_differentiable()
            gradients = _differentiate(scores, inputs)
        if all(gradient is None for gradient in gradients):
            raise _not_differentiable()
        whole = tuple(
            tensor.new_zeros((*scores.shape, *tensor.shape[1:])) if gradient is None else gradient
            for tensor, gradient in zip(inputs, gradients, strict=True)
        )
        if not all(_finite(tensor) for tensor in (scores, *whole)):
            raise BadModel(
                "the score or its gradient is not a finite number",
                "Check the weights for NaN, and operations such as sqrt, log or norm at 0.",
            )
        self.alone = None
        # Reading a value above has waited for the device, so this time is the true one.
        # Of K scores there are K gradients, which may be more than what was saved for them.
        kept = sum(tensor.numel() * tensor.element_size() for tensor in whole) if saved.total else 0
        self.batch.took(len(points), time.perf_counter() - began, saved.total + kept)
        return Evaluated(scores.detach(), whole, outputs.detach())


def same_outputs(found: Tensor, alone: Tensor) -> bool:
    """Whether outputs among others are those of the sample alone, but for rounding errors."""
    slack: float = torch.finfo(alone.dtype).eps ** 0.5
    return torch.allclose(found, alone, rtol=slack, atol=slack * float(alone.abs().max()))


def _finite(tensor: Tensor) -> bool:
    """Whether all values are finite numbers. A sum says so in one pass, unless it has overflown itself."""
    return bool(torch.isfinite(tensor.detach().sum())) or bool(torch.isfinite(tensor).all())


def _stacked(points: list[Point]) -> Point:
    """n points as one batch."""
    return tuple(torch.stack(tensors) for tensors in zip(*points, strict=True))


def _differentiate(scores: Tensor, inputs: Point) -> Sequence[Tensor | None]:
    """Gradients by the inputs alone: nothing is added to the `.grad` of the model's parameters."""
    if scores.dim() == 1:
        return _backward(scores, inputs)
    count = scores.shape[1]
    each = [_backward(scores[:, k], inputs, keep=k + 1 < count) for k in range(count)]
    whole: list[Tensor | None] = []
    for tensor, gradients in zip(inputs, zip(*each, strict=True), strict=True):
        known = [torch.zeros_like(tensor) if gradient is None else gradient for gradient in gradients]
        whole.append(None if all(gradient is None for gradient in gradients) else torch.stack(known, dim=1))
    return whole


def _backward(scores: Tensor, inputs: Point, keep: bool = False) -> tuple[Tensor | None, ...]:
    try:
        return torch.autograd.grad(scores.sum(), inputs, retain_graph=keep, allow_unused=True)
    except torch.cuda.OutOfMemoryError:
        raise
    except Exception as error:
        raise UserCodeError("the backward pass through the model failed", error) from error


def _not_differentiable() -> BadModel:
    return BadModel(
        "the score does not depend on the sample in a way that can be differentiated",
        "Look for detach(), no_grad(), argmax, .item() or numpy in it, or set Model(..., differentiable=False).",
    )
