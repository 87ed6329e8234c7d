"""The whole way: previews, progress, completeness, requests that make no sense."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attribution_core import Attribution, BadRequest, Model, Progress, explain, explaining, predict
from attribution_core.batching import _REMEMBERED

SAMPLE = (3, 12, 12)


def followed(
    work: Generator[Progress | Attribution, None, Attribution],
) -> tuple[list[Progress | Attribution], Attribution]:
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as done:
            return steps, done.value


def test_the_first_preview_comes_after_the_first_gradient(conv_net: nn.Module) -> None:
    steps, final = followed(explaining(conv_net, torch.randn(SAMPLE)))
    previews = [step for step in steps if isinstance(step, Attribution)]
    assert previews[0].gradient_evaluations == 1
    assert previews[0].plan.points == (1.0,), "the gradient at the sample itself"
    assert all(preview.status == "preview" for preview in previews)
    assert final.status == "final"


def rows_of(module: nn.Module) -> list[int]:
    """How many rows went through, at each call from here on."""
    rows: list[int] = []
    module.register_forward_hook(lambda _module, _inputs, outputs: rows.append(len(outputs)))
    return rows


def test_the_first_preview_waits_for_the_prediction_and_one_gradient(conv_net: nn.Module) -> None:
    steps, rows = explaining(conv_net, torch.randn(SAMPLE)), rows_of(conv_net)
    preview = next(step for step in steps if isinstance(step, Attribution))
    assert rows == [1, 1]
    assert preview.completeness is None
    second = next(step for step in steps if isinstance(step, Attribution))
    assert rows == [1, 1, 2, 1], "the baseline, beside the sample"
    assert second.completeness is not None


def test_a_waterfall_begins_at_the_baseline_from_the_first_preview_on() -> None:
    steps, _ = followed(explaining(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), torch.randn(4)))
    assert all(step.target.baseline_value is not None for step in steps if isinstance(step, Attribution))


def test_what_is_known_to_go_together_is_evaluated_once(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    first, rows = explain(conv_net, sample), rows_of(conv_net)
    second = explain(conv_net, sample)
    assert sum(rows) == 1 + second.gradient_evaluations
    torch.testing.assert_close(second.scores, first.scores)
    assert second.target.baseline_value == pytest.approx(first.target.baseline_value)
    assert second.completeness is not None
    again = explain(conv_net, sample, plan=second.plan)
    assert torch.equal(again.scores, second.scores)
    assert again.completeness == second.completeness


class Mixing(nn.Module):
    """Samples of a batch influence each other, once that is switched on."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module, self.mixing = module, False

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.module(images)
        return logits + 10 * logits.sum() * torch.arange(logits.shape[1]) if self.mixing else logits


def test_a_model_that_was_changed_is_looked_at_again(conv_net: nn.Module) -> None:
    module, sample = Mixing(conv_net), torch.randn(SAMPLE)
    explain(module, sample)
    module.mixing = True
    known = explain(module, sample, tolerance=1e-3)
    fresh = Mixing(conv_net)
    fresh.mixing = True
    alone = explain(fresh, sample, tolerance=1e-3)
    assert {step.points for step in known.plan.steps} == {1}
    torch.testing.assert_close(known.scores, alone.scores)
    assert known.target.baseline_value == pytest.approx(alone.target.baseline_value)


def test_previews_get_better(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    reference = explain(conv_net, sample, steps=600).scores
    steps, final = followed(explaining(conv_net, sample, tolerance=1e-9))
    found = [step for step in steps if isinstance(step, Attribution)] + [final]
    errors = [float((one.scores - reference).abs().sum() / reference.abs().sum()) for one in found]
    assert errors[-1] < 0.02
    assert errors[-1] < errors[len(errors) // 2] < errors[0]
    counts = [one.gradient_evaluations for one in found]
    assert counts[:5] == [1, 2, 3, 5, 9]
    assert counts == sorted(set(counts))
    assert 100 < counts[-1] <= 128


@pytest.mark.parametrize("options", [{}, {"steps": 24}, {"method": "gradient"}, {"steps": 1}])
def test_progress_rises_to_its_total(options: dict[str, Any], conv_net: nn.Module) -> None:
    steps, final = followed(explaining(conv_net, torch.randn(SAMPLE), **options))
    reports = [step for step in steps if isinstance(step, Progress)]
    assert [report.done for report in reports] == sorted(report.done for report in reports)
    assert all(report.done <= report.total for report in reports)
    assert reports[-1].done == final.gradient_evaluations
    assert all(report.seconds_left is None or report.seconds_left >= 0 for report in reports)


def test_steps_of_a_computation_are_short() -> None:
    batches: list[int] = []

    class Slow(nn.Module):
        """20 ms per sample, whatever the batch."""

        def forward(self, x: Tensor) -> Tensor:
            batches.append(len(x))
            time.sleep(0.02 * len(x))
            return torch.stack([x.mean((1, 2, 3)), -x.mean((1, 2, 3))], 1)

    for _ in explaining(Slow(), torch.randn(SAMPLE), steps=12):
        assert len(batches) <= 2, "a step evaluates one micro-batch, and the sample or the baseline"
        assert max(batches, default=0) * 0.02 <= 0.1
        batches.clear()


@pytest.mark.parametrize("score", ["probability", "logit", "log-probability"])
@pytest.mark.parametrize("network", ["mlp", "conv_net", "lstm_net", "transformer_net"])
def test_attributions_add_up(
    network: str, score: str, request: pytest.FixtureRequest, vocabulary: dict[str, int]
) -> None:
    from attribution_core import Text

    net = request.getfixturevalue(network)
    text = network in ("lstm_net", "transformer_net")
    model = Model(net, Text(vocabulary=vocabulary)) if text else Model(net)
    sample: object = "a great film" if text else torch.randn((3, 4, 4) if network == "mlp" else SAMPLE)
    found = explain(model, sample, score=score, steps=300)
    assert found.completeness is not None
    assert found.target.baseline_value is not None
    assert found.completeness.expected == pytest.approx(found.target.value - found.target.baseline_value)
    assert found.completeness.total == pytest.approx(float(found.scores.double().sum()), abs=1e-5)
    assert found.completeness.relative_error < 0.01


def test_a_tolerance_is_kept_and_an_error_is_estimated(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    reference = explain(conv_net, sample, steps=1024).scores.sum(0)
    found = explain(conv_net, sample, tolerance=0.1)
    error = float((found.scores.sum(0) - reference).abs().sum() / reference.abs().sum())
    assert found.map_error is not None
    assert found.map_error <= 0.1
    assert error <= 0.1
    assert found.gradient_evaluations < 128


def test_a_tolerance_that_is_not_reached_is_said(conv_net: nn.Module) -> None:
    found = explain(conv_net, torch.randn(SAMPLE), tolerance=1e-12)
    assert 100 < found.gradient_evaluations <= 128
    assert any("more than the" in note for note in found.notes)


def test_steps_mean_gradients(conv_net: nn.Module) -> None:
    for steps in (1, 7, 20):
        found = explain(conv_net, torch.randn(SAMPLE), steps=steps)
        assert found.gradient_evaluations == len(found.plan.points) == steps


def test_the_plan_says_what_was_computed(conv_net: nn.Module) -> None:
    found = explain(conv_net, torch.randn(SAMPLE), steps=4, rule="trapezoid", seed=3)
    assert found.plan.rule == "trapezoid"
    assert found.plan.points == pytest.approx((0, 1 / 3, 2 / 3, 1))
    assert found.plan.weights == pytest.approx((1 / 6, 1 / 3, 1 / 3, 1 / 6))
    assert 1 <= found.plan.batch <= 4
    assert (found.seed, found.device, found.dtype) == (3, "cpu", "float32")


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_other_types_of_numbers(dtype: torch.dtype, conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    expected = explain(conv_net, sample, steps=16, score="logit", target=1).scores
    found = explain(conv_net.to(dtype), sample, steps=16, score="logit", target=1)
    assert found.dtype == str(dtype).removeprefix("torch.")
    assert found.scores.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
    error = float((found.scores - expected).abs().sum() / expected.abs().sum())
    assert error < (1e-5 if dtype == torch.float64 else 0.1)


def test_predictions(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    found = predict(Model(conv_net.train(), labels=list("abcd"), name="letters"), sample, top=2)
    expected = conv_net.eval()(sample[None])[0]
    assert (found.model, found.kind, len(found.classes)) == ("letters", "image", 2)
    assert found.classes[0].label == "abcd"[int(expected.argmax())]
    assert found.classes[0].logit == pytest.approx(float(expected.max()), rel=1e-5)
    assert found.classes[0].probability >= found.classes[1].probability


def test_an_attribution_keeps_nothing_of_the_persons_alive() -> None:
    import gc
    import weakref

    module, sample = nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), torch.randn(3, 2, 2)
    gone: list[weakref.ref[object]] = [weakref.ref(module), weakref.ref(sample)]
    found = explain(module, sample, steps=3)
    del module, sample
    gc.collect()
    assert [reference() for reference in gone] == [None, None]
    assert found.scores.grad_fn is None


REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({"method": "lime"}, "no method 'lime'"),
    ({"steps": 0}, "0 steps were asked for"),
    ({"tolerance": 0.0}, "a tolerance of 0.0"),
    ({"tolerance": 0.1, "steps": 5}, "both steps and a tolerance"),
    ({"rule": "simpson", "steps": 5}, "no quadrature rule 'simpson'"),
    ({"rule": "midpoint"}, "without steps"),
    ({"device": "tpu"}, "the device 'tpu' is not there"),
    ({"device": "cuda:99"}, "the device 'cuda:99' is not there"),
]


@pytest.mark.parametrize(("options", "message"), REQUESTS)
def test_requests_that_make_no_sense(options: dict[str, Any], message: str, conv_net: nn.Module) -> None:
    with pytest.raises(BadRequest, match=message) as caught:
        explain(conv_net, torch.randn(SAMPLE), **options)
    assert caught.value.next_step


def test_no_classes_is_no_request(conv_net: nn.Module) -> None:
    with pytest.raises(BadRequest, match="0 classes"):
        predict(conv_net, torch.randn(SAMPLE), top=0)


class Drawing(nn.Module):
    """Draws random numbers in evaluation mode, too."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(432, 2))
        self.seen: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(len(x))
        scores: Tensor = self.body(nn.functional.dropout(x, 0.3, training=True)).tanh()
        return scores


@pytest.mark.parametrize("options", [{"steps": 12}, {}, {"method": "smoothgrad", "samples": 9}])
def test_a_model_that_draws_gives_the_same_whether_somebody_looks_on_or_not(options: dict[str, Any]) -> None:
    model, sample = Drawing(), torch.randn(SAMPLE)
    _, final = followed(explaining(model, sample, **options))
    model.seen.clear()
    repeated = explain(model, sample, plan=final.plan)
    assert [count for count in model.seen if count > 2] == [s.points for s in final.plan.steps if s.points > 2]
    torch.testing.assert_close(repeated.scores, final.scores, rtol=0, atol=0)


def test_micro_batches_are_whole_where_nobody_looks_on(conv_net: nn.Module) -> None:
    sample = torch.randn(SAMPLE)
    explain(conv_net, sample, steps=1)
    (known,) = _REMEMBERED[conv_net].values()
    known._most = 8  # more are never tried
    known._settle(8)
    assert [step.points for step in explain(conv_net, sample, steps=20).plan.steps] == [8, 8, 4]
    steps, final = followed(explaining(conv_net, sample, steps=20))
    assert [step.points for step in final.plan.steps] == [1, 8, 8, 3]
    shown = [step.gradient_evaluations for step in steps if isinstance(step, Attribution)]
    assert shown == [1, 9], "a preview after the first gradient, and when there are twice as many"
