"""What holds for every network, sample and baseline: axioms of the papers, and promises of the engine."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from attribution_core import Model, explain
from attribution_core.batching import MicroBatch, Step
from attribution_core.engine import Engine
from attribution_core.methods import noisy_copies

FEATURES = 4
seeds = st.integers(0, 2**16)
methods = st.sampled_from(["gradient", "input-x-gradient", "integrated", "smoothgrad"])
few = settings(max_examples=12, deadline=None)


class Smooth(nn.Module):
    """(n, 4) -> (n, 3), from a seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.first = nn.Parameter(torch.randn(FEATURES, 5, generator=generator, dtype=torch.float64))
        self.second = nn.Parameter(torch.randn(5, 3, generator=generator, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x @ self.first) @ self.second


def drawn(seed: int) -> Tensor:
    return torch.randn(FEATURES, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def scores(module: Any, seed: int, method: str, target: Any = 0, **options: Any) -> Tensor:
    options |= {"steps": 20, "rule": "gauss-legendre", "baseline": drawn(seed + 1)} if method == "integrated" else {}
    options |= {"samples": 3} if method == "smoothgrad" else {}
    model = Model(module, task="regression")
    return explain(model, drawn(seed), method=method, target=target, **options).scores


@few
@given(seeds, methods, st.floats(-3, 3), st.floats(-3, 3))
def test_linearity(seed: int, method: str, a: float, b: float) -> None:
    """Attributions of a F + b G are a times those of F plus b times those of G."""
    f, g = Smooth(seed), Smooth(seed + 1)
    both = scores(lambda x: a * f(x) + b * g(x), seed, method)
    torch.testing.assert_close(both, a * scores(f, seed, method) + b * scores(g, seed, method), rtol=0, atol=1e-10)


@few
@given(seeds, methods)
def test_implementation_invariance(seed: int, method: str) -> None:
    """Two networks that compute the same get the same: here the units in another order, one of them split in two."""
    f = Smooth(seed)
    order = torch.tensor([4, 0, 3, 1, 2, 2])
    share = torch.tensor([1, 1, 1, 1, 0.25, 0.75], dtype=torch.float64)[:, None]

    def same(x: Tensor) -> Tensor:
        outputs: Tensor = torch.tanh(x @ f.first[:, order]) @ (f.second[order] * share)
        return outputs

    torch.testing.assert_close(scores(f, seed, method), scores(same, seed, method), rtol=0, atol=1e-10)


@few
@given(seeds, st.sampled_from([0, 2, (0, 1)]))
def test_completeness(seed: int, target: Any) -> None:
    model = Model(Smooth(seed), task="regression")
    found = explain(
        model, drawn(seed), target=target, baseline=drawn(seed + 1), steps=128, rule="gauss-legendre"
    ).completeness  # fmt: skip
    assert found is not None
    assert found.total == pytest.approx(found.expected, abs=1e-7)


@few
@given(seeds, methods)
def test_symmetry(seed: int, method: str) -> None:
    """Features that the function does not tell apart, with equal values, share equally. (SmoothGrad disturbs each of
    them by itself, so there it holds only for the mean.)"""
    f = Smooth(seed)
    sample = torch.cat([drawn(seed)[:1].repeat(2), drawn(seed)[2:]])

    def symmetric(x: Tensor) -> Tensor:
        outputs: Tensor = f(torch.stack([x[:, 0] + x[:, 1], x[:, 0] * x[:, 1], x[:, 2], x[:, 3]], 1))
        return outputs

    options: Any = {"baseline": "zero", "steps": 9} if method == "integrated" else {}
    options = {"samples": 2, "noise": 0.0} if method == "smoothgrad" else options
    found = explain(Model(symmetric, task="regression"), sample, method=method, target=0, **options).scores
    assert float(found[0]) == pytest.approx(float(found[1]), abs=1e-12)


@few
@given(seeds)
def test_sensitivity(seed: int) -> None:
    """A feature that the function ignores, or in which sample and baseline are equal, gets nothing."""
    f = Smooth(seed)
    baseline = drawn(seed + 1)
    baseline[2] = drawn(seed)[2]
    model = Model(lambda x: f(x * torch.tensor([1, 0, 1, 1], dtype=torch.float64)), task="regression")
    found = explain(model, drawn(seed), target=1, baseline=baseline, steps=7).scores
    assert (float(found[1]), float(found[2])) == (0, 0)


class Sized(MicroBatch):
    """Micro-batches of given sizes."""

    def __init__(self, size: int) -> None:
        super().__init__(most=1)
        self.size = size


@few
@given(seeds, st.integers(1, 9), st.integers(1, 12), st.booleans())
def test_batched_is_one_by_one(seed: int, size: int, count: int, several: bool) -> None:
    f = Smooth(seed)
    points = list(noisy_copies((drawn(seed),), count, 1.0, seed))

    def evaluated(batch: MicroBatch) -> list[Tensor]:
        engine = Engine(lambda p: f(p[0]), lambda outputs: outputs if several else outputs[:, 1], batch)
        parts = list(engine.gradients(points))
        assert sum(step.points for step in batch.steps) == count == engine.gradient_evaluations
        return [torch.cat([part.scores for part in parts]), torch.cat([part.gradients[0] for part in parts])]

    alone, together = Sized(1), Sized(size)
    for one, other in zip(evaluated(alone), evaluated(together), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    assert alone.steps == [Step(1)] * count


@few
@given(seeds, methods)
def test_determinism_and_no_trace(seed: int, method: str) -> None:
    """The same seed, the same result to the last bit by its plan; and everything is as it was."""
    f = Smooth(seed).train()
    f.second.grad = torch.ones_like(f.second)
    before, state = torch.random.get_rng_state(), {name: value.clone() for name, value in f.state_dict().items()}
    versions = [parameter._version for parameter in f.parameters()]
    model = Model(f, task="regression")
    found = explain(model, drawn(seed), method=method, target=0, seed=seed)
    again = explain(model, drawn(seed), target=0, plan=found.plan)
    assert torch.equal(found.scores, again.scores)
    assert torch.equal(before, torch.random.get_rng_state())
    assert f.training
    assert f.first.grad is None
    assert torch.equal(f.second.grad, torch.ones_like(f.second))
    assert all(torch.equal(value, state[name]) for name, value in f.state_dict().items())
    assert [parameter._version for parameter in f.parameters()] == versions
