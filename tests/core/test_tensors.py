"""Tensors as they are: several inputs by name or place, tensors of any shape, models that need more than one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attribution_core import (
    BadBaseline,
    BadModel,
    BadSample,
    Baseline,
    Model,
    Tensors,
    TensorsAttribution,
    TextAttribution,
    explain,
    predict,
)


class TwoInputs(nn.Module):
    """A picture and a few numbers, an integer and a flag besides."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = nn.Conv2d(1, 4, 3)
        self.table = nn.Embedding(5, 4)
        self.out = nn.Linear(4 + 3, 2)

    def forward(self, image: Tensor, numbers: Tensor, kind: Tensor | None = None, double: bool = False) -> Tensor:
        seen = torch.tanh(self.picture(image)).mean((2, 3))
        if kind is not None:
            seen = seen + self.table(kind)
        logits: Tensor = self.out(torch.cat([seen, torch.tanh(numbers)], 1))
        return 2 * logits if double else logits


IMAGE, NUMBERS = torch.rand(1, 6, 6), torch.tensor([1.0, -2.0, 0.5])
SAMPLES: dict[str, Any] = {
    "by name": {"image": IMAGE, "numbers": NUMBERS},
    "by name, another order": {"numbers": NUMBERS, "image": IMAGE},
    "by place": (IMAGE, NUMBERS),
    "with a batch dimension": {"image": IMAGE[None], "numbers": NUMBERS[None]},
}


def explained(model: object, sample: object, **options: Any) -> TensorsAttribution:
    found = explain(model, sample, **options)
    assert isinstance(found, TensorsAttribution)
    return found


@pytest.mark.parametrize("form", SAMPLES)
def test_several_inputs(form: str) -> None:
    module = TwoInputs().eval()
    found = explained(module, SAMPLES[form], method="gradient", score="logit", target=1)
    image, numbers = IMAGE[None].clone().requires_grad_(), NUMBERS[None].clone().requires_grad_()
    expected = torch.autograd.grad(module(image, numbers)[0, 1], (image, numbers))
    names = ("input 0", "input 1") if form == "by place" else ("image", "numbers")
    torch.testing.assert_close(found.parts[names[0]], expected[0][0])
    torch.testing.assert_close(found.parts[names[1]], expected[1][0])
    assert {column.name: column.value for column in found.columns} == {names[0]: "1x6x6", names[1]: "3"}


def test_attributions_of_several_inputs_add_up() -> None:
    found = explained(TwoInputs(), SAMPLES["by name"], steps=40)
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-3
    total = sum(column.score for column in found.columns)
    assert total == pytest.approx(found.completeness.total, abs=1e-6)
    assert found.scores.shape == (36 + 3,)
    assert found.shapes == {"image": (1, 6, 6), "numbers": (3,)}


@pytest.mark.parametrize(
    "kind", [torch.tensor([2]), torch.tensor(2)], ids=["a batch of one number", "a number that is no batch"]
)
def test_whole_numbers_and_flags_are_handed_on(kind: Tensor) -> None:
    module = TwoInputs()
    sample = {"image": IMAGE[None], "numbers": NUMBERS[None], "kind": kind, "double": True}
    found = explained(module, sample, steps=40, score="logit", target=0)
    assert [column.name for column in found.columns] == ["image", "numbers"]
    expected = module(IMAGE[None], NUMBERS[None], torch.tensor([2]), True)[0, 0].detach()
    assert found.target.value == pytest.approx(float(expected), abs=1e-5)


def test_names_for_places() -> None:
    model = Model(TwoInputs(), Tensors(names=["picture", "measurements"]))
    assert [column.name for column in explained(model, (IMAGE, NUMBERS), steps=2).columns] == [
        "picture",
        "measurements",
    ]


BASELINES: dict[str, tuple[object, str]] = {
    "zero": (None, "zero"),
    "tensors": ({"image": torch.ones(1, 6, 6), "numbers": torch.zeros(1, 3)}, "tensors"),
    "another sample": (Baseline.sample({"image": torch.ones(1, 6, 6), "numbers": torch.zeros(3)}), "another sample"),
    "noise": ("noise", "noise"),
    "a constant": (0.5, "constant 0.5"),
}


@pytest.mark.parametrize("form", BASELINES)
def test_baselines_of_several_inputs(form: str) -> None:
    baseline, name = BASELINES[form]
    found = explained(TwoInputs(), SAMPLES["by name"], baseline=baseline, steps=60, score="logit")
    assert found.baseline == name
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-2


BAD_BASELINES: list[tuple[object, str]] = [
    ("black", "no baseline 'black' for tensors"),
    ({"image": torch.ones(1, 6, 6)}, "no tensor for numbers"),
    ({"image": torch.ones(1, 6, 5), "numbers": torch.zeros(3)}, r"shape \(1, 6, 5\)"),
    (SAMPLES["by name"], "equals the sample"),
]


@pytest.mark.parametrize(("baseline", "message"), BAD_BASELINES, ids=[message for _, message in BAD_BASELINES])
def test_a_baseline_that_cannot_be(baseline: object, message: str) -> None:
    with pytest.raises(BadBaseline, match=message) as caught:
        explain(TwoInputs(), SAMPLES["by name"], baseline=baseline)
    assert caught.value.next_step


BAD_SAMPLES: list[tuple[object, str]] = [
    ({"image": IMAGE.long(), "numbers": NUMBERS.long()}, "none of the sample's tensors holds floats"),
    ({"image": IMAGE, "numbers": NUMBERS / 0}, "not finite"),
]


@pytest.mark.parametrize(("sample", "message"), BAD_SAMPLES, ids=[message for _, message in BAD_SAMPLES])
def test_a_sample_that_cannot_be(sample: object, message: str) -> None:
    with pytest.raises(BadSample, match=message) as caught:
        explain(TwoInputs(), sample)
    assert caught.value.next_step


def test_arguments_that_are_not_given_are_named() -> None:
    for sample in ({"image": IMAGE}, {"image": IMAGE[None]}, (IMAGE,), IMAGE):
        with pytest.raises(BadModel, match="needs arguments that were not given: numbers") as caught:
            explain(TwoInputs(), sample)
        assert "dict of tensors by name" in caught.value.next_step


class Sequence(nn.Module):
    """An LSTM over measurements."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(5, 8, batch_first=True)
        self.out = nn.Linear(8, 2)

    def forward(self, steps: Tensor) -> Tensor:
        logits: Tensor = self.out(self.lstm(steps)[0][:, -1])
        return logits


SHAPES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "a series of measurements": (Sequence, (7, 5)),
    "a signal": (lambda: nn.Sequential(nn.Conv1d(2, 4, 3), nn.Flatten(), nn.Linear(32, 2)), (2, 10)),
    "a volume": (lambda: nn.Sequential(nn.Conv3d(1, 2, 3), nn.Flatten(), nn.Linear(16, 2)), (1, 4, 4, 4)),
    "an image of 5 channels": (lambda: nn.Sequential(nn.Conv2d(5, 2, 3), nn.Flatten(), nn.Linear(8, 2)), (5, 4, 4)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_tensor_of_any_shape(name: str) -> None:
    make, shape = SHAPES[name]
    sample = torch.randn(shape)
    for given in (sample, sample[None]):
        found = explained(make(), given, steps=30, score="logit", target=0)
        assert found.scores.shape == shape
        assert found.completeness is not None
        assert found.completeness.relative_error < 1e-2
        if shape[0] > 1:
            assert [column.name for column in found.columns] == [f"[{place}]" for place in range(shape[0])]


def test_what_a_tokenizer_gave_is_a_text(text_model: Model) -> None:
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(20, 4)
            self.out = nn.Linear(4, 2)

        def forward(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor | None = None) -> Tensor:
            assert labels is None
            logits: Tensor = self.out(torch.tanh((self.table(input_ids) * attention_mask[..., None]).sum(1)))
            return logits

    ids = torch.tensor([[3, 4, 5]])
    sample = {"input_ids": ids, "attention_mask": torch.tensor([[1, 1, 0]]), "labels": torch.tensor([1])}
    found = explain(Masked(), sample, steps=20)
    assert isinstance(found, TextAttribution)
    assert found.tokens[2].score == 0, "masked"
    assert found.tokens[1].score != 0
    with pytest.raises(BadModel, match="needs arguments that were not given: attention_mask"):
        predict(Masked(), ids)
    assert predict(text_model, {"input_ids": [3, 4, 5]}).classes == predict(text_model, "a great film").classes
