"""Refined gradients go where the map still moves, and claim no accuracy that they do not have."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attribution_core import Attribution, Model, Tabular, Tensors, compare, explain
from attribution_core.engine import Engine
from attribution_core.methods import (
    Average,
    Averaging,
    GivenPath,
    StraightPath,
    Walk,
    refined_gradients,
    repeated_refinement,
)

FEATURES = 6
CORNERS = torch.linspace(0.2, 1.0, FEATURES, dtype=torch.float64)


class Scores(nn.Module):
    """A function (n, features) -> (n,) as a regression."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)[:, None]


def smooth(x: Tensor) -> Tensor:
    return (x * torch.tensor([1.0, -2.0, 0.5, 3.0, 1.0, -1.0], dtype=x.dtype)).sin().sum(1)


def kinked(x: Tensor) -> Tensor:
    """Each feature's slope jumps at another place of the way from 0 to 1."""
    return ((x - CORNERS / 2).relu() * torch.tensor([1.0, -2.0, 3.0, -4.0, 5.0, -6.0], dtype=x.dtype)).sum(1)


def steep(x: Tensor) -> Tensor:
    """All that happens, happens between 0.30 and 0.32 of the way from 0 to 1."""
    return (400 * (x.mean(1) - 0.31)).sigmoid() + 0.01 * x[:, 0]


def along(function: Callable[[Tensor], Tensor], most: int = 128, tolerance: float = 0.05) -> tuple[list[Average], int]:
    """The averages on the way from 0 to 1, and how many gradients they took."""
    start, end = (torch.zeros(FEATURES, dtype=torch.float64),), (torch.ones(FEATURES, dtype=torch.float64),)
    engine = Engine(lambda points: function(points[0])[:, None], lambda outputs: outputs)
    walk = Walk(engine, [StraightPath(start, end)])

    def enough(average: Average) -> bool:
        assert average.errors is not None
        return average.errors[0] <= tolerance

    return averaged(
        refined_gradients(walk, lambda point: point[0], most, tolerance, enough)
    ), engine.gradient_evaluations


def averaged(work: Averaging) -> list[Average]:
    """All averages, the result last."""
    found: list[Average] = []
    while True:
        try:
            average = next(work)
        except StopIteration as done:
            return [*found, done.value]
        if average is not None:
            found.append(average)


def exact(function: Callable[[Tensor], Tensor]) -> Tensor:
    """By a hundred thousand midpoints."""
    a = ((torch.arange(100_000, dtype=torch.float64) + 0.5) / 100_000)[:, None].expand(-1, FEATURES)
    points = a.clone().requires_grad_()
    return torch.autograd.grad(function(points).sum(), points)[0].mean(0)


@pytest.mark.parametrize("function", [smooth, kinked, steep], ids=["smooth", "kinked", "steep"])
@pytest.mark.parametrize("tolerance", [0.1, 0.05, 0.02])
def test_what_is_claimed_is_true(function: Callable[[Tensor], Tensor], tolerance: float) -> None:
    averages, spent = along(function, tolerance=tolerance)
    last, reference = averages[-1], exact(function)
    assert last.errors is not None
    assert last.errors[0] <= tolerance, "it can be reached"
    error = float((last.attributions[0][0] - reference).abs().sum() / reference.abs().sum())
    assert error <= tolerance
    assert spent == len(last.points) <= 128


def test_an_error_is_estimated_on_a_curved_path_too() -> None:
    """Where gradients are multiplied one by one by the path's own velocity."""
    end = (torch.ones(FEATURES, dtype=torch.float64),)
    engine = Engine(lambda points: kinked(points[0])[:, None], lambda outputs: outputs)
    walk = Walk(engine, [GivenPath(lambda a: end[0] * a, end)])
    curved = averaged(refined_gradients(walk, lambda point: point[0], 32, 0.0, lambda _: False))
    straight, _ = along(kinked, most=32, tolerance=1e-9)
    for one, other in zip(curved[4:], straight[4:], strict=True):
        assert one.errors == pytest.approx(other.errors, rel=1e-4)


def test_a_smooth_path_needs_few() -> None:
    assert along(smooth)[1] < along(kinked)[1] < along(steep)[1]


def test_gradients_go_where_the_score_rises() -> None:
    """A rise that lies between the first points is seen in the scores before any gradient has met it."""
    averages, spent = along(steep)
    near = [point for point in averages[-1].points if 0.25 <= point <= 0.5]
    assert len(near) > spent * 0.7


def test_no_gradient_is_given_up_and_weights_add_up() -> None:
    averages, _ = along(kinked, tolerance=1e-9)
    for before, after in itertools.pairwise(averages):
        assert set(before.points) < set(after.points)
    for average in averages:
        assert sum(average.weights) == pytest.approx(1, abs=1e-15)
        assert list(average.points) == sorted(average.points)
    assert 100 < len(averages[-1].points) <= 128


def test_errors_shrink_as_gradients_are_spent() -> None:
    averages, _ = along(kinked, tolerance=1e-9)
    reference = exact(kinked)
    errors = [float((average.attributions[0][0] - reference).abs().sum()) for average in averages]
    assert errors[-1] < 0.1 * errors[len(errors) // 2] or errors[-1] < 0.01 * errors[0]
    assert [average.errors is None for average in averages[:4]] == [True] * 4


def test_a_line_is_known_after_the_first_look() -> None:
    averages, spent = along(lambda x: 3 * x.sum(1))
    assert spent == 9
    assert averages[-1].errors is not None
    assert averages[-1].errors[0] < 1e-12


def test_nothing_anywhere_is_no_error() -> None:
    averages, spent = along(lambda x: 0 * x.sum(1))
    assert (averages[-1].errors, spent) == ((0.0,), 9)


def test_points_known_beforehand_give_the_same_numbers() -> None:
    start, end = (torch.zeros(FEATURES),), (torch.rand(FEATURES),)
    curved = GivenPath(lambda a: end[0] * torch.full((FEATURES,), a) ** 1.5, end)
    paths: list[list[Any]] = [[StraightPath(start, end)], [StraightPath(start, end), curved], [curved]]
    for each in paths:
        engine = Engine(lambda points: kinked(points[0])[:, None], lambda outputs: outputs)
        last = averaged(refined_gradients(Walk(engine, each), lambda point: point[0], 40, 0.0, lambda _: False))[-1]
        again = averaged(repeated_refinement(Walk(engine, each), [last.points[i] for i in last.order]))[-1]
        assert torch.equal(again.attributions[0], last.attributions[0])
        assert (again.points, again.weights, again.order) == (last.points, last.weights, last.order)


def explained(function: Callable[[Tensor], Tensor], **options: Any) -> Attribution:
    return explain(Model(Scores(function), Tabular(), task="regression"), torch.ones(FEATURES).double(), **options)


@pytest.mark.parametrize("function", [smooth, kinked, steep], ids=["smooth", "kinked", "steep"])
def test_two_runs_take_the_same_points(function: Callable[[Tensor], Tensor]) -> None:
    """Whatever micro-batches the clock has chosen."""
    one, two = explained(function), explained(function)
    assert one.plan.points == two.plan.points
    torch.testing.assert_close(one.scores, two.scores, rtol=1e-12, atol=1e-12)


def test_every_target_reaches_its_accuracy() -> None:
    class Two(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.stack([smooth(x), 1e-4 * kinked(x)], 1)

    model, sample = Model(Two(), Tabular()), torch.ones(FEATURES).double()
    found = compare(model, sample, targets=[0, 1], score="logit")
    for one, function in zip(found, (smooth, kinked), strict=True):
        reference = exact(function) * (1 if function is smooth else 1e-4)
        assert float((one.scores - reference).abs().sum() / reference.abs().sum()) <= 0.05
        assert one.map_error is not None
        assert one.map_error <= 0.05


def test_several_inputs_have_one_map() -> None:
    def product(a: Tensor, b: Tensor) -> Tensor:
        return (a.sum(1) * b[:, 0])[:, None]

    model = Model(product, Tensors(), task="regression")
    found = explain(model, (torch.tensor([1.0, 2.0]), torch.tensor([3.0])), score="value")
    assert found.scores.flatten().tolist() == pytest.approx([1.5, 3.0, 4.5], rel=1e-5)
