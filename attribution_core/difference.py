"""What tells two attributions of one sample apart: where they differ, and how much they agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from .attribution import (
    Attribution,
    ColumnScore,
    Completeness,
    ImageAttribution,
    Plan,
    TabularAttribution,
    TextAttribution,
    TokenScore,
)
from .errors import BadRequest
from .target import Target


def difference(one: Attribution, other: Attribution) -> Attribution:
    """One attribution minus another, as an attribution that can be drawn beside them.

    Where the numbers have one unit (of one method and score, or of two methods whose attributions add up to the score)
    they are subtracted as they are: of two classes that is the attribution of their difference. Otherwise each is
    divided first by the sum of its absolute values; and where one of them is a sensitivity, whose sign says something
    else than that of a contribution, the sizes are subtracted: how much of the whole lies in a place.

    Raises
    ------
    BadRequest
        If they are not of one sample and one model.

    Examples
    --------
    >>> import torch
    >>> from attribution_core import compare, difference
    >>> linear = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 3))
    >>> found = compare(linear, torch.ones(1, 1, 2, 2), targets=[0, 2, (0, 2)], score="logit")
    >>> torch.allclose(difference(*found[:2]).scores, found[2].scores)
    True
    """
    _check(one, other)
    alike = _alike(one, other)
    sized = not alike and not (one.adds_up and other.adds_up)
    mine, theirs = (1.0, 1.0) if alike else (_share(each, sized) for each in (one, other))

    def less(a: Any, b: Any) -> Any:
        return (abs(a) * mine - abs(b) * theirs) if sized else (a * mine - b * theirs)

    changes: dict[str, Any] = {}
    if isinstance(one, TextAttribution) and isinstance(other, TextAttribution):
        changes = {name: _entries(getattr(one, name), getattr(other, name), less) for name in ("tokens", "words")}
    if isinstance(one, TabularAttribution) and isinstance(other, TabularAttribution):
        changes = {"columns": _entries(one.columns, other.columns, less)}
    what = "sizes" if sized else "scores"
    said = (
        "" if alike else f"The difference is one of shares: the {what} of each are divided by the sum of their sizes. "
    )
    return replace(
        one,
        scores=less(one.scores, other.scores),
        method="difference",
        target=_target(one.target, other.target),
        baseline=one.baseline if one.baseline == other.baseline else None,
        completeness=_completeness(one.completeness, other.completeness) if alike else None,
        map_error=None,
        gradient_evaluations=one.gradient_evaluations + other.gradient_evaluations,
        seconds=one.seconds + other.seconds,
        notes=[f"{said}Their rank correlation is {agreement(one, other):.2f}."],
        plan=Plan("", (), (), 0),
        path=None,
        **changes,
    )


def agreement(one: Attribution, other: Attribution) -> float:
    """Spearman's rank correlation of what each says matters, signs left aside: from -1 to 1, NaN where one of them is
    the same everywhere.

    Raises
    ------
    BadRequest
        If they are not of one sample and one model.
    """
    _check(one, other)
    ranks = [_ranks(_sizes(each)) for each in (one, other)]
    centred = [each - each.mean() for each in ranks]
    return float((centred[0] * centred[1]).sum() / (centred[0].norm() * centred[1].norm()))


def _check(one: Attribution, other: Attribution) -> None:
    if one.kind != other.kind or one.scores.shape != other.scores.shape:
        raise BadRequest(
            f"attributions of kind {one.kind}, shape {tuple(one.scores.shape)}, and of kind {other.kind}, shape "
            f"{tuple(other.scores.shape)}, have no difference",
            "Compare attributions of one sample and one model.",
        )


def _alike(one: Attribution, other: Attribution) -> bool:
    """Whether the numbers have one unit."""
    complete = one.completeness is not None and other.completeness is not None
    return one.target.score == other.target.score and (one.method == other.method or complete)


def _sizes(found: Attribution) -> Tensor:
    """How much each pixel, token or column matters."""
    if isinstance(found, ImageAttribution):
        return found.magnitude.flatten().double()
    return torch.tensor([abs(entry.score) for entry in _shown(found)], dtype=torch.float64, device="cpu")


def _shown(found: Attribution) -> list[TokenScore] | list[ColumnScore]:
    if isinstance(found, TextAttribution):
        return found.tokens
    return found.columns if isinstance(found, TabularAttribution) else []


def _ranks(values: Tensor) -> Tensor:
    """From 0; equal values share the mean of their ranks."""
    ordered = values.sort().values
    first, past = torch.searchsorted(ordered, values), torch.searchsorted(ordered, values, right=True)
    return (first + past - 1).double() / 2


def _share(found: Attribution, sized: bool) -> float:
    """What turns the scores, or their sizes, into shares."""
    whole = found.signed.double().abs() if isinstance(found, ImageAttribution) and not sized else _sizes(found)
    total = float(whole.sum())
    return 1 / total if total else 0.0


def _entries(mine: Sequence[Any], theirs: Sequence[Any], less: Callable[[float, float], float]) -> list[Any]:
    return [replace(one, score=less(one.score, other.score)) for one, other in zip(mine, theirs, strict=True)]


def _target(one: Target, other: Target) -> Target:
    """Of one class that class; of two the first one minus the other."""
    if (one.index, one.against) == (other.index, other.against):
        return one
    both = one.baseline_value is not None and other.baseline_value is not None
    return Target(
        one.index,
        f"{one.label} rather than {other.label}",
        one.score,
        one.value - other.value,
        (one.baseline_value or 0.0) - (other.baseline_value or 0.0) if both else None,
        other.index,
    )


def _completeness(one: Completeness | None, other: Completeness | None) -> Completeness | None:
    if one is None or other is None:
        return None
    return Completeness(one.expected - other.expected, one.total - other.total)
