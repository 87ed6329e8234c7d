"""Global average gradients: what a model makes of its inputs, over a whole data set.

    beta_k = 1/N sum_i dF_k/dx at x_i

Hechtlinger, *Interpretation of Prediction Models Using the Input Gradient* (2016), section 5. The weights of a
linear model say what it does; a network's average gradient says the same of the network, and is those weights
where the network is linear. It is a sum of derivatives: no sample is normalised.

With it comes a linear classifier, F_k(x) ~ beta_k . x + b_k. How often it agrees with the network says how far
the average speaks for it. The constants are those that fit best in the sense of least squares once the slopes
are given: b_k = mean F_k - beta_k . mean x.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..engine import Point
from ..errors import BadModel, UserCodeError
from ..inputs.prepared import Function
from ..stacks import UNLABELLED, Gathered, Stack
from .average import accumulator

Scores = Callable[[Tensor], Sequence[Tensor]]
"""Outputs (n, columns) to the scores of each class, K tensors (n,)."""


@dataclass(frozen=True)
class Tally:
    """Sums over the samples so far. Its size depends on the features and the classes, not on the samples.

    Attributes
    ----------
    samples : how many.
    labelled, right : of how many the data know the class, and of how many of these the model finds it.
    scores : (K,)
    features : (*features,); of texts how often each entry of the vocabulary occurs.
    gradients : (K, *features)
    lengths : of texts, (K, vocabulary): the lengths of the gradients.
    """

    samples: int
    labelled: int
    right: int
    scores: Tensor
    features: Tensor
    gradients: Tensor
    lengths: Tensor | None

    def __add__(self, other: Tally) -> Tally:
        """A tally of its own: whoever is interrupted half-way still has the old one, whole."""
        both = self.lengths is not None and other.lengths is not None
        return Tally(
            self.samples + other.samples,
            self.labelled + other.labelled,
            self.right + other.right,
            self.scores + other.scores,
            self.features + other.features,
            self.gradients + other.gradients,
            self.lengths + other.lengths if both else None,  # type: ignore[operator]
        )

    @property
    def occurrences(self) -> Tensor | int:
        """What sums of gradients are divided by: the samples, or how often each entry of the vocabulary occurs."""
        return self.samples if self.lengths is None else self.features.clamp_min(1)

    def average(self) -> Tensor:
        """beta, (K, *features)."""
        return self.gradients / self.occurrences

    def constants(self) -> Tensor:
        """b, (K,)."""
        weighted = self.average().flatten(1) @ self.features.flatten()
        return (self.scores - weighted) / self.samples


def tally(stack: Stack, network: Function, scores: Scores, indices: Sequence[int]) -> tuple[Tally, Tensor]:
    """One forward pass for a stack of samples, and one backward pass per class.

    Parameters
    ----------
    scores : of the classes in question.
    indices : which classes these are.

    Returns
    -------
    The sums, and the outputs (n, columns).

    Raises
    ------
    BadModel
        If the scores do not depend on the inputs in a way that can be differentiated, or are not finite.
    """
    with torch.enable_grad():
        outputs, inputs = stack.differentiable(network)
        values = scores(outputs)
        if not values[0].requires_grad or not inputs:
            raise _not_differentiable()
        gathered = [
            stack.gather(inputs, _gradients(value, inputs, keep=i + 1 < len(values))) for i, value in enumerate(values)
        ]
    found = torch.stack([value.detach() for value in values], dim=1)
    part = Tally(
        samples=len(stack),
        **_right(stack.labels, found, indices),
        scores=found.sum(0, dtype=accumulator(found)),
        features=stack.features(),
        gradients=torch.stack([each.gradients for each in gathered]),
        lengths=_lengths(gathered),
    )
    if not all(bool(torch.isfinite(sums).all()) for sums in (part.scores, part.gradients)):
        raise BadModel(
            "a score or its gradient is not a finite number",
            "Check the weights for NaN, and operations such as sqrt, log or norm at 0.",
        )
    return part, outputs.detach()


@dataclass(frozen=True)
class Agreement:
    """How the classifier made of the averages does.

    Attributes
    ----------
    agreed : samples for which it names the same class as the model.
    right, labelled : of how many the data know the class, and of how many of these it finds it.
    """

    samples: int = 0
    agreed: int = 0
    labelled: int = 0
    right: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            self.samples + other.samples,
            self.agreed + other.agreed,
            self.labelled + other.labelled,
            self.right + other.right,
        )


def agreement(
    stack: Stack, network: Function, scores: Scores, indices: Sequence[int], average: Tensor, constants: Tensor
) -> Agreement:
    """The classifier beside the model on a stack of samples; both choose among the classes in question."""
    found = torch.stack(list(scores(stack.outputs(network))), dim=1)
    linear = stack.linear(average) + constants
    agreed = int((linear.argmax(1) == found.argmax(1)).sum())
    return Agreement(samples=len(stack), agreed=agreed, **_right(stack.labels, linear, indices))


def _gradients(value: Tensor, inputs: Point, keep: bool) -> Point:
    """Of each sample's score by its inputs. Samples do not influence each other, so one sum does for all."""
    try:
        found: tuple[Tensor | None, ...] = torch.autograd.grad(
            value.sum(), inputs, retain_graph=keep, allow_unused=True
        )
    except torch.cuda.OutOfMemoryError:
        raise
    except Exception as error:
        raise UserCodeError("the backward pass through the model failed", error) from error
    if all(gradient is None for gradient in found):
        raise _not_differentiable()
    return tuple(
        torch.zeros_like(tensor) if gradient is None else gradient
        for tensor, gradient in zip(inputs, found, strict=True)
    )


def _right(labels: Tensor, scores: Tensor, indices: Sequence[int]) -> dict[str, int]:
    """How many samples have a known class, and how many of these get it."""
    known = labels != UNLABELLED
    chosen = torch.tensor(indices, device="cpu")[scores.argmax(1).cpu()]
    return {"labelled": int(known.sum()), "right": int((chosen == labels)[known].sum())}


def _lengths(gathered: Sequence[Gathered]) -> Tensor | None:
    lengths = [each.lengths for each in gathered if each.lengths is not None]
    return torch.stack(lengths) if lengths else None


def _not_differentiable() -> BadModel:
    return BadModel(
        "the score does not depend on the samples in a way that can be differentiated",
        "Look for detach(), no_grad(), argmax, .item() or numpy in the model's forward.",
    )
