"""Rules are weighted averages, exact where theory says so, and any first few of its points span the path."""

from __future__ import annotations

import math

import pytest

from attribution_core.quadrature import RULES, SEGMENTS, NestedTrapezoid, progressive, trapezoid


def average_of(function_of: list[tuple[float, float]], power: int) -> float:
    return math.fsum(weight * point**power for point, weight in function_of)


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
def test_the_order_of_points_changes_nothing_else(name: str, n: int) -> None:
    rule, ordered = RULES[name](n), progressive(RULES[name](n))
    assert sorted(zip(ordered.points, ordered.weights, strict=True)) == list(
        zip(rule.points, rule.weights, strict=True)
    )


@pytest.mark.parametrize("count", [2, 3, 8, 13, 40])
def test_any_first_few_points_are_spread_over_the_path(count: int) -> None:
    points = sorted(progressive(RULES["midpoint"](64)).points[:count])
    gaps = [after - before for before, after in zip([0.0, *points], [*points, 1.0], strict=True)]
    assert max(gaps) < 2.2 / count


def weights_of(nested: NestedTrapezoid, points: list[float]) -> dict[float, float]:
    return {point: math.fsum(weight for _, weight in nested.shares(point)) for point in points}


def test_equal_segments_are_one_trapezoid_rule() -> None:
    nested = NestedTrapezoid()
    points = [point for helping in nested.ends() for point in helping]
    assert points[0] == 1.0, "the gradient at the sample comes first"
    for _ in range(3):
        rule = trapezoid(len(points))
        assert weights_of(nested, sorted(points)) == dict(zip(rule.points, rule.weights, strict=True))
        for segment in range(SEGMENTS):
            points.extend(nested.middles(segment))
            nested.intervals[segment] *= 2


def test_a_segment_is_doubled_by_itself() -> None:
    nested = NestedTrapezoid()
    points = [point for helping in nested.ends() for point in helping]
    for segment in (1, 1, 3, 1):
        added = nested.middles(segment)
        assert not set(added) & set(points), "no gradient is computed twice"
        assert all(segment < SEGMENTS * point < segment + 1 for point in added)
        points.extend(added)
        nested.intervals[segment] *= 2
    assert nested.intervals == [1, 8, 1, 2]
    weights = weights_of(nested, points)
    assert math.fsum(weights.values()) == 1
    assert math.fsum(weight * point for point, weight in weights.items()) == pytest.approx(0.5, abs=1e-15)
    assert NestedTrapezoid.of(points).intervals == nested.intervals
