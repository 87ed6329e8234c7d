"""Explaining changes nothing: whatever the person was in the middle of goes on as if nobody had been there."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy
import pytest
import torch
from torch import Tensor, nn

from attribution_core import Attribution, BadModel, Model, Text, UserCodeError, explain, explaining, predict

SAMPLE = (3, 12, 12)


class Snapshot:
    """Everything of a module's and of torch's that a person could notice."""

    def __init__(self, module: nn.Module) -> None:
        self.training = [part.training for part in module.modules()]
        self.parameters = [(p, p.detach().clone(), p.grad, p.requires_grad, version(p)) for p in module.parameters()]
        self.buffers = [(b, b.clone(), version(b)) for b in module.buffers()]
        self.random = (torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].copy())  # type: ignore[index]
        self.modes = (
            torch.is_grad_enabled(),
            torch.is_inference_mode_enabled(),
            torch.is_autocast_enabled("cpu"),
            torch.backends.cudnn.enabled,
            torch.get_default_dtype(),
        )
        self.hooks = [len(part._forward_hooks) + len(part._forward_pre_hooks) for part in module.modules()]
        self.module = module

    def check(self) -> None:
        now = Snapshot(self.module)
        assert now.training == self.training
        assert now.modes == self.modes
        assert now.hooks == self.hooks
        for (p, values, grad, wanted, seen), (q, *_) in zip(self.parameters, now.parameters, strict=True):
            assert p is q
            assert p.grad is grad
            assert p.requires_grad == wanted
            assert version(p) == seen, "a parameter was written to"
            assert torch.equal(p, values)
        for (b, values, seen), (c, *_) in zip(self.buffers, now.buffers, strict=True):
            assert b is c
            assert version(b) == seen, "a buffer was written to"
            assert torch.equal(b, values)
        assert torch.equal(now.random[0], self.random[0])
        assert now.random[1] == self.random[1]
        assert (now.random[2] == self.random[2]).all()


def version(tensor: Tensor) -> int:
    return 0 if tensor.is_inference() else tensor._version


@contextmanager
def half_eval(module: nn.Module) -> Iterator[None]:
    """Some layers frozen in evaluation mode, as in fine-tuning."""
    module.train()
    next(module.children()).eval()
    yield


STATES: dict[str, Callable[[nn.Module], AbstractContextManager[Any]]] = {
    "eval": lambda module: nullcontext(module.eval()),
    "train": lambda module: nullcontext(module.train()),
    "half in train": half_eval,
    "no_grad": lambda module: torch.no_grad(),
    "inference_mode": lambda module: torch.inference_mode(),
    "autocast": lambda module: torch.autocast("cpu", dtype=torch.bfloat16),
    "frozen": lambda module: nullcontext(module.requires_grad_(False)),
}


@pytest.mark.parametrize("state", STATES)
def test_every_step_leaves_everything_as_it_was(state: str, conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    expected = explain(conv_net, sample, steps=12)
    with STATES[state](conv_net):
        before = Snapshot(conv_net)
        work = explaining(conv_net, sample, steps=12)
        steps = 0
        try:
            while True:
                next(work)
                steps += 1
                before.check()
        except StopIteration as done:
            found: Attribution = done.value
        before.check()
        assert steps > 3
    torch.testing.assert_close(found.scores, expected.scores)
    assert not found.scores.is_inference()


def test_closing_half_way_leaves_everything_as_it_was(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    before = Snapshot(conv_net.train())
    work = explaining(conv_net, sample, steps=50)
    while not isinstance(next(work), Attribution):
        pass
    work.close()
    before.check()


class Failing(nn.Module):
    """Raises at the third evaluation."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.inner = module
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        torch.rand(3)
        if self.calls >= 3:
            raise ValueError("third time unlucky")
        logits: Tensor = self.inner(x)
        return logits


def test_an_error_leaves_everything_as_it_was(conv_net: nn.Module) -> None:
    module, sample = Failing(conv_net).train(), torch.randn(SAMPLE)
    before = Snapshot(module)
    with pytest.raises(UserCodeError, match="third time unlucky"):
        explain(module, sample, steps=5)
    before.check()


def test_a_pending_backward_pass_still_runs(conv_net: nn.Module) -> None:
    conv_net.train()
    batch = torch.randn(4, *SAMPLE)
    loss = conv_net(batch).square().mean()
    expected = torch.autograd.grad(loss, list(conv_net.parameters()), retain_graph=True)
    explain(conv_net, torch.randn(SAMPLE), steps=4)
    predict(conv_net, torch.randn(SAMPLE))
    loss.backward()
    for parameter, gradient in zip(conv_net.parameters(), expected, strict=True):
        assert parameter.grad is not None
        torch.testing.assert_close(parameter.grad, gradient)


def test_a_pending_backward_pass_of_a_text_model_still_runs(text_model: Model) -> None:
    module = text_model.module
    assert isinstance(module, nn.Module)
    loss = module.train()(torch.tensor([[3, 4, 5]])).square().mean()
    explain(text_model, "a great film", steps=4)
    loss.backward()
    assert all(parameter.grad is not None for parameter in module.parameters())


def test_the_sample_itself_is_not_touched(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE, requires_grad=True)
    grown = sample * 2
    before = grown.detach().clone()
    explain(conv_net, grown, steps=3)
    assert sample.grad is None
    assert torch.equal(grown, before)


class Counting(nn.Module):
    """Writes into a buffer at every call, in evaluation mode too."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3 * 144, 2)
        self.calls: Tensor
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        logits: Tensor = self.linear(x.flatten(1)) * self.calls.detach().clamp(max=1)
        return logits


def test_buffers_that_a_forward_writes_to_are_stand_ins() -> None:
    module, sample = Counting(), torch.randn(SAMPLE)
    before = Snapshot(module)
    explain(module, sample, steps=5)
    before.check()
    assert module.calls.item() == 0


class Noisy(nn.Module):
    """Draws random numbers of every kind, in evaluation mode too."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.inner = module

    def forward(self, x: Tensor) -> Tensor:
        noise = 0.1 * torch.randn(1) + 0.1 * random.random() + 0.1 * float(numpy.random.rand())
        logits: Tensor = self.inner(x + noise)
        return logits


def test_random_numbers_are_seeded_and_put_back(conv_net: nn.Module) -> None:
    module, sample = Noisy(conv_net), torch.randn(SAMPLE)
    before = Snapshot(module)
    first, again, other = (explain(module, sample, method="gradient", seed=seed) for seed in (1, 1, 2))
    before.check()
    assert torch.equal(first.scores, again.scores)
    assert not torch.equal(first.scores, other.scores)


def test_the_same_request_gives_the_same_answer(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    first, again = (explain(conv_net.train(), sample, steps=20) for _ in range(2))
    torch.testing.assert_close(first.scores, again.scores)
    assert (first.plan.points, first.plan.weights) == (again.plan.points, again.plan.weights)


def test_another_thread_is_left_alone(text_model: Model) -> None:
    """Embeddings are replaced for our thread only; module hooks would fire in this one too."""
    module = text_model.module
    ids = torch.tensor([[3, 4, 5]])
    expected = module(ids)
    stop, seen = threading.Event(), []

    def training() -> None:
        while not stop.is_set():
            seen.append(module(ids))

    thread = threading.Thread(target=training)
    thread.start()
    try:
        explain(text_model, "a great film", steps=40)
    finally:
        stop.set()
        thread.join()
    assert seen
    for outputs in seen:
        assert isinstance(outputs, Tensor)
        torch.testing.assert_close(outputs, expected)


@pytest.mark.parametrize("make", ["image", "text"])
def test_a_model_made_in_inference_mode_is_copied(make: str, vocabulary: dict[str, int]) -> None:
    with torch.inference_mode():
        if make == "image":
            module: nn.Module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(400, 2))
            found = explain(module, torch.randn(SAMPLE), steps=4, score="logit")
        else:
            module = nn.Sequential(nn.EmbeddingBag(len(vocabulary), 4), nn.Linear(4, 2))
            found = explain(Model(module, Text(vocabulary=vocabulary)), "a great film", steps=4, score="logit")
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-4
    assert all(parameter.is_inference() for parameter in module.parameters())


def test_a_compiled_model_is_unwrapped(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    expected = explain(conv_net, sample, steps=4)

    def backend(graph: object, examples: object) -> Callable[..., object]:
        raise AssertionError("nothing of ours may be compiled")

    compiled = torch.compile(conv_net, backend=backend)
    found = explain(compiled, sample, steps=4)
    torch.testing.assert_close(found.scores, expected.scores)
    assert found.model == "ConvNet"


def test_a_model_compiled_in_place_runs_uncompiled(conv_net: nn.Module) -> None:
    def backend(graph: object, examples: object) -> Callable[..., object]:
        raise AssertionError("nothing of ours may be compiled")

    expected = explain(conv_net, torch.ones(SAMPLE), steps=4)
    conv_net.get_submodule("features").compile(backend=backend)
    torch.testing.assert_close(explain(conv_net, torch.ones(SAMPLE), steps=4).scores, expected.scores)


def test_a_data_parallel_model_is_unwrapped(conv_net: nn.Module) -> None:
    wrapped = nn.DataParallel(conv_net, device_ids=[])
    expected = explain(conv_net, torch.ones(SAMPLE), steps=4)
    torch.testing.assert_close(explain(wrapped, torch.ones(SAMPLE), steps=4).scores, expected.scores)


def test_a_sharded_model_is_refused() -> None:
    class FullyShardedDataParallel(nn.Module):
        pass

    with pytest.raises(BadModel, match="sharded"):
        explain(FullyShardedDataParallel(), torch.ones(SAMPLE))


def test_an_exported_model_is_explained(conv_net: nn.Module) -> None:
    """Its batch is static and its `.eval()` raises."""
    exported = torch.export.export(conv_net, (torch.randn(1, *SAMPLE),)).module()
    sample = torch.randn(SAMPLE)
    found = explain(exported, sample, steps=5)
    torch.testing.assert_close(found.scores, explain(conv_net, sample, steps=5).scores)
    assert found.plan.batch == 1


def test_a_scripted_model_is_explained(conv_net: nn.Module) -> None:
    scripted = torch.jit.script(conv_net.train())
    sample = torch.randn(SAMPLE)
    found = explain(scripted, sample, steps=5)
    torch.testing.assert_close(found.scores, explain(conv_net, sample, steps=5).scores)
    assert scripted.training


def test_another_default_device_and_dtype_do_not_matter(conv_net: nn.Module, text_model: Model) -> None:
    sample = torch.randn(SAMPLE)
    expected = explain(conv_net, sample, steps=4)
    words = explain(text_model, "a great film", steps=4)
    torch.set_default_dtype(torch.float64)
    try:
        with torch.device("meta"):
            torch.testing.assert_close(explain(conv_net, sample, steps=4).scores, expected.scores)
            torch.testing.assert_close(explain(text_model, "a great film", steps=4).scores, words.scores)
    finally:
        torch.set_default_dtype(torch.float32)


class BatchStatistics(nn.Module):
    """A batch norm without running statistics mixes the samples of a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, track_running_stats=False), nn.Tanh(), nn.Flatten(), nn.Linear(400, 2)
        )

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x)
        return logits


class MeanOverBatch(nn.Module):
    """Mixes samples in a way that no layer tells."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(432, 8), nn.Tanh(), nn.Linear(8, 2))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x - x.mean(0, keepdim=True) / 2)
        return logits


@pytest.mark.parametrize("kind", [BatchStatistics, MeanOverBatch])
def test_a_model_that_mixes_the_samples_of_a_batch_gets_one_at_a_time(kind: type[nn.Module]) -> None:
    found = explain(kind(), torch.randn(SAMPLE), baseline=torch.randn(SAMPLE), steps=64, score="logit")
    assert found.plan.batch == 1
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-2
