"""Global average gradients: what they are, however the samples are batched."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from attribution_core import AveragePlan, Image, Model, Tabular, Text, average

SENTENCES = [
    "a great film",
    "not bad",
    "the story was truly moving, but a bad film!",
    "great great great",
    "a film . . .",
    "was the film not great ?",
    "bad",
    "truly , truly bad story",
]
ONE_BY_ONE = AveragePlan(((0, 1),))
TOGETHER = AveragePlan(((0, 5),))


def images(count: int = 23, channels: int = 3) -> Tensor:
    return torch.randn(count, channels, 12, 12, dtype=torch.float64)


def by_hand(module: nn.Module, samples: Tensor, index: int, score: str = "logit") -> Tensor:
    """The mean of autograd's gradients, one sample at a time."""
    total = torch.zeros_like(samples[0])
    for sample in samples:
        x = sample[None].clone().requires_grad_()
        outputs = module(x)
        value = {"logit": outputs, "probability": outputs.softmax(1), "log-probability": outputs.log_softmax(1)}[score]
        total += torch.autograd.grad(value[0, index], x)[0][0]
    return total / len(samples)


@pytest.mark.parametrize("score", ["logit", "probability", "log-probability"])
@pytest.mark.parametrize("plan", [ONE_BY_ONE, TOGETHER, None])
def test_it_is_the_mean_of_the_gradients(conv_net: nn.Module, score: str, plan: AveragePlan | None) -> None:
    module, samples = conv_net.double(), images()
    found = average(module, samples, score=score, plan=plan)
    assert found.samples == 23
    for row, each in enumerate(found.classes):
        expected = by_hand(module, samples, each.index, score)
        torch.testing.assert_close(found.gradients[row], expected, rtol=1e-12, atol=1e-14)


def test_a_linear_model_is_its_weights() -> None:
    linear = nn.Sequential(nn.Flatten(), nn.Linear(12 * 12, 4)).double()
    found = average(linear, images(channels=1))
    layer = linear[1]
    assert isinstance(layer, nn.Linear)
    weights = layer.weight.detach()
    torch.testing.assert_close(found.gradients.flatten(1), weights, rtol=1e-12, atol=0)
    torch.testing.assert_close(found.constants, layer.bias.detach(), rtol=1e-10, atol=1e-12)
    assert found.agreement == 1


def test_a_linear_model_of_columns_is_its_weights() -> None:
    linear = nn.Linear(3, 2).double()
    inputs = Tabular(columns=["age", "sex"], categories={"sex": ["female", "male"]})
    rows = [({"age": age, "sex": sex}, age % 2) for age in range(20) for sex in ("female", "male")]
    found = average(Model(linear, inputs=inputs, labels=["dies", "lives"]), rows)
    assert found.names == ("age", "sex=female", "sex=male")
    torch.testing.assert_close(found.gradients, linear.weight.detach(), rtol=1e-12, atol=0)
    assert found.agreement == 1
    assert found.accuracy == found.linear_accuracy
    best = found.ranked("lives")[0]
    assert best.average == max(linear.weight[1].tolist())
    assert best.count == 40


def embedded_by_hand(
    module: nn.Module, vocabulary: dict[str, int], sentences: list[str], index: int
) -> tuple[dict[str, float], dict[str, float]]:
    """By word the mean of gradient . embedding and of the gradient's length, one text at a time."""
    signed: dict[str, list[float]] = {}
    lengths: dict[str, list[float]] = {}
    table = module.get_submodule("embedding")
    assert isinstance(table, nn.Embedding)
    for sentence in sentences:
        words = sentence.replace(",", " ,").replace("!", " !").replace("...", "<unk>").split()
        words = [word if word in vocabulary else "<unk>" for word in words]
        kept: list[Tensor] = []

        def keep(module: nn.Module, given: object, found: Tensor, kept: list[Tensor] = kept) -> Tensor:
            kept.append(found.detach().requires_grad_())
            return kept[0]

        hook = table.register_forward_hook(keep)
        score = module(torch.tensor([[vocabulary[word] for word in words]]))[0, index]
        hook.remove()
        (gradient,) = torch.autograd.grad(score, kept)
        for word, g, e in zip(words, gradient[0], kept[0][0], strict=True):
            signed.setdefault(word, []).append(float(g @ e.detach()))
            lengths.setdefault(word, []).append(float(g.norm()))

    def mean(values: dict[str, list[float]]) -> dict[str, float]:
        return {word: sum(each) / len(each) for word, each in values.items()}

    return mean(signed), mean(lengths)


@pytest.mark.parametrize("plan", [AveragePlan(((0, 1),), 20), AveragePlan(((0, 12),), 30), None])
@pytest.mark.parametrize("net", ["lstm_net", "transformer_net"])
def test_words_get_the_mean_of_gradient_times_embedding(
    net: str, plan: AveragePlan | None, vocabulary: dict[str, int], request: pytest.FixtureRequest
) -> None:
    module: nn.Module = request.getfixturevalue(net).double()
    found = average(Model(module, inputs=Text(vocabulary=vocabulary)), SENTENCES, plan=plan)
    assert found.counts is not None
    assert found.lengths is not None
    for row, each in enumerate(found.classes):
        signed, lengths = embedded_by_hand(module, vocabulary, SENTENCES, each.index)
        assert set(found.names) == set(signed)
        for i, word in enumerate(found.names):
            assert float(found.gradients[row, i]) == pytest.approx(signed[word], rel=1e-12, abs=1e-14)
            assert float(found.lengths[row, i]) == pytest.approx(lengths[word], rel=1e-12)
    assert int(found.counts[found.names.index("great")]) == 5


def test_words_are_ranked_with_their_signs(vocabulary: dict[str, int]) -> None:
    class Counted(nn.Module):
        """Each word has a weight; their sum decides."""

        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(len(vocabulary), 2)
            with torch.no_grad():
                self.embedding.weight.zero_()
                self.embedding.weight[vocabulary["great"]] = torch.tensor([0.0, 2.0])
                self.embedding.weight[vocabulary["bad"]] = torch.tensor([3.0, 0.0])

        def forward(self, ids: Tensor) -> Tensor:
            total: Tensor = self.embedding(ids).sum(1)
            return total

    model = Model(Counted(), inputs=Text(vocabulary=vocabulary), labels=["negative", "positive"])
    labelled = [(text, "negative" if "bad" in text else "positive") for text in SENTENCES]
    found = average(model, labelled)
    ranked = found.ranked("positive", least=1)
    assert (ranked[0].name, ranked[0].average, ranked[0].count) == ("great", 2.0, 5)
    assert found.ranked("negative", least=1)[0].average == 3
    assert {entry.name for entry in found.ranked("positive", least=5)} == {"great"}
    assert found.agreement == 1
    counts = torch.tensor([[float(text.split().count(word)) for word in found.names] for text in SENTENCES[:1]])
    assert found.linear(counts).tolist() == [[0, 2]]


def test_the_constants_make_the_means_right(conv_net: nn.Module) -> None:
    module, samples = conv_net.double(), images()
    found = average(module, samples)
    with torch.no_grad():
        expected = module(samples).mean(0)
    torch.testing.assert_close(found.linear(samples).mean(0), expected)
    assert [each.score for each in found.classes] == pytest.approx(expected.tolist())


def test_agreement_and_accuracy_are_what_one_would_count(conv_net: nn.Module) -> None:
    module, samples = conv_net.double(), images(40)
    labels = torch.randint(0, 4, (40,))
    found = average(module, DataLoader(TensorDataset(samples, labels), batch_size=7))
    with torch.no_grad():
        own = module(samples).argmax(1)
    linear = found.linear(samples).argmax(1)
    assert found.agreement == float((own == linear).double().mean())
    assert found.accuracy == float((own == labels).double().mean())
    assert found.linear_accuracy == float((linear == labels).double().mean())


def test_one_forward_pass_serves_all_classes() -> None:
    calls: list[int] = []

    class Counting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(5, 7)

        def forward(self, rows: Tensor) -> Tensor:
            calls.append(len(rows))
            found: Tensor = self.linear(rows)
            return found

    average(Counting(), torch.randn(24, 5), plan=AveragePlan(((0, 8),)), compare=False)
    assert calls == [1, 8, 8, 8]


def test_classes_can_be_chosen(mlp: nn.Module) -> None:
    model = Model(mlp.double(), inputs=Image(channels="RGB"), labels=["cat", "dog", "owl"])
    samples = torch.randn(9, 3, 4, 4, dtype=torch.float64)
    every = average(model, samples)
    some = average(model, samples, classes=["owl", 0, "owl"], compare=False)
    assert [each.label for each in some.classes] == ["owl", "cat"]
    torch.testing.assert_close(some.gradients, every.gradients[[2, 0]])
    assert some.agreement is None
    alone = average(model, samples, classes=[1])
    assert alone.agreement is None
    assert "One class alone" in alone.notes[0]


def test_samples_that_influence_each_other_are_evaluated_alone() -> None:
    class Mixing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(6, 2)

        def forward(self, rows: Tensor) -> Tensor:
            found: Tensor = self.linear(rows) ** 2
            return found - found.mean(0, keepdim=True) * (len(rows) > 1)

    module, rows = Mixing().double(), torch.randn(30, 6, dtype=torch.float64)
    found = average(module, rows)
    assert found.plan.sizes[-1][1] == 1
    torch.testing.assert_close(found.gradients[1], by_hand(module, rows, 1), rtol=1e-12, atol=1e-14)


def test_a_model_that_takes_one_sample_at_a_time_gets_one() -> None:
    class Static(nn.Linear):
        def forward(self, rows: Tensor) -> Tensor:
            if len(rows) != 1:
                raise RuntimeError("exported for a batch of 1")
            return super().forward(rows)

    found = average(Static(6, 2), torch.randn(10, 6))
    assert found.samples == 10
    assert found.plan.sizes[-1][1] == 1


def test_padding_is_no_word(vocabulary: dict[str, int]) -> None:
    ids = torch.tensor([[3, 4, 5, 0, 0], [7, 6, 8, 4, 0]])
    net = nn.Sequential(nn.Embedding(len(vocabulary), 4), nn.Flatten(), nn.Linear(20, 2))
    found = average(Model(net, inputs=Text(vocabulary=vocabulary)), DataLoader(TensorDataset(ids), batch_size=2))
    assert found.counts is not None
    assert dict(zip(found.names, found.counts.tolist(), strict=True)) == {
        "a": 1, "great": 2, "film": 1, "not": 1, "but": 1, "bad": 1
    }  # fmt: skip


def test_nothing_of_the_model_is_changed(conv_net: nn.Module) -> None:
    conv_net.train()
    before = {name: tensor.clone() for name, tensor in conv_net.state_dict().items()}
    samples, noise = images().float(), torch.random.get_rng_state()
    average(conv_net, samples)
    assert conv_net.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in conv_net.state_dict().items())
    assert all(parameter.grad is None for parameter in conv_net.parameters())
    assert torch.equal(torch.random.get_rng_state(), noise)


def test_on_a_page_each_class_is_a_picture_with_its_name(conv_net: nn.Module) -> None:
    found = average(Model(conv_net, labels=["<a>", "b", "c", "d"]), torch.rand(6, 3, 12, 12))
    page = found._repr_html_()
    assert page.count("<figure>") == len(found.classes)
    assert "<figcaption>&lt;a&gt;</figcaption>" in page
