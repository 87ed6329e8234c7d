"""Modules in wrappers: data parallel, exported for one batch size, traced, compiled functions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attribution_core import Model, TensorsAttribution, explain
from attribution_core.models.static_batch import InBatchesOf, static_batch

SAMPLE = (3, 12, 12)


@pytest.fixture
def process_group() -> Iterator[None]:
    distributed: Any = torch.distributed
    if not distributed.is_available():
        pytest.skip("this torch is not built for distributed training")
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


@pytest.mark.usefixtures("process_group")
def test_a_module_in_distributed_training(conv_net: nn.Module) -> None:
    wrapped = nn.parallel.DistributedDataParallel(conv_net.train())
    loss = wrapped(torch.randn(2, *SAMPLE)).square().mean()
    found = explain(wrapped, torch.ones(SAMPLE), steps=4)
    loss.backward()
    assert all(parameter.grad is not None for parameter in conv_net.parameters())
    assert found.model == "ConvNet"
    torch.testing.assert_close(found.scores, explain(conv_net.eval(), torch.ones(SAMPLE), steps=4).scores)


@pytest.mark.parametrize("size", [1, 3, 8])
def test_a_module_exported_for_one_batch_size(size: int, conv_net: nn.Module) -> None:
    exported = torch.export.export(conv_net, (torch.randn(size, *SAMPLE),)).module()
    assert static_batch(exported) == size
    sample = torch.randn(SAMPLE)
    options: dict[str, Any] = {"steps": 13, "score": "logit", "target": 2}
    found = explain(exported, sample, **options)
    torch.testing.assert_close(found.scores, explain(conv_net, sample, **options).scores)
    assert found.completeness is not None
    assert found.completeness.relative_error < 0.2


def test_a_module_exported_for_any_batch_size(mlp: nn.Module) -> None:
    batch = torch.export.Dim("batch", min=1, max=64)
    exported = torch.export.export(mlp, (torch.randn(2, 3, 4, 4),), dynamic_shapes=({0: batch},)).module()
    assert static_batch(exported) is None
    torch.testing.assert_close(
        explain(exported, torch.ones(3, 4, 4), steps=6).scores, explain(mlp, torch.ones(3, 4, 4), steps=6).scores
    )


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 6])
def test_batches_are_cut_and_filled_up(rows: int) -> None:
    seen: list[int] = []

    def doubled(x: Tensor, scale: Tensor) -> Tensor:
        seen.append(len(x))
        assert len(scale) == 3
        return x * 2 * scale

    inputs = torch.randn(rows, 2, requires_grad=True)
    outputs = InBatchesOf(doubled, 3)(inputs, scale=torch.ones(rows, 1))
    assert set(seen) == {3}
    torch.testing.assert_close(outputs, inputs * 2)
    assert torch.autograd.grad(outputs.sum(), inputs)[0].eq(2).all()


class Two(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.stack([torch.tanh(a).sum(1) * b[:, 0], b.sum(1)], dim=1)


def test_an_exported_module_of_two_inputs() -> None:
    sample = (torch.randn(4), torch.randn(2))
    exported = torch.export.export(Two(), (torch.randn(2, 4), torch.randn(2, 2))).module()
    found, expected = (explain(module, sample, steps=8, score="logit", target=0) for module in (exported, Two()))
    assert isinstance(found, TensorsAttribution)
    torch.testing.assert_close(found.scores, expected.scores)


def test_a_traced_module(conv_net: nn.Module) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(conv_net, torch.randn(1, *SAMPLE))  # type: ignore[no-untyped-call]
    sample = torch.randn(SAMPLE)
    torch.testing.assert_close(explain(traced, sample, steps=4).scores, explain(conv_net, sample, steps=4).scores)


def test_a_compiled_function_and_a_bound_method(mlp: nn.Module) -> None:
    def backend(graph: object, examples: object) -> object:
        raise AssertionError("nothing of ours may be compiled")

    def function(images: Tensor) -> Tensor:
        logits: Tensor = mlp(images)
        return logits

    sample = torch.randn(3, 4, 4)
    expected = explain(mlp, sample, steps=4).scores
    for given in (torch.compile(function, backend=backend), mlp.forward, Model(function)):
        torch.testing.assert_close(explain(given, sample, steps=4).scores, expected)


def test_a_device_that_a_model_names(mlp: nn.Module) -> None:
    found = explain(Model(mlp, device="cpu"), torch.ones(3, 4, 4), steps=2)
    assert found.device == "cpu"
    with pytest.raises(Exception, match="device 'cuda:97' is not there"):
        explain(Model(mlp, device="cuda:97"), torch.ones(3, 4, 4))
