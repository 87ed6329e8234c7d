"""Many samples: what one would get one by one, in their order, in memory that does not grow with their number."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from attribution_core import (
    Attribution,
    BadRequest,
    Baseline,
    Explained,
    Model,
    Progress,
    Text,
    UserCodeError,
    explain,
    explain_many,
    explaining_many,
)
from attribution_core.many_job import MOST_AHEAD

from .conftest import VOCABULARY, TransformerNet

TEXTS = [
    "a great film",
    "not bad",
    "the story was moving",
    "bad",
    "a bad film",
    "truly great",
    "but not great",
    "film .",
]


def photos(count: int) -> Tensor:
    return torch.randn(count, 3, 12, 12, generator=torch.Generator().manual_seed(1))


def assert_same(found: Attribution, expected: Attribution) -> None:
    """Up to the rounding of sums in another order."""
    torch.testing.assert_close(found.scores, expected.scores, rtol=1e-4, atol=1e-5 * float(expected.scores.abs().max()))
    assert found.target.index == expected.target.index
    assert found.gradient_evaluations == expected.gradient_evaluations
    assert found.plan.points == expected.plan.points
    assert (found.map_error is None) == (expected.map_error is None)
    assert found.notes == expected.notes
    assert type(found) is type(expected)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"tolerance": 0.01, "score": "logit"},
    {"steps": 7, "target": 1},
    {"steps": 5, "rule": "gauss-legendre", "target": (None, 2)},
    {"method": "interior"},
    {"method": "gradient"},
    {"method": "input-x-gradient"},
    {"method": "smoothgrad", "samples": 5},
    {"method": "vargrad", "samples": 3, "over": "integrated", "steps": 2},
    {"steps": 3, "baseline": Baseline.dataset(photos(3))},
]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_each_is_what_it_is_alone(options: dict[str, Any], conv_net: nn.Module) -> None:
    found = list(explain_many(conv_net, photos(6), **options))
    assert [each.index for each in found] == list(range(6))
    for each, sample in zip(found, photos(6), strict=True):
        assert_same(each.found, explain(conv_net, sample, **options))


@pytest.mark.parametrize("options", [{}, {"steps": 6, "score": "logit"}], ids=str)
def test_texts_of_all_lengths(options: dict[str, Any], text_model: Model, transformer_net: nn.Module) -> None:
    for model in (text_model, Model(transformer_net, Text(vocabulary=VOCABULARY))):
        for each, text in zip(explain_many(model, TEXTS * 2, **options), TEXTS * 2, strict=True):
            assert_same(each.found, explain(model, text, **options))


class Counting(nn.Module):
    """Takes note of how many rows it is given with gradients on."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.rows: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            self.rows.append(len(x))
        outputs: Tensor = self.inner(x)
        return outputs


def test_micro_batches_are_filled_with_several_samples(mlp: nn.Module) -> None:
    counting = Counting(mlp)
    samples = torch.randn(200, 3, 4, 4)
    list(explain_many(counting, samples, method="gradient"))
    assert sum(counting.rows) == 200
    assert max(counting.rows) > 1


def test_where_samples_are_independent_the_baseline_is_the_start_of_the_path(conv_net: nn.Module) -> None:
    counting = Counting(conv_net)
    found = [each.found for each in explain_many(counting, photos(20))]
    gradients = sum(one.gradient_evaluations for one in found)
    assert all(one.completeness is not None for one in found)
    alone, together, first = 20, 2, 2 * 2
    assert sum(counting.rows) <= alone + gradients + together + first


def test_texts_of_one_length_share_micro_batches() -> None:
    counting = Counting(TransformerNet().eval())
    list(explain_many(Model(counting, Text(vocabulary=VOCABULARY)), TEXTS * 10, method="gradient"))
    assert sum(counting.rows) == 80
    assert len(counting.rows) < 60


def test_samples_of_several_tensors_and_with_what_stays_as_it_is() -> None:
    class Two(nn.Module):
        def forward(self, x: Tensor, y: Tensor, times: Tensor) -> Tensor:
            both = torch.cat([x.sin(), y.exp()], 1)
            return both * times

    data = [
        {"x": torch.randn(3), "y": torch.randn(2), "times": torch.tensor([times])} for times in (1, 2, 3)
    ]  # fmt: skip
    for each, sample in zip(explain_many(Two(), data, score="logit"), data, strict=True):
        assert_same(each.found, explain(Two(), sample, score="logit"))


def test_a_loader_with_labels(conv_net: nn.Module) -> None:
    labels = torch.tensor([3, 0, 1, 2, 2])
    loader = DataLoader(TensorDataset(photos(5), labels), batch_size=2)
    predicted = list(explain_many(conv_net, loader, steps=3))
    assert [each.label for each in predicted] == labels.tolist()
    for each, sample in zip(predicted, photos(5), strict=True):
        assert_same(each.found, explain(conv_net, sample, steps=3))
    by_label = list(explain_many(conv_net, loader, steps=3, by_label=True))
    assert [each.found.target.index for each in by_label] == labels.tolist()
    unlabelled = list(explain_many(conv_net, photos(2), by_label=True))
    assert all("do not say what this sample is" in str(each.error) for each in unlabelled)


def test_a_bad_sample_costs_the_others_nothing(conv_net: nn.Module, photo_file: Callable[..., Path]) -> None:
    from attribution_core import Image

    class Picky(nn.Module):
        """Refuses bright photos, and fails in the backward pass of dark ones."""

        def forward(self, x: Tensor) -> Tensor:
            if (x.flatten(1).mean(1) > 5).any():
                raise ValueError("too bright")
            light = x.flatten(1).sum(1, keepdim=True) + 2 * 432
            outputs: Tensor = conv_net(x) + (light * (light > 0)).sqrt()
            return outputs

    good = photos(6)
    samples = [good[0], "nowhere.png", good[1], good[2] + 10, good[3], torch.full((3, 12, 12), -5.0), good[4], good[5]]
    model = Model(Picky(), Image(size=12))
    found = list(explain_many(model, samples, steps=4, score="logit", baseline="zero"))
    assert [each.index for each in found] == list(range(8))
    failed = {each.index: each for each in found if each.error is not None}
    assert sorted(failed) == [1, 3, 5]
    assert failed[1].sample == "nowhere.png"
    assert "too bright" in str(failed[3].error)
    with pytest.raises(UserCodeError, match="too bright"):
        _ = failed[3].found
    for each in found:
        if each.error is None:
            sample = samples[each.index]
            assert_same(each.found, explain(model, sample, steps=4, score="logit", baseline="zero"))
        else:
            with pytest.raises(type(each.error)) as alone:
                explain(model, samples[each.index], steps=4, score="logit", baseline="zero")
            assert str(alone.value) == str(each.error)


def test_what_was_read_before_the_data_failed_is_explained(conv_net: nn.Module) -> None:
    def broken() -> Iterator[Tensor]:
        yield from photos(3)
        raise OSError("the disk is gone")

    steps = explain_many(conv_net, broken(), steps=2)
    assert [next(steps).error for _ in range(3)] == [None] * 3
    with pytest.raises(UserCodeError, match="the disk is gone"):
        next(steps)


def test_a_request_that_serves_no_sample_is_refused_at_once(conv_net: nn.Module) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"method": "magic"}, "magic"),
        ({"limit": 0}, "0 samples"),
        ({"by_label": True, "target": 1}, "both"),
    ]
    for options, words in refused:
        with pytest.raises(BadRequest, match=words):
            explain_many(conv_net, photos(2), **options)


def test_memory_does_not_grow_with_the_samples(mlp: nn.Module) -> None:
    """However many there are, few are alive at a time, and none once it was handed out and let go of."""
    read: list[weakref.ref[Tensor]] = []
    most = 0

    def endless() -> Iterator[Tensor]:
        while True:
            sample = torch.randn(3, 4, 4)
            read.append(weakref.ref(sample))
            yield sample

    steps = explaining_many(mlp, endless(), steps=2)
    explained = 0
    while explained < MOST_AHEAD + 50:
        explained += isinstance(next(steps), Explained)
        most = max(most, sum(sample() is not None for sample in read))
    steps.close()
    gc.collect()
    assert most <= MOST_AHEAD + 2
    assert [sample for sample in read if sample() is not None] == []


def test_results_are_handed_out_as_they_are_done(mlp: nn.Module) -> None:
    """The first one comes long before the last sample is read."""
    read = 0

    def counted() -> Iterator[Tensor]:
        nonlocal read
        for sample in torch.randn(1000, 3, 4, 4):
            read += 1
            yield sample

    work = explaining_many(mlp, counted(), steps=20)
    first = next(step for step in work if isinstance(step, Explained))
    assert first.index == 0
    assert read < 300
    before = read
    work.close()
    assert read == before


def test_progress_says_how_far_it_is(conv_net: nn.Module) -> None:
    said = [step for step in explaining_many(conv_net, photos(4), steps=2) if isinstance(step, Progress)]
    assert {step.total for step in said} == {4}
    assert [step.done for step in said] == sorted(step.done for step in said)
    assert said[-1].done == 4


def test_nothing_is_disturbed_between_two_steps(conv_net: nn.Module) -> None:
    conv_net.train()
    loss = conv_net(photos(4)).square().mean()
    before = {name: value.clone() for name, value in conv_net.state_dict().items()}
    state = torch.random.get_rng_state()
    for _ in explaining_many(conv_net, photos(5), steps=3):
        assert all(part.training for part in conv_net.modules())
        assert torch.is_grad_enabled()
        assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in conv_net.state_dict().items())
    loss.backward()
    assert all(parameter.grad is not None for parameter in conv_net.parameters())


class MeanOverBatch(nn.Module):
    """Mixes the samples of a batch in a way that no layer tells."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(432, 8), nn.Tanh(), nn.Linear(8, 2))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x - x.mean(0, keepdim=True) / 2)
        return logits


class BatchOfOne(nn.Module):
    """Takes no batch."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.inner(x.reshape(1, 3, 12, 12))
        return logits


@pytest.mark.parametrize("kind", ["mixes samples", "takes no batch", "finite differences"])
def test_models_whose_samples_cannot_be_mixed(kind: str, conv_net: nn.Module) -> None:
    samples: Any = photos(5)
    model: Any = {"mixes samples": MeanOverBatch(), "takes no batch": BatchOfOne(conv_net)}.get(kind)
    if model is None:
        model = Model(lambda x: x.sin()[:, :2] * x[:, 2:], differentiable=False)
        samples = list(torch.rand(5, 4) * torch.tensor([1, 10, 100, 1000, 1])[:, None])
    options: dict[str, Any] = {"steps": 6, "score": "logit"}
    for each, sample in zip(explain_many(model, samples, **options), samples, strict=True):
        assert_same(each.found, explain(model, sample, **options))


def test_the_plan_of_each_repeats_it(conv_net: nn.Module) -> None:
    for each, sample in zip(explain_many(conv_net, photos(3)), photos(3), strict=True):
        assert sum(step.points for step in each.found.plan.steps) == each.found.gradient_evaluations
        again = explain(conv_net, sample, plan=each.found.plan)
        torch.testing.assert_close(again.scores, each.found.scores, rtol=1e-4, atol=1e-6)
