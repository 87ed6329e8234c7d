"""Plans of the core as messages of the protocol, and back."""

from __future__ import annotations

from itertools import groupby

from attribution_core import AveragePlan as CoreAveragePlan
from attribution_core import Plan as CorePlan
from attribution_core import Step as CoreStep

from ..protocol import AveragePlan, Plan, PlanStep
from .failures import Refusal


def plan_message(plan: CorePlan) -> Plan:
    """A plan as it travels: micro-batches that are alike are counted."""
    return Plan(
        rule=plan.rule,
        points=list(plan.points),
        weights=list(plan.weights),
        batch=plan.batch,
        memory_format=plan.memory_format,
        order=list(plan.order),
        steps=[PlanStep(len(list(alike)), step.points, step.channels_last) for step, alike in groupby(plan.steps)],
        method=plan.method,
        seed=plan.seed,
        samples=plan.samples,
        noise=plan.noise,
        over=plan.over,
    )


def core_plan(plan: Plan) -> CorePlan:
    """What `plan_message` was made of.

    Raises
    ------
    Refusal
        For a plan that no result can have.
    """
    _check(plan)
    return CorePlan(
        rule=plan.rule,
        points=tuple(plan.points),
        weights=tuple(plan.weights),
        batch=plan.batch,
        memory_format=plan.memory_format,
        order=tuple(plan.order),
        steps=tuple(CoreStep(step.points, step.channels_last) for step in plan.steps for _ in range(step.count)),
        method=plan.method,
        seed=plan.seed,
        samples=plan.samples,
        noise=plan.noise,
        over=plan.over,
    )


MOST_STEPS = 1_000_000
"""Micro-batches of a plan; more are no plan of a result."""


def _check(plan: Plan) -> None:
    wrong = (
        len(plan.weights) != len(plan.points)
        or any(not 0 <= place < len(plan.points) for place in plan.order)
        or any(step.count < 1 or step.points < 1 for step in plan.steps)
        or sum(step.count for step in plan.steps) > MOST_STEPS
    )
    if wrong:
        raise Refusal("bad-input", "the plan's points, weights, order and steps do not fit together", _TAKE)


_TAKE = "Take it as it is from a final result."


def average_plan_message(plan: CoreAveragePlan) -> AveragePlan:
    """A plan of an average as it travels."""
    return AveragePlan([list(change) for change in plan.sizes], plan.window)


def core_average_plan(plan: AveragePlan) -> CoreAveragePlan:
    """What `average_plan_message` was made of.

    Raises
    ------
    Refusal
        For a plan that no result can have.
    """
    sizes = [(change[0], change[1]) for change in plan.sizes if len(change) == 2]
    starts = [start for start, _ in sizes]
    whole = len(sizes) == len(plan.sizes) and starts[:1] == [0] and starts == sorted(set(starts))
    if not whole or any(size < 1 for _, size in sizes) or plan.window < 0:
        raise Refusal("bad-input", f"{plan.sizes} are no sizes of micro-batches", _TAKE)
    return CoreAveragePlan(tuple(sizes), plan.window)
