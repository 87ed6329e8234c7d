"""Closed forms, in float64, to 1e-10: what integrated gradients and gradients must be."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from attribution_core.engine import Engine
from attribution_core.methods import Average, Averaging, StraightPath, Walk, gradient, integrated_gradients
from attribution_core.quadrature import RULES, progressive

Scalar = Callable[[Tensor], Tensor]
"""(n, features) -> (n,)"""


def equal_network_f(x: Tensor) -> Tensor:
    return torch.relu(torch.relu(x[:, 0]) - 1 - torch.relu(x[:, 1]))


def equal_network_g(x: Tensor) -> Tensor:
    return torch.relu(torch.relu(x[:, 0] - 1) - torch.relu(x[:, 1]))


def saturating(x: Tensor) -> Tensor:
    return 1 - torch.relu(1 - x[:, 0])


def smooth(x: Tensor) -> Tensor:
    return 5 * x[:, 0] + x[:, 1] ** 2 + torch.sin(x[:, 2])


def linear(x: Tensor) -> Tensor:
    return x @ torch.tensor([2.0, -3.0, 0.5], dtype=torch.float64) + 7


def relu(x: Tensor) -> Tensor:
    return torch.relu(x[:, 0])


def engine_of(function: Scalar) -> Engine:
    return Engine(lambda point: function(point[0])[:, None], lambda outputs: outputs[:, 0])


def drained(work: Averaging) -> Average:
    while True:
        try:
            next(work)
        except StopIteration as done:
            average: Average = done.value
            return average


def integrated(function: Scalar, sample: list[float], baseline: list[float], rule: str, steps: int) -> Tensor:
    path = StraightPath((torch.tensor(baseline, dtype=torch.float64),), (torch.tensor(sample, dtype=torch.float64),))
    average = drained(integrated_gradients(Walk(engine_of(function), [path]), progressive(RULES[rule](steps))))
    return average.attributions[0]


# The kinks of the first two lie at 1/2 of the path (3, 1) and at 1/3 of (4, 1). Midpoints whose intervals end at
# the kink are exact; a rule whose intervals straddle it is not, and the table says which is which.
CASES = [
    pytest.param(equal_network_f, [3.0, 1.0], [0.0, 0.0], [1.5, -0.5], "midpoint", 64, id="f (3, 1)"),
    pytest.param(equal_network_g, [3.0, 1.0], [0.0, 0.0], [1.5, -0.5], "midpoint", 64, id="g (3, 1)"),
    pytest.param(equal_network_f, [3.0, 1.0], [0.0, 0.0], [1.5, -0.5], "gauss-legendre", 50, id="f (3, 1) Gauss"),
    pytest.param(equal_network_f, [4.0, 1.0], [0.0, 0.0], [8 / 3, -2 / 3], "midpoint", 60, id="f (4, 1)"),
    pytest.param(equal_network_g, [4.0, 1.0], [0.0, 0.0], [8 / 3, -2 / 3], "midpoint", 60, id="g (4, 1)"),
    pytest.param(saturating, [2.0], [0.0], [1.0], "midpoint", 32, id="1 - relu(1 - x)"),
    pytest.param(saturating, [2.0], [0.0], [1.0], "gauss-legendre", 32, id="1 - relu(1 - x) Gauss"),
    pytest.param(relu, [-2.0], [2.0], [-2.0], "midpoint", 10, id="relu at -2 against 2"),
    pytest.param(
        smooth, [1.0, 2.0, 3.0], [0.5, 1.0, 1.0], [2.5, 3.0, math.sin(3) - math.sin(1)], "gauss-legendre", 16,
        id="5x + y^2 + sin z",
    ),
    *(
        pytest.param(linear, [1.0, 2.0, 4.0], [1.0, 1.0, -1.0], [0.0, -3.0, 2.5], rule, 7, id=f"linear {rule}")
        for rule in RULES
    ),
]  # fmt: skip


@pytest.mark.parametrize(("function", "sample", "baseline", "expected", "rule", "steps"), CASES)
def test_integrated_gradients_equal_the_closed_form(
    function: Scalar, sample: list[float], baseline: list[float], expected: list[float], rule: str, steps: int
) -> None:
    found = integrated(function, sample, baseline, rule, steps)
    assert found.tolist() == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("function", [equal_network_f, equal_network_g])
def test_an_interval_over_the_kink_costs_at_most_its_width(function: Scalar) -> None:
    found = integrated(function, [4.0, 1.0], [0.0, 0.0], "midpoint", 64)
    assert found.tolist() == pytest.approx([8 / 3, -2 / 3], abs=4 / 64)
    assert found.tolist() != pytest.approx([8 / 3, -2 / 3], abs=1e-6)


@pytest.mark.parametrize("sample", [[3.0, 1.0], [4.0, 1.0], [2.5, 0.25]])
@pytest.mark.parametrize("rule", RULES)
def test_equal_networks_get_equal_attributions(sample: list[float], rule: str) -> None:
    f, g = (integrated(function, sample, [0.0, 0.0], rule, 33) for function in (equal_network_f, equal_network_g))
    assert torch.allclose(f, g, rtol=0, atol=1e-12)


GRADIENTS = [
    (equal_network_f, [3.0, 1.0], [1.0, -1.0]),
    (equal_network_g, [3.0, 1.0], [1.0, -1.0]),
    (saturating, [2.0], [0.0]),
    (relu, [-2.0], [0.0]),
    (linear, [9.0, 9.0, 9.0], [2.0, -3.0, 0.5]),
    (smooth, [1.0, 2.0, 3.0], [5.0, 4.0, math.cos(3)]),
]


@pytest.mark.parametrize(("function", "sample", "expected"), GRADIENTS)
def test_gradients_equal_the_closed_form(function: Scalar, sample: list[float], expected: list[float]) -> None:
    average = drained(gradient(engine_of(function), (torch.tensor(sample, dtype=torch.float64),)))
    assert average.attributions[0].tolist() == pytest.approx(expected, abs=1e-12)


def test_a_float64_function_keeps_its_precision() -> None:
    """Captum casts its weights to float32 and stalls at 6e-8."""
    found = integrated(smooth, [1.0, 2.0, 3.0], [0.5, 1.0, 1.0], "gauss-legendre", 32)
    assert float(found.sum()) == pytest.approx(2.5 + 3 + math.sin(3) - math.sin(1), abs=1e-13)


def test_several_inputs_share_one_path() -> None:
    a, b = torch.tensor([1.0, 2.0], dtype=torch.float64), torch.tensor([3.0], dtype=torch.float64)
    engine = Engine(lambda p: (p[0].sum(1) * p[1][:, 0])[:, None], lambda outputs: outputs[:, 0])
    path = StraightPath((torch.zeros_like(a), torch.zeros_like(b)), (a, b))
    average = drained(integrated_gradients(Walk(engine, [path]), progressive(RULES["gauss-legendre"](4))))
    first, second = average.attributions
    assert first.tolist() == pytest.approx([1.5, 3.0], abs=1e-12)
    assert second.tolist() == pytest.approx([4.5], abs=1e-12)
