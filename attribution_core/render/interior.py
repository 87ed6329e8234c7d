"""Interior gradients: what mattered at each scale on the way from the baseline to the sample.

Sundararajan, Taly and Yan, *Gradients of Counterfactuals* (2016), section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from ..attribution import Attribution, ColumnScore, ImageAttribution, TabularAttribution, TextAttribution, TokenScore
from ..errors import BadRequest
from ..path_curve import PathCurve
from .bars import by_size
from .words import share_or_number


def path_of(attribution: Attribution) -> PathCurve:
    """The path of an attribution.

    Raises
    ------
    BadRequest
        If its method follows none.
    """
    if attribution.path is None:
        raise BadRequest(
            f"'{attribution.method}' keeps nothing of a path from a baseline to the sample",
            "Choose the method interior or integrated.",
        )
    return attribution.path


def at_each_scale(attribution: Attribution, most: int | None = None) -> tuple[list[Attribution], list[str]]:
    """One attribution for each interior map, and a title for each: its scale, and the score there.

    Parameters
    ----------
    most : so many, spread over the path.

    Raises
    ------
    BadRequest
        If there are no interior maps.
    """
    path = path_of(attribution)
    if path.maps is None:
        raise BadRequest(f"'{attribution.method}' keeps no interior gradients", "Choose the method interior.")
    found, titles = [], []
    for i in _chosen(path.maps, most or len(path.maps)):
        found.append(_AT_SCALE[attribution.kind](attribution, path.maps[i]))
        score = share_or_number(attribution.target.score, score_at(path, path.map_scales[i]))
        titles.append(f"at {path.map_scales[i]:.2g}  {score}")
    return found, titles


def _chosen(maps: Tensor, most: int) -> list[int]:
    """Maps spread over the path, the strongest among them: in place of its neighbour, where it was not."""
    found = spread(len(maps), most)
    strongest = int(maps.abs().flatten(1).sum(1).argmax())
    if strongest not in found and len(found) > 2:
        nearest = min(found[1:-1], key=lambda i: abs(i - strongest))
        found[found.index(nearest)] = strongest
    return found


def spread(count: int, most: int) -> list[int]:
    """At most so many of the indices below `count`, evenly spread, both ends among them."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / max(1, most - 1)) for i in range(most)})


def score_at(path: PathCurve, scale: float) -> float:
    """The score at a scale, between those that were evaluated."""
    return interpolated(path.scales, path.scores, scale)


def interpolated(scales: Sequence[float], values: Sequence[float], scale: float) -> float:
    """The value at a scale, on the straight line between its neighbours."""
    right = next((i for i, a in enumerate(scales) if a >= scale), len(scales) - 1)
    left = max(0, right - 1)
    width = scales[right] - scales[left]
    share = min(1.0, max(0.0, (scale - scales[left]) / width)) if width > 0 else 1.0
    return values[left] + share * (values[right] - values[left])


def _image(attribution: ImageAttribution, scores: Tensor) -> Attribution:
    return replace(attribution, scores=scores[None])


def _text(attribution: TextAttribution, scores: Tensor) -> Attribution:
    """Tokens with the scores of the map, added up to the words that they lie in."""
    numbers = [float(score) for score in scores]
    tokens = [replace(token, score=score) for token, score in zip(attribution.tokens, numbers, strict=True)]
    return replace(attribution, tokens=tokens, words=[_word(word, tokens) for word in attribution.words])


def _word(word: TokenScore, tokens: Sequence[TokenScore]) -> TokenScore:
    inside = [token.score for token in tokens if word.start <= token.start < token.end <= word.end]
    return replace(word, score=sum(inside))


def _tabular(attribution: TabularAttribution, scores: Tensor) -> Attribution:
    """Rows stay where they are in the attribution's own picture, whatever their score at a scale."""
    numbers = {column.name: float(score) for column, score in zip(attribution.columns, scores, strict=True)}
    columns = [ColumnScore(c.name, c.value, numbers[c.name]) for c in by_size(attribution.columns)]
    return replace(attribution, columns=columns)


_AT_SCALE: dict[str, Callable[[Any, Tensor], Attribution]] = {"image": _image, "text": _text, "tabular": _tabular}
