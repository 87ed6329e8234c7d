"""Which scalar is explained: outputs of every shape, scores, labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn

from attribution_core import BadModel, BadRequest, BadTarget, Model, explain, predict
from attribution_core.target import Classes, class_outputs

ROWS = torch.tensor([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])


@dataclass
class Output:
    loss: Tensor
    scores: Tensor


class Named(NamedTuple):
    hidden: Tensor
    scores: Tensor


@pytest.mark.parametrize(
    "output",
    [
        ROWS,
        (ROWS, torch.zeros(2, 5, 7)),
        [torch.zeros(2, 5, 7), ROWS],
        {"logits": ROWS, "hidden": torch.zeros(2, 8)},
        {"loss": torch.tensor(1.0), "out": ROWS},
        SimpleNamespace(loss=torch.tensor(1.0), logits=ROWS),
        Output(torch.tensor(1.0), ROWS),
        Named(torch.zeros(2, 5, 7), ROWS),
        ROWS[:, :, None, None],
    ],
    ids=lambda output: type(output).__name__,
)
def test_class_scores_are_found_in(output: object) -> None:
    assert torch.equal(class_outputs(output), ROWS)


def test_one_number_per_sample_is_one_column() -> None:
    assert class_outputs(torch.tensor([1.0, 2.0])).shape == (2, 1)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (None, "returned a NoneType"),
        ("cat", "returned a str"),
        (torch.tensor([1, 2]), "type int64"),
        (torch.tensor(1.0), r"shape \(\)"),
        (torch.zeros(2, 5, 7), r"shape \(2, 5, 7\)"),
        ({}, "returned a dict"),
    ],
)
def test_what_holds_no_class_scores_is_named(output: object, message: str) -> None:
    with pytest.raises(BadModel, match=message) as caught:
        class_outputs(output)
    assert caught.value.next_step


LOGITS = torch.tensor([[0.5, -1.0, 2.0]], dtype=torch.float64)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("logit", -1.0),
        ("probability", float(LOGITS.softmax(1)[0, 1])),
        ("log-probability", float(LOGITS.log_softmax(1)[0, 1])),
    ],
)
def test_scores_of_logits(kind: str, expected: float) -> None:
    classes = Classes.recognise(LOGITS, nn.Linear(2, 3))
    assert float(classes.score(LOGITS, 1, kind)) == pytest.approx(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [0, 1])
def test_one_logit_is_two_classes(index: int) -> None:
    outputs = torch.tensor([[1.5]], dtype=torch.float64)
    classes = Classes.recognise(outputs, nn.Linear(2, 1), ["no", "yes"])
    sign = 1 if index else -1
    probability = float(torch.sigmoid(sign * outputs))
    assert float(classes.score(outputs, index, "logit")) == sign * 1.5
    assert float(classes.score(outputs, index, "probability")) == pytest.approx(probability)
    assert float(classes.score(outputs, index, "log-probability").exp()) == pytest.approx(probability)
    assert [entry.label for entry in classes.top(outputs, 5)] == ["yes", "no"]


PROBABILITIES = LOGITS.softmax(1)


@pytest.mark.parametrize(
    ("outputs", "last"),
    [
        (PROBABILITIES, nn.Softmax(1)),
        (PROBABILITIES, nn.Linear(2, 3)),
        (torch.tensor([[0.9, 0.8, 0.1]], dtype=torch.float64), nn.Sequential(nn.Linear(2, 3), nn.Sigmoid())),
    ],
    ids=["softmax layer", "softmax in forward", "sigmoid layer"],
)
def test_probabilities_are_not_made_probabilities_again(outputs: Tensor, last: nn.Module) -> None:
    classes = Classes.recognise(outputs, last)
    assert float(classes.score(outputs, 1, "probability")) == float(outputs[0, 1])
    assert float(classes.score(outputs, 1, "log-probability")) == pytest.approx(float(outputs[0, 1].log()))


def test_one_probability_is_two_classes() -> None:
    outputs = torch.tensor([[0.25]])
    classes = Classes.recognise(outputs, nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()))
    assert [(entry.index, entry.probability) for entry in classes.top(outputs, 2)] == [(0, 0.75), (1, 0.25)]


def test_log_probabilities_are_as_good_as_logits() -> None:
    logs = LOGITS.log_softmax(1)
    classes = Classes.recognise(logs, nn.LogSoftmax(1))
    assert float(classes.score(logs, 2, "probability")) == pytest.approx(float(PROBABILITIES[0, 2]))


LABELS = ["tench, Tinca tinca", "tabby, tabby cat", "Egyptian cat", "Tabby"]


@pytest.mark.parametrize(
    ("target", "index"),
    [(2, 2), ("2", 2), ("Egyptian cat", 2), ("egyptian CAT", 2), ("tabby cat", 1), ("tinca tinca", 0), ("Tabby", 3)],
)
def test_a_target_by_index_label_or_synonym(target: int | str, index: int) -> None:
    assert Classes(4, "logits", LABELS).index(target) == index


@pytest.mark.parametrize(
    ("labels", "target", "message", "step"),
    [
        (LABELS, "Egyptain cat", "no class 'Egyptain cat'", "Did you mean 'Egyptian cat'"),
        (LABELS, "cat", "no class 'cat'", "'Egyptian cat'"),
        (LABELS, "zebra", "no class 'zebra'", "Give a label"),
        (LABELS, 4, "no class 4: the model has 4 classes", "from 0 to 3"),
        (LABELS, -1, "no class -1", "from 0 to 3"),
        (None, "cat", "the model has no labels", "labels="),
    ],
)
def test_a_target_that_does_not_exist(labels: list[str] | None, target: int | str, message: str, step: str) -> None:
    with pytest.raises(BadTarget, match=message) as caught:
        Classes(4, "logits", labels).index(target)
    assert step in caught.value.next_step


@pytest.mark.parametrize(
    ("labels", "expected"), [(["a", "b"], ["b", "class 2", "a"]), ({2: "c"}, ["class 1", "c", "class 0"])]
)
def test_classes_without_a_label_are_numbered(labels: list[str] | dict[int, str], expected: list[str]) -> None:
    classes = Classes(3, "logits", labels)
    assert [entry.label for entry in classes.top(torch.tensor([[1.0, 3.0, 2.0]]), 3)] == expected


def flat(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Flatten(), *layers)


@pytest.mark.parametrize("score", ["probability", "logit", "log-probability"])
@pytest.mark.parametrize("target", [0, 1, 2])
def test_the_value_is_the_score_at_the_sample(score: str, target: int) -> None:
    module = flat(nn.Linear(4, 3))
    sample = torch.randn(1, 2, 2)
    found = explain(module, sample, score=score, target=target, steps=64)
    logits = module(sample[None])
    expected = {"logit": logits, "probability": logits.softmax(1), "log-probability": logits.log_softmax(1)}[score]
    assert found.target.value == pytest.approx(float(expected[0, target]), rel=1e-5)
    assert found.target.score == score
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-3


def test_the_most_probable_class_is_the_default() -> None:
    module = flat(nn.Linear(4, 3))
    sample = torch.randn(1, 2, 2)
    assert explain(module, sample, steps=2).target.index == predict(module, sample).classes[0].index


def test_a_score_that_does_not_exist() -> None:
    with pytest.raises(BadRequest, match="no score 'odds'"):
        explain(flat(nn.Linear(4, 3)), torch.ones(1, 2, 2), score="odds")


def test_a_plain_function_is_a_model() -> None:
    def score(images: Tensor) -> Tensor:
        return images.flatten(1) @ torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, 2.0]])

    found = explain(score, torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), score="logit", target=1, steps=3)
    assert found.model == "score"
    assert found.scores.flatten().tolist() == pytest.approx([0, 2, 0, 8])


NOT_MODELS: list[tuple[object, str]] = [
    (3, "an object of type int is not a model"),
    (None, "an object of type NoneType is not a model"),
    (nn.Linear, "Linear is a class, not a model"),
]


@pytest.mark.parametrize(("thing", "message"), NOT_MODELS)
def test_what_is_no_model_is_said(thing: object, message: str) -> None:
    with pytest.raises(BadModel, match=message):
        explain(thing, torch.ones(1, 2, 2))


def test_a_model_in_a_model_is_refused() -> None:
    inner = Model(flat(nn.Linear(4, 3)))
    with pytest.raises(BadModel, match="was given a Model"):
        Model(inner)  # type: ignore[arg-type]


BROKEN: list[tuple[Callable[..., object], str]] = [
    (lambda x: x.mean(), "where class scores were expected"),
    (lambda x: x.flatten(1)[:1].repeat(2, 1), "returned 2 rows for a batch of 1"),
    (lambda x, mask: x, "needs arguments that were not given: mask"),
    (lambda x, *, mask: x, "needs arguments that were not given: mask"),
    (lambda x: x.flatten(1) * float("nan"), "is not finite"),
    (lambda x: x.detach().flatten(1) + 0.0, "does not depend on the sample"),
    (lambda x: x @ torch.ones(7, 7), "failed on an input of shape"),
]


@pytest.mark.parametrize(("function", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_a_model_that_cannot_be_explained(function: Callable[..., object], message: str) -> None:
    with pytest.raises(Exception, match=message) as caught:
        explain(function, torch.ones(1, 2, 2), method="gradient")
    assert getattr(caught.value, "next_step", "")


def test_a_pair_may_begin_with_the_most_probable_class() -> None:
    module, sample = flat(nn.Linear(4, 3)), torch.randn(1, 2, 2)
    best = predict(module, sample).classes[0].index
    other = (best + 1) % 3
    found = explain(module, sample, target=(None, other), steps=2).target
    assert (found.index, found.against) == (best, other)
    with pytest.raises(BadTarget, match="and itself is nothing"):
        explain(module, sample, target=(None, best))
