"""Notes that say what makes a result doubtful, and the remedy."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attribution_core import Completeness, Model, Tabular, explain
from attribution_core.doubts import incomplete, saturated
from attribution_core.request import Request

ROW = torch.tensor([1.0, 2.0])


class Steep(nn.Module):
    """A score that rises in one place on the way from zero."""

    def forward(self, rows: Tensor) -> Tensor:
        return (40 * (rows.sum(1, keepdim=True) - 0.4)).sigmoid() * 3


def steep() -> Model:
    return Model(Steep(), Tabular(), task="regression")


REMEDIES: list[tuple[dict[str, Any], str]] = [
    ({"steps": 1, "rule": "right-riemann"}, "Take more steps (4), or another baseline."),
    ({"steps": 600}, "Take a tolerance instead of steps, or another baseline."),
    ({"tolerance": 0.5}, "Take a smaller tolerance (0.05), or another baseline."),
    ({"tolerance": 0.01}, "Take a fixed number of steps (steps=512), or another baseline."),
    ({}, "Take a fixed number of steps (steps=512), or another baseline."),
    ({"path": lambda a: ROW * a}, "Take more steps."),
]


@pytest.mark.parametrize(("options", "remedy"), REMEDIES, ids=[remedy for _, remedy in REMEDIES])
def test_each_has_its_remedy(options: dict[str, Any], remedy: str) -> None:
    (note,) = incomplete(Completeness(1.0, 0.8), 1.0, Request(**options))
    assert (
        note
        == f"The attributions add up to 0.8, and the score gained 1, so their sizes are not to be trusted. {remedy}"
    )


@pytest.mark.parametrize(
    ("expected", "total", "absolute"), [(1.0, 1.09, 1.0), (0.0, 0.0, 0.0), (0.0, 1e-9, 1.0), (1e-8, 5e-9, 1e-8)]
)
def test_what_adds_up_needs_no_note(expected: float, total: float, absolute: float) -> None:
    assert incomplete(Completeness(expected, total), absolute, Request()) == []


def test_where_for_and_against_nearly_cancel_another_baseline_is_needed() -> None:
    (note,) = incomplete(Completeness(0.001, 0.1), 1.0, Request(steps=4))
    assert note.endswith("little beside the 1 that speak for and against it. Choose another baseline.")


def test_following_the_remedy_helps() -> None:
    rough = explain(steep(), ROW, score="value", steps=1, rule="right-riemann")
    assert "Take more steps (4)" in rough.notes[-1]
    better = explain(steep(), ROW, score="value")
    assert not [note for note in better.notes if "add up" in note]


SATURATED: list[tuple[str, dict[str, Any], bool]] = [
    ("gradient", {}, True),
    ("input-x-gradient", {}, True),
    ("smoothgrad", {"samples": 2}, True),
    ("smoothgrad-squared", {"samples": 2}, True),
    ("vargrad", {"samples": 2}, True),
    ("integrated", {"steps": 64}, False),
]


@pytest.mark.parametrize(("method", "options", "noted"), SATURATED, ids=[method for method, _, _ in SATURATED])
def test_a_saturated_probability_suggests_the_logit(method: str, options: dict[str, Any], noted: bool) -> None:
    linear = nn.Linear(2, 2)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[1.0, 2.0], [-1.0, 0.5]]))
        linear.bias.copy_(torch.tensor([30.0, 0.0]))
    found = explain(linear, ROW, method=method, **options)
    assert any("score='logit'" in note for note in found.notes) is noted
    assert not explain(linear, ROW, method=method, score="logit", **options).notes


@pytest.mark.parametrize(("value", "reach"), [(0.9, 0.0), (0.5, 1e-9), (0.9999, 0.1)])
def test_a_probability_that_moves_needs_no_note(value: float, reach: float) -> None:
    assert saturated("gradient", value, reach) == []
