"""Differences of attributions, and how much they agree."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from attribution_core import (
    BadRequest,
    ImageAttribution,
    Model,
    TabularAttribution,
    TextAttribution,
    agreement,
    compare,
    difference,
    explain,
)
from attribution_core.render import comparison_png, comparison_summary, comparison_text
from attribution_core.render.heatmap import values_of
from attribution_core.render.paint import PAINTS
from attribution_core.render.words import titles

from .attributions import over_image, over_row, over_text


@pytest.mark.parametrize("method", ["gradient", "integrated", "smoothgrad"])
def test_of_two_classes_it_is_the_attribution_of_their_difference(method: str, conv_net: nn.Module) -> None:
    sample = torch.randn(3, 12, 12)
    amounts: dict[str, dict[str, Any]] = {"integrated": {"steps": 4}, "smoothgrad": {"samples": 3}}
    options = amounts.get(method, {})
    one, other, both = compare(conv_net, sample, targets=[1, 2, (1, 2)], methods=[method], **options)
    found = difference(one, other)
    torch.testing.assert_close(found.scores, both.scores, atol=1e-6, rtol=1e-4)
    assert found.target.label == both.target.label == "class 1 rather than class 2"
    assert found.target.value == pytest.approx(both.target.value, abs=1e-6)
    assert (found.target.index, found.target.against) == (1, 2)
    if both.completeness is not None:
        assert found.completeness is not None
        assert found.completeness.total == pytest.approx(both.completeness.total, abs=1e-5)


def test_of_two_methods_it_is_one_of_shares() -> None:
    one = over_image(method="integrated")
    other = replace(over_image(method="gradient", path=False), scores=torch.full((3, 32, 32), 2.0))
    found = difference(one, other)
    assert isinstance(found, ImageAttribution)
    torch.testing.assert_close(found.signed, one.magnitude / one.magnitude.sum() - 1 / 32**2)
    assert found.is_difference
    assert (found.completeness, found.path, found.map_error) == (None, None, None)
    assert "shares" in found.notes[0]


@pytest.mark.parametrize("kind", ["text", "row"])
def test_words_and_columns_are_subtracted_one_by_one(kind: str) -> None:
    if kind == "text":
        found = difference(over_text("good bad", (0.5, 0.25)), over_text("good bad", (0.25, 0.5)))
        assert isinstance(found, TextAttribution)
        assert [word.score for word in found.words] == [token.score for token in found.tokens] == [0.25, -0.25]
    else:
        rows = [over_row([("age", "2", a), ("sex", "male", b)]) for a, b in ((0.5, 0.25), (0.25, 0.5))]
        found = difference(*rows)
        assert isinstance(found, TabularAttribution)
        assert [column.score for column in found.columns] == [0.25, -0.25]
    assert found.adds_up


def test_the_difference_of_lengths_has_signs(text_model: Model) -> None:
    one, other = compare(text_model, "a great film but not bad", methods=["gradient"], targets=[0, 1])
    found = difference(one, other)
    assert not one.adds_up
    assert found.adds_up, "so that its words are coloured by sign"


RANKED = [
    ((1.0, 2.0, 3.0, 4.0), (10.0, 20.0, 30.0, 40.0), 1.0),
    ((1.0, 2.0, 3.0, 4.0), (-4.0, 3.0, -2.0, 1.0), -1.0),
    ((1.0, 2.0, 3.0, 4.0), (1.0, 3.0, 2.0, 4.0), 0.8),
    ((1.0, 1.0, 2.0, 3.0), (1.0, 2.0, 3.0, 4.0), 0.9486832980505138),  # ties share a rank
    ((1.0, 2.0), (3.0, 3.0), math.nan),
]


@pytest.mark.parametrize(("one", "other", "expected"), RANKED)
def test_agreement_is_the_rank_correlation_of_sizes(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    words = " ".join("abcd"[: len(one)])
    assert agreement(over_text(words, one), over_text(words, other)) == pytest.approx(expected, nan_ok=True)


def test_what_has_no_difference_is_said() -> None:
    for other in (over_image(16), over_text()):
        with pytest.raises(BadRequest, match="have no difference") as caught:
            difference(over_image(32), other)
        assert caught.value.next_step


def test_it_is_drawn_beside_the_two(mlp: nn.Module) -> None:
    found = compare(mlp, torch.rand(3, 4, 4), methods=["gradient", "integrated"])
    shown = [*found, difference(*found)]
    assert comparison_png(shown)
    for said in (comparison_text(shown), comparison_summary(shown)):
        assert "Difference" in said
        assert f"rank correlation is {agreement(*found):.2f}" in said


def test_a_comparison_in_words_has_no_colours(mlp: nn.Module) -> None:
    found = [explain(mlp, torch.rand(3, 4, 4), target=target) for target in (0, 1)]
    assert "\x1b" in comparison_text(found)
    assert "\x1b" not in comparison_summary(found)


def test_contributions_keep_their_signs_in_shares() -> None:
    one = over_text("good bad", (0.5, -0.5), method="input-x-gradient", completeness=None)
    other = over_text("good bad", (3.0, 1.0))
    found = difference(one, other)
    assert isinstance(found, TextAttribution)
    assert [word.score for word in found.words] == pytest.approx([0.5 - 0.75, -0.5 - 0.25])
    lengths = over_text("good bad", (3.0, 1.0), method="gradient", completeness=None, baseline=None)
    sizes = difference(one, lengths)
    assert isinstance(sizes, TextAttribution)
    assert [word.score for word in sizes.words] == pytest.approx([0.5 - 0.75, 0.5 - 0.25])


def test_two_methods_of_one_unit_are_subtracted_as_they_are() -> None:
    one, other = over_row([("age", "2", 0.5)]), over_row([("age", "2", 0.2)], method="interior", baseline="zero")
    found = difference(one, other)
    assert isinstance(found, TabularAttribution)
    assert found.columns[0].score == pytest.approx(0.3)
    assert found.baseline is None


def test_a_difference_is_painted_with_its_sign() -> None:
    first = over_image()
    second = replace(first, scores=first.scores.flip(1))
    less = difference(first, second)
    assert isinstance(less, ImageAttribution)
    for show in PAINTS:
        values = values_of(less, show)
        assert float(values.strengths[8:14].mean()) > 0 > float(values.strengths[18:24].mean())
    assert titles([first, second, less]) == ["1", "2", "Difference"]
