"""Several targets from one forward pass, differences, regressions, next tokens."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attribution_core import (
    Attribution,
    BadRequest,
    BadTarget,
    Comparison,
    Model,
    Text,
    compare,
    comparing,
    explain,
    predict,
)
from attribution_core.target import TargetChoice

from .conftest import VOCABULARY, WORDS

LABELS = ["cat", "dog", "owl", "bat"]


class Counting(nn.Module):
    """Counts forward passes and the samples in them."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.samples = 0

    def forward(self, x: Tensor) -> Tensor:
        self.samples += len(x)
        logits: Tensor = self.inner(x)
        return logits


@pytest.mark.parametrize("score", ["probability", "logit", "log-probability"])
@pytest.mark.parametrize("method", ["gradient", "integrated", "smoothgrad", "vargrad"])
def test_several_are_each_one_alone(method: str, score: str, conv_net: nn.Module) -> None:
    net, sample = conv_net.double(), torch.randn(3, 12, 12, dtype=torch.float64)
    options: Any = {"score": score, "samples": 3 if method in ("smoothgrad", "vargrad") else None}
    options |= {"steps": 6} if method == "integrated" else {}
    targets: list[TargetChoice] = [0, 3, (1, 2)]
    together = compare(net, sample, methods=[method], targets=targets, **options)
    for target, found in zip(targets, together, strict=True):
        alone = explain(net, sample, method=method, target=target, **options)
        torch.testing.assert_close(found.scores, alone.scores, rtol=1e-9, atol=1e-12)
        assert found.target.value == pytest.approx(alone.target.value)
        assert found.completeness == alone.completeness or found.completeness is not None


def test_they_share_forward_passes(conv_net: nn.Module) -> None:
    net = Counting(conv_net)
    sample = torch.randn(3, 12, 12)
    explain(net, sample, target=0, steps=8)
    one, net.samples = net.samples, 0
    compare(net, sample, targets=[0, 1, 2, 3], steps=8)
    assert net.samples == one


def test_all_of_them_are_refined_to_the_tolerance(conv_net: nn.Module) -> None:
    for found in compare(conv_net, torch.randn(3, 12, 12), targets=[0, 1, 2, 3], score="logit", tolerance=0.05):
        assert found.map_error is not None
        assert found.map_error <= 0.05 or found.gradient_evaluations > 100


def test_comparing_yields_progress_and_previews(conv_net: nn.Module) -> None:
    work = comparing(conv_net, torch.randn(3, 12, 12), methods=["gradient", "integrated"], targets=[0, 1])
    previews = [step for step in work if isinstance(step, Attribution)]
    assert {(step.method, step.target.index) for step in previews} == {("integrated", 0), ("integrated", 1)}


def test_nothing_to_compare(conv_net: nn.Module) -> None:
    with pytest.raises(BadRequest, match="nothing to compare"):
        compare(conv_net, torch.randn(3, 12, 12), targets=[])


class TestADifference:
    """Of two classes: a minus b."""

    @pytest.mark.parametrize("score", ["probability", "logit", "log-probability"])
    def test_is_the_difference_of_both(self, score: str, conv_net: nn.Module) -> None:
        net, sample = conv_net.double(), torch.randn(3, 12, 12, dtype=torch.float64)
        a, b, both = compare(net, sample, targets=[1, 2, (1, 2)], steps=9, score=score)
        torch.testing.assert_close(both.scores, a.scores - b.scores, rtol=0, atol=1e-10)
        assert both.target.value == pytest.approx(a.target.value - b.target.value)
        assert (both.target.index, both.target.against) == (1, 2)

    def test_says_which(self, conv_net: nn.Module) -> None:
        found = explain(Model(conv_net, labels=LABELS), torch.randn(3, 12, 12), target=("owl", "bat"), steps=3)
        assert found.target.label == "owl rather than bat"

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ((1, 1), "the difference of 'dog' and itself"),
            ((1, 2, 3), "a difference of 3 classes"),
            ((1, 9), "no class 9"),
            (("dog", "bet"), "no class 'bet'"),
            (([1],), "a difference of 1"),
            (1.5j, "a complex is no class"),
        ],
    )
    def test_that_makes_no_sense(self, target: Any, message: str, conv_net: nn.Module) -> None:
        with pytest.raises(BadTarget, match=message) as caught:
            explain(Model(conv_net, labels=LABELS), torch.randn(3, 12, 12), target=target)
        assert caught.value.next_step


class TestARegression:
    """Its values are explained as they are."""

    def test_by_its_task(self, mlp: nn.Module) -> None:
        sample = torch.randn(3, 4, 4)
        found = explain(Model(mlp, task="regression"), sample, target=2, steps=64)
        assert (found.target.score, found.target.label) == ("value", "value 2")
        assert found.target.value == pytest.approx(float(mlp(sample[None])[0, 2]), rel=1e-5)
        assert found.completeness is not None
        assert found.completeness.relative_error < 0.01
        assert math.isnan(found.classes[0].probability)

    def test_by_its_score(self) -> None:
        line = nn.Linear(48, 1)
        net = nn.Sequential(nn.Flatten(), line)
        sample = torch.randn(3, 4, 4)
        found = explain(net, sample, score="value", steps=1)
        assert found.target.label == "value"
        torch.testing.assert_close(found.scores.flatten(), (line.weight[0] * sample.flatten()).detach())

    def test_has_no_logit(self, mlp: nn.Module) -> None:
        with pytest.raises(BadTarget, match="a regression has no logit"):
            explain(Model(mlp, task="regression"), torch.randn(3, 4, 4), score="logit")

    def test_predicts_values(self, mlp: nn.Module) -> None:
        sample = torch.randn(3, 4, 4)
        found = predict(Model(mlp, task="regression", labels=["a", "b", "c"]), sample)
        assert [entry.logit for entry in found.classes] == pytest.approx(mlp(sample[None])[0].tolist(), rel=1e-5)
        assert [entry.label for entry in found.classes] == ["a", "b", "c"]


class LanguageModel(nn.Module):
    """Scores of the next token at every position."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), 8)
        self.lstm = nn.LSTM(8, 8, batch_first=True)
        self.out = nn.Linear(8, len(WORDS))

    def forward(self, input_ids: Tensor) -> dict[str, Tensor]:
        return {"logits": self.out(self.lstm(self.embedding(input_ids))[0])}


class TestALanguageModel:
    """What comes next."""

    def test_predicts_the_next_token_by_its_name(self) -> None:
        net = LanguageModel().double()
        model = Model(net, inputs=Text(vocabulary=VOCABULARY))
        ids = torch.tensor([[VOCABULARY[word] for word in ("the", "story", "was")]])
        expected = net(ids)["logits"][0, -1].softmax(0)
        found = explain(model, "the story was", target="moving", steps=64)
        assert found.target.label == "moving"
        assert found.target.value == pytest.approx(float(expected[VOCABULARY["moving"]]))
        assert found.completeness is not None
        assert found.completeness.relative_error < 1e-3
        assert any("language model" in note for note in found.notes)

    def test_spaces_before_words_are_shown_as_such(self) -> None:
        class Tokenizer:
            def get_vocab(self) -> dict[str, int]:
                return {"Ġthan": 0, "than": 1, "Ġ": 2}

        from attribution_core.next_token import token_labels

        assert token_labels(Text(tokenizer=Tokenizer())) == {0: " than", 1: "than", 2: "Ġ"}

    def test_a_classifier_of_tokens_is_none(self) -> None:
        class Tagger(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.embedding = nn.Embedding(len(WORDS), 8)
                self.out = nn.Linear(8, 3)

            def forward(self, ids: Tensor) -> Tensor:
                tags: Tensor = self.out(self.embedding(ids))
                return tags

        from attribution_core import BadModel

        with pytest.raises(BadModel, match=r"\(1, 3, 3\)"):
            explain(Model(Tagger(), inputs=Text(vocabulary=VOCABULARY)), "the story was")


def test_what_is_compared_shows_itself_side_by_side(conv_net: nn.Module) -> None:
    found = compare(conv_net, torch.randn(3, 12, 12), targets=[0, 1], steps=2)
    assert isinstance(found, Comparison)
    assert all(one.target.label in str(found) for one in found)
    assert found._repr_html_().count("<img") == 3  # the image, and a map for each
