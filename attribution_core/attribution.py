"""The result: scores, what they add up to, and everything it takes to trust and repeat them."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from math import prod
from typing import Any, Literal

import torch
from torch import Tensor

from .batching import Step
from .path_curve import PathCurve
from .target import ClassScore, Target

Region = tuple[float, float, float, float]
"""(left, top, right, bottom) as fractions of a photo."""


@dataclass(frozen=True)
class Completeness:
    """Attributions along a path should add up to what the score gained over the baseline.

    Attributes
    ----------
    expected : F(x) - F(x').
    total : the sum of all attributions.
    """

    expected: float
    total: float

    @property
    def relative_error(self) -> float:
        """|total - expected| / |expected|"""
        error = abs(self.total - self.expected)
        return error / abs(self.expected) if self.expected else (0.0 if error == 0 else float("inf"))


@dataclass(frozen=True)
class Plan:
    """What repeats the computation exactly: `explain(model, sample, plan=found.plan)`, same target and baseline.

    Attributes
    ----------
    rule : quadrature rule; `point` for a plain gradient.
    points, weights : where gradients were taken (0: baseline, 1: sample) and how they count, on each path and on each
        noisy copy.
    batch : the largest micro-batch.
    memory_format : of the last micro-batch.
    order : for each evaluation on a path, in the order of time, which of the points it was.
    steps : every micro-batch. Sums of rounded numbers depend on who was added to whom.
    method, seed : as asked for.
    samples, noise, over : of SmoothGrad; see `explain`.
    """

    rule: str
    points: tuple[float, ...]
    weights: tuple[float, ...]
    batch: int
    memory_format: Literal["contiguous", "channels_last"] = "contiguous"
    order: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()
    method: str = ""
    seed: int = 0
    samples: int | None = None
    noise: float | None = None
    over: str | None = None


@dataclass(frozen=True)
class Progress:
    """How far a computation has come.

    Attributes
    ----------
    done, total : gradient evaluations; the total is the most that can become necessary.
    seconds_left : an estimate; None while none can be made.
    """

    done: int
    total: int
    message: str
    seconds_left: float | None = None


@dataclass(frozen=True)
class Prediction:
    """What a model says about a sample.

    Attributes
    ----------
    kind : "image" or "text".
    classes : the most probable first.
    """

    model: str
    sample: str
    kind: str
    classes: list[ClassScore]
    seconds: float
    device: str
    notes: list[str]


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Why a model gave a sample its score.

    Attributes
    ----------
    scores : Tensor, on the CPU
        Per feature: (channels, height, width) for an image, (tokens, embedding size) for a text.
    model, sample : what a person calls them.
    classes : the most probable classes, at most five.
    baseline : its name; None for methods without one.
    completeness : None for methods that promise none.
    map_error : estimated relative L1 error of the map; None where it is not estimated.
    seconds : wall-clock time.
    notes : sentences that a person should know.
    status : a `preview` will be replaced by a better one.
    path : what happens between the baseline and the sample; None for methods that follow no path.
    """

    kind: str = ""
    scores: Tensor
    model: str
    sample: str
    method: str
    target: Target
    classes: list[ClassScore]
    baseline: str | None
    completeness: Completeness | None
    map_error: float | None
    gradient_evaluations: int
    seconds: float
    device: str
    dtype: str
    seed: int
    notes: list[str]
    plan: Plan
    status: Literal["preview", "final"]
    path: PathCurve | None = None

    @property
    def is_difference(self) -> bool:
        """Whether it is one attribution less another; see `difference`."""
        return self.method == "difference"

    @property
    def adds_up(self) -> bool:
        """Whether the scores are contributions, whose sums mean something, and not sensitivities."""
        own = self.is_difference or self.method in ("input-x-gradient", "interior", "integrated")
        return own or (self.method == "smoothgrad" and self.baseline is not None)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it to a file that `attribution_core.load` and `numpy.load` can read; no pickle."""
        from .saved import save

        save(self, path)

    def __str__(self) -> str:
        from .render import plain_text

        return plain_text(self)

    def _repr_html_(self) -> str:
        from .render import attribution_html

        return attribution_html(self)


@dataclass(frozen=True, kw_only=True)
class ImageAttribution(Attribution):
    """An attribution over an image.

    Attributes
    ----------
    photo : uint8 Tensor of shape (height, width, 3)
        What the person gave, upright, in its own size.
    region : the part of the photo that the map lies on.
    """

    kind: str = "image"
    photo: Tensor
    region: Region

    @property
    def signed(self) -> Tensor:
        """(height, width): the sum over channels."""
        return self.scores.sum(0)

    @property
    def magnitude(self) -> Tensor:
        """(height, width): the sum over channels of absolute values."""
        return self.scores.abs().sum(0)

    @classmethod
    def of(cls, computed: Attribution, photo: Tensor, region: Region) -> ImageAttribution:
        """An attribution, and the photo it belongs to."""
        return cls(**_common(computed), photo=photo, region=region)


@dataclass(frozen=True)
class TokenScore:
    """A token or a word, and what it contributed.

    Attributes
    ----------
    start, end : code points of the text; equal for a token that stands for no characters.
    score : signed, for or against, where the scores are contributions (`Attribution.adds_up`). The plain gradient of a
        text, and its SmoothGrad, have no sign: then it is the length of the gradient by the token's embedding.
    """

    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, kw_only=True)
class TextAttribution(Attribution):
    """An attribution over a text.

    Attributes
    ----------
    tokens : what the model read, in order. For attributions along a path a token's score is the sum over its
        embedding, for a gradient the length of the gradient (no sign).
    words : tokens added up to words, in order.
    """

    kind: str = "text"
    text: str
    tokens: list[TokenScore]
    words: list[TokenScore]

    @classmethod
    def of(cls, computed: Attribution, text: str, tokens: list[TokenScore], words: list[TokenScore]) -> TextAttribution:
        """An attribution, and the text it belongs to."""
        return cls(**_common(computed), text=text, tokens=tokens, words=words)


@dataclass(frozen=True)
class ColumnScore:
    """A column of a table, the row's value in it, and what it contributed."""

    name: str
    value: str
    score: float


@dataclass(frozen=True, kw_only=True)
class TabularAttribution(Attribution):
    """An attribution over a row of a table.

    Attributes
    ----------
    columns : in the table's order; the features of a category added up.
    """

    kind: str = "tabular"
    columns: list[ColumnScore]

    @classmethod
    def of(cls, computed: Attribution, columns: list[ColumnScore]) -> TabularAttribution:
        """An attribution, and the columns it belongs to."""
        return cls(**_common(computed), columns=columns)


@dataclass(frozen=True, kw_only=True)
class TensorsAttribution(TabularAttribution):
    """An attribution over one or several tensors, of which only names and shapes are known.

    Attributes
    ----------
    scores : in the shape of the tensor; of several the parts, flattened and one after the other.
    columns : one per tensor, or per place along the first axis of a single one.
    shapes : name of a tensor -> its shape.
    """

    shapes: dict[str, tuple[int, ...]]

    @property
    def parts(self) -> dict[str, Tensor]:
        """The scores of each tensor, in its shape."""
        flat = torch.split(self.scores.flatten(), [prod(shape) for shape in self.shapes.values()])
        return {name: part.reshape(shape) for (name, shape), part in zip(self.shapes.items(), flat, strict=True)}

    @classmethod
    def over(
        cls, computed: Attribution, columns: list[ColumnScore], shapes: dict[str, tuple[int, ...]]
    ) -> TensorsAttribution:
        """An attribution, and the tensors it belongs to."""
        return cls(**_common(computed), columns=columns, shapes=shapes)


class Comparison(list[Attribution]):
    """Attributions of one sample that belong beside each other: of several methods, classes, baselines or models.

    In a notebook it shows itself as one picture.
    """

    def __str__(self) -> str:
        from .render import comparison_summary

        return comparison_summary(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from .render import comparison_html

        return comparison_html(self)


def _common(computed: Attribution) -> dict[str, Any]:
    return {item.name: getattr(computed, item.name) for item in fields(Attribution) if item.name != "kind"}
