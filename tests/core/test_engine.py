"""Gradients at points: lazily, in micro-batches, and the same however they are batched."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from attribution_core import BadModel, UserCodeError, explain
from attribution_core.batching import _REMEMBERED, MEMORY_BUDGET, STEP_SECONDS, MicroBatch
from attribution_core.engine import Engine, Point


class Batches(MicroBatch):
    """Micro-batches of one size."""

    def __init__(self, size: int) -> None:
        super().__init__(most=size)
        self._settle(size)


def some_points(count: int) -> list[Point]:
    return [(point,) for point in torch.randn(count, 5, dtype=torch.float64)]


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3)).double()


def engine_of(module: nn.Module, batch: MicroBatch | None = None) -> Engine:
    return Engine(lambda points: module(points[0]), lambda outputs: outputs.softmax(1)[:, 1], batch)


@pytest.mark.parametrize("size", [2, 3, 10, 64])
def test_batched_equals_one_by_one(size: int) -> None:
    module, points = network(), some_points(10)
    alone = list(engine_of(module, Batches(1)).gradients(points))
    together = list(engine_of(module, Batches(size)).gradients(points))
    for field in ("scores",):
        torch.testing.assert_close(
            torch.cat([getattr(part, field) for part in alone]), torch.cat([getattr(part, field) for part in together])
        )
    torch.testing.assert_close(
        torch.cat([part.gradients[0] for part in alone]), torch.cat([part.gradients[0] for part in together])
    )


def test_points_are_made_when_they_are_needed() -> None:
    made: list[int] = []

    def lazily() -> Iterator[Point]:
        for i, point in enumerate(some_points(100)):
            made.append(i)
            yield point

    parts = engine_of(network(), Batches(4)).gradients(lazily())
    assert made == []
    for done in (4, 8, 12):
        next(parts)
        assert len(made) == done


def test_evaluations_are_counted() -> None:
    engine = engine_of(network())
    assert sum(len(part.scores) for part in engine.gradients(some_points(21))) == 21
    assert engine.gradient_evaluations == 21


def test_an_input_that_does_not_matter_has_a_gradient_of_zero() -> None:
    engine = Engine(lambda points: points[0], lambda outputs: outputs[:, 0])
    (part,) = engine.gradients([(torch.ones(2), torch.ones(3))])
    assert part.gradients[1].tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x.detach(), "does not depend"),
        (lambda x: torch.ones(len(x), 1, requires_grad=True), "does not depend"),
        (lambda x: x / 0, "not a finite number"),
        (lambda x: (x - x).sqrt(), "not a finite number"),
    ],
)
def test_what_cannot_be_differentiated_is_said(function: object, message: str) -> None:
    engine = Engine(lambda points: function(points[0]), lambda outputs: outputs[:, 0])  # type: ignore[operator]
    with pytest.raises(BadModel, match=message) as caught:
        list(engine.gradients([(torch.ones(2),)]))
    assert caught.value.next_step


class Refusing(torch.autograd.Function):
    """A backward pass that fails."""

    @staticmethod
    def forward(context: object, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(context: object, gradient: Tensor) -> Tensor:
        raise ValueError("no way back")


def test_a_backward_pass_that_fails_is_the_models_fault() -> None:
    engine = Engine(lambda points: Refusing.apply(points[0]), lambda outputs: outputs[:, 0])  # type: ignore[no-untyped-call]
    with pytest.raises(UserCodeError, match="backward pass through the model failed: ValueError: no way back"):
        list(engine.gradients([(torch.ones(2),)]))


def test_a_model_that_takes_one_sample_at_a_time_gets_one() -> None:
    seen: list[int] = []

    def static(points: Point) -> Tensor:
        seen.append(len(points[0]))
        if len(points[0]) != 1:
            raise RuntimeError("this was exported for a batch of 1")
        return points[0] ** 2

    engine = Engine(static, lambda outputs: outputs[:, 0])
    parts = list(engine.gradients(some_points(6)))
    assert [float(part.gradients[0][0, 1]) for part in parts] == [0] * 6
    assert [len(part.scores) for part in parts] == [1] * 6
    assert seen.count(2) == 1, "a batch of two is tried once"


class TestMicroBatch:
    """The size is found by measurement."""

    def test_it_doubles_while_points_get_cheaper(self) -> None:
        batch = MicroBatch()
        for size, seconds in [(1, 0.010), (2, 0.012), (4, 0.016), (8, 0.024)]:
            assert batch.size == size
            batch.took(size, seconds, saved=1000)
        assert batch.size == 16

    def test_it_goes_back_when_points_get_dearer(self) -> None:
        batch = MicroBatch()
        for size, seconds in [(1, 0.010), (2, 0.012), (4, 0.030), (4, 0.030)]:
            assert batch.size == size
            batch.took(size, seconds, saved=1000)
        assert batch.size == 2
        batch.took(2, 0.001, saved=1000)
        assert batch.size == 2, "it has settled"

    def test_one_bad_moment_is_no_verdict(self) -> None:
        batch = MicroBatch()
        for size, seconds in [(1, 0.010), (2, 0.012), (4, 0.030), (4, 0.015)]:
            batch.took(size, seconds, saved=1000)
        assert batch.size == 8

    def test_steps_stay_short(self) -> None:
        batch = MicroBatch()
        for _ in range(2):
            batch.took(1, STEP_SECONDS * 0.9, saved=1000)
            assert batch.size == 1

    def test_a_slow_start_is_no_verdict(self) -> None:
        batch = MicroBatch()
        batch.took(1, 10 * STEP_SECONDS, saved=1000)
        batch.took(1, STEP_SECONDS / 10, saved=1000)
        assert batch.size == 2

    def test_a_busy_moment_is_no_verdict_either(self) -> None:
        batch = MicroBatch()
        for seconds in (STEP_SECONDS, STEP_SECONDS):
            batch.took(1, seconds, saved=1000)
        assert batch.size == 1
        batch.took(1, STEP_SECONDS / 5, saved=1000)
        assert batch.size == 2

    def test_activations_stay_within_the_budget(self) -> None:
        batch = MicroBatch()
        batch.took(1, 0.001, saved=MEMORY_BUDGET // 3)
        assert batch.size == 2
        batch.took(2, 0.001, saved=0)
        assert batch.size == 3, "what fits, and not only powers of two"

    def test_the_largest_is_remembered_for_the_plan(self) -> None:
        engine = engine_of(network(), Batches(4))
        list(engine.gradients(some_points(10)))
        assert engine.batch.largest == 4
        assert (engine.batch.bytes_per_point or 0) > 0

    def test_a_layout_that_is_faster_gets_larger_sizes_tried_again(self) -> None:
        batch = MicroBatch(layouts=True)
        for size, seconds in [(1, 0.010), (2, 0.016), (4, 0.040), (4, 0.040)]:
            batch.took(size, seconds, saved=1000)
        assert (batch.size, batch.channels_last) == (4, True), "four are dearer; perhaps not in the other layout"
        for _ in range(2):
            batch.took(4, 0.012, saved=0)
        assert (batch.size, batch.channels_last) == (8, True)

    def test_a_layout_that_is_slower_is_left(self) -> None:
        batch = MicroBatch(layouts=True)
        for size, seconds in [(1, 0.010), (2, 0.016), (4, 0.040), (4, 0.040), (4, 0.050), (4, 0.045)]:
            batch.took(size, seconds, saved=1000)
        assert not batch.channels_last
        batch.took(4, 0.040, saved=0)
        assert (batch.size, batch.channels_last) == (2, False)

    def test_layouts_are_compared_also_where_few_points_come_at_a_time(self) -> None:
        """A refined rule asks for four points or so, and the size may be on its way to more."""
        batch = MicroBatch(layouts=True)
        for size, seconds in [(1, 0.010), (1, 0.008), (2, 0.010), (4, 0.016), (4, 0.016)]:
            batch.took(size, seconds, saved=1000)
        assert (batch.size, batch.channels_last) == (8, True)
        for _ in range(2):
            batch.took(4, 0.008, saved=0)
        assert batch.channels_last

    def test_a_few_more_points_than_its_size_go_together_when_they_are_the_last(self) -> None:
        class Measured(Batches):
            def __init__(self) -> None:
                super().__init__(4)
                self._most, self._seconds = 6, {4: 0.001}

        def sizes(count: int) -> list[int]:
            return [len(part.scores) for part in engine_of(network(), Measured()).gradients(some_points(count))]

        assert [sizes(count) for count in (3, 4, 5, 6, 7)] == [[3], [4], [5], [6], [4, 3]]
        assert sizes(13) == [4, 4, 5]

    def test_it_stretches_neither_beyond_its_seconds_nor_its_memory(self) -> None:
        batch = MicroBatch()
        for size in (1, 2, 4):
            batch.took(size, STEP_SECONDS / 5 * size**0.5, saved=1000 * size)
        assert (batch.size, batch.last) == (8, 8), "twelve would take longer than a step may"
        batch = MicroBatch(budget=5000)
        for size in (1, 2):
            batch.took(size, 0.001, saved=1000 * size)
        assert (batch.size, batch.last) == (4, 5)

    def test_gradients_of_many_scores_count_as_memory(self) -> None:
        engine = Engine(lambda points: points[0] ** 2, lambda outputs: outputs.repeat(1, 1000))
        list(engine.gradients(some_points(1)))
        assert (engine.batch.bytes_per_point or 0) >= 5000 * 5 * 8


class TestWhatIsRemembered:
    """A second explanation starts where the first one ended."""

    def test_with_the_model(self, mlp: nn.Module) -> None:
        def first_step(module: nn.Module, sample: Tensor) -> int:
            return explain(module, sample, method="smoothgrad", samples=14).plan.steps[0].points

        sample = torch.randn(3, 4, 4)
        assert first_step(mlp, sample) == 1
        (batch,) = _REMEMBERED[mlp].values()
        batch._settle(7)
        assert first_step(mlp, sample) == 7
        assert first_step(mlp.double(), sample.double()) == 1, "of another type"
        assert first_step(nn.Sequential(mlp), sample.double()) == 1, "of another model"

    def test_not_beyond_the_model(self) -> None:
        module = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
        gone = weakref.ref(module)
        explain(module, torch.randn(3, 2, 2), steps=3)
        del module
        gc.collect()
        assert gone() is None

    def test_only_as_much_as_fits_now(self) -> None:
        batch = MicroBatch()
        for size in (1, 2, 4, 8):
            batch.took(size, 0.001 * size**0.5, saved=1000 * size)
        assert batch.size == 16
        again = batch.again(budget=5000)
        assert again.size == 5
        assert (again.steps, again.largest) == ([], 0)

    def test_of_functions_that_take_no_reference_nothing(self) -> None:
        class Slotted:
            __slots__ = ()
            __hash__ = None  # type: ignore[assignment]

            def __call__(self, x: Tensor) -> Tensor:
                return x.flatten(1)

        for _ in range(2):
            assert explain(Slotted(), torch.randn(3), steps=4, score="logit").plan.steps[0].points == 1
