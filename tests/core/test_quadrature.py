"""Rules are weighted averages, exact where theory says so, and refinements end at the rule."""

from __future__ import annotations

import math

import pytest

from attribution_core.quadrature import RULES, Refinement, doubling, doubling_error, progressive, trapezoid


def average_of(function_of: list[tuple[float, float]], power: int) -> float:
    return math.fsum(weight * point**power for point, weight in function_of)


def accumulated(refinements: list[Refinement]) -> dict[float, float]:
    """Weights per point after all refinements."""
    weights: dict[float, float] = {}
    for refinement in refinements:
        weights = {point: weight * refinement.kept for point, weight in weights.items()}
        for point, weight in zip(refinement.points, refinement.weights, strict=True):
            assert point not in weights, "no gradient is computed twice"
            weights[point] = weight
        assert math.fsum(weights.values()) > 0, "every helping leaves an average behind"
    return weights


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("n", [1, 2, 3, 7, 32, 50])
def test_points_lie_on_the_path_and_weights_sum_to_one(name: str, n: int) -> None:
    rule = RULES[name](n)
    assert len(rule.points) == len(rule.weights) == n
    assert list(rule.points) == sorted(rule.points)
    assert rule.points[0] >= 0
    assert rule.points[-1] <= 1
    # Captum's riemann_trapezoid sums to 1 - 1/n; ours differs on purpose.
    assert math.isclose(math.fsum(rule.weights), 1, abs_tol=1e-13)


@pytest.mark.parametrize(
    ("name", "n", "degree"),
    [("midpoint", 4, 1), ("trapezoid", 4, 1), ("gauss-legendre", 1, 1), ("gauss-legendre", 5, 9)],
)
def test_polynomials_up_to_a_degree_are_exact(name: str, n: int, degree: int) -> None:
    rule = RULES[name](n)
    for power in range(degree + 1):
        found = average_of(list(zip(rule.points, rule.weights, strict=True)), power)
        assert math.isclose(found, 1 / (power + 1), abs_tol=1e-14), (name, power)


@pytest.mark.parametrize("n", [20, 64, 200])
def test_gauss_legendre_stays_exact_with_many_points(n: int) -> None:
    rule = RULES["gauss-legendre"](n)
    found = math.fsum(w * math.exp(3 * p) for p, w in zip(rule.points, rule.weights, strict=True))
    assert math.isclose(found, (math.exp(3) - 1) / 3, rel_tol=1e-13)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("n", [1, 2, 5, 16, 50])
def test_helpings_end_at_the_rule(name: str, n: int) -> None:
    rule = RULES[name](n)
    weights = accumulated(list(progressive(rule)))
    assert sorted(weights) == list(rule.points)
    for point, weight in zip(rule.points, rule.weights, strict=True):
        assert math.isclose(weights[point], weight, rel_tol=1e-12)


@pytest.mark.parametrize("most", [1, 2, 3, 17, 18, 33, 129])
def test_doubling_ends_at_the_largest_trapezoid_rule(most: int) -> None:
    refinements = list(doubling(most))
    weights = accumulated(refinements)
    assert len(weights) <= most
    rule = trapezoid(len(weights))
    for point, weight in zip(rule.points, rule.weights, strict=True):
        assert math.isclose(weights[point], weight, rel_tol=1e-12)
    assert refinements[0].points == (1.0,), "the gradient at the sample comes first"


def test_the_error_of_a_doubled_rule_is_estimated_within_a_third() -> None:
    def integral(n: int) -> float:
        rule = trapezoid(n)
        return math.fsum(w * math.exp(2 * p) for p, w in zip(rule.points, rule.weights, strict=True))

    exact = (math.exp(2) - 1) / 2
    coarse, fine = integral(9), integral(17)
    estimate = doubling_error(fine, abs(fine - coarse))
    assert abs(fine - exact) / exact == pytest.approx(estimate, rel=1)
    assert estimate >= abs(fine - exact) / exact


def test_nothing_has_no_error_and_a_change_from_nothing_an_infinite_one() -> None:
    assert doubling_error(0, 0) == 0
    assert doubling_error(0, 1) == math.inf
