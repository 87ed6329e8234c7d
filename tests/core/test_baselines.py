"""Baselines of every kind: colours, noise, means, distributions, other samples; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from attribution_core import (
    AttributionError,
    BadBaseline,
    Baseline,
    Image,
    ImageAttribution,
    Model,
    Text,
    TextAttribution,
    explain,
)
from attribution_core.inputs import Prepared

IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


class Pool(nn.Module):
    """A weighted mean over the pixels, squashed."""

    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(3 * 36, 2)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = torch.tanh(self.out(images.flatten(1)))
        return logits


def photo(*colour: int, size: tuple[int, int] = (6, 6)) -> Pillow.Image:
    return Pillow.new("RGB", size, colour)


@pytest.fixture
def model() -> Model:
    return Model(Pool(), Image(size=6, **IMAGENET))  # type: ignore[arg-type]


def points_of(model: Model, sample: object, choice: object, seed: int = 0) -> tuple[str, list[Tensor]]:
    """A baseline's name and its points, of one tensor each."""
    network = model.network(seed=seed)
    with network.undisturbed():
        prepared: Prepared = model.prepare(sample, network)
        name, points = prepared.baselines(choice)
    return name, [point[0] for point in points]


def in_network(*colour: float) -> Tensor:
    values = (torch.tensor(colour) / 255 - torch.tensor(IMAGENET["mean"])) / torch.tensor(IMAGENET["std"])
    return values[:, None, None].expand(3, 6, 6)


COLOURS: dict[str, tuple[object, str, tuple[float, ...]]] = {
    "default": (None, "black", (0, 0, 0)),
    "white": ("white", "white", (255, 255, 255)),
    "grey": ("gray", "gray", (127.5, 127.5, 127.5)),
    "a level": (64, "level 64", (64, 64, 64)),
    "a level as text": ("64", "level 64", (64, 64, 64)),
    "a colour": ((255, 0, 30), "colour", (255, 0, 30)),
    "mean colour": ("mean", "mean colour", (123.675, 116.28, 103.53)),
    "another photo": (Baseline.sample(photo(1, 2, 3)), "another sample", (1, 2, 3)),
    "another photo of another size": (Baseline.sample(photo(1, 2, 3, size=(20, 9))), "another sample", (1, 2, 3)),
    "mean of photos": (Baseline.mean([photo(0, 0, 90), photo(30, 0, 0)]), "mean of 2 samples", (15, 0, 45)),
    "one of photos": (Baseline.random([photo(7, 8, 9)]), "random sample", (7, 8, 9)),
}


@pytest.mark.parametrize("form", COLOURS)
def test_baselines_of_one_colour(form: str, model: Model) -> None:
    choice, name, colour = COLOURS[form]
    found, points = points_of(model, photo(200, 100, 50), choice)
    assert found == name
    torch.testing.assert_close(points[0], in_network(*colour), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("form", COLOURS)
def test_explaining_from_every_one_of_them(form: str, model: Model) -> None:
    found = explain(model, photo(200, 100, 50), baseline=COLOURS[form][0], steps=40, score="logit", target=1)
    assert found.baseline == COLOURS[form][1]
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-2


def test_colours_follow_the_order_of_the_channels() -> None:
    bgr = Model(Pool(), Image(size=6, channels="BGR"))
    assert points_of(bgr, photo(1, 1, 1), (255, 0, 51))[1][0][:, 0, 0].tolist() == pytest.approx([0.2, 0, 1])


def test_noise_is_uniform_seeded_and_within_the_range(model: Model) -> None:
    sample = photo(200, 100, 50)
    name, (first,) = points_of(model, sample, "noise", seed=1)
    assert name == "noise"
    assert torch.equal(first, points_of(model, sample, "noise", seed=1)[1][0])
    assert not torch.equal(first, points_of(model, sample, "noise", seed=2)[1][0])
    assert torch.equal(first, points_of(model, sample, Baseline.noise(seed=1), seed=5)[1][0])
    assert bool((first >= in_network(0, 0, 0)).all())
    assert bool((first <= in_network(255, 255, 255)).all())
    again = [explain(model, sample, baseline="noise", seed=3).scores for _ in range(2)]
    torch.testing.assert_close(*again)


# ---------------------------------------------------------------- data sets

TENSORS = torch.rand(7, 3, 6, 6)
DATA: dict[str, Callable[[Path], object]] = {
    "a list": lambda folder: list(TENSORS),
    "a tensor": lambda folder: TENSORS,
    "a generator": lambda folder: (row for row in TENSORS),
    "pairs with labels": lambda folder: [(row, 1) for row in TENSORS],
    "a Dataset": lambda folder: TensorDataset(TENSORS, torch.zeros(7).long()),
    "a DataLoader": lambda folder: DataLoader(TensorDataset(TENSORS, torch.zeros(7).long()), batch_size=3),
    "a folder": lambda folder: _folder(folder),
}


def _folder(folder: Path) -> Path:
    for number, row in enumerate(TENSORS):
        pixels = (row * 255).round().byte().permute(1, 2, 0).contiguous()
        Pillow.fromarray(pixels.numpy()).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize("form", DATA)
def test_data_sets_of_every_form(form: str, tmp_path: Path) -> None:
    model = Model(Pool(), Image(size=6))
    name, (mean,) = points_of(model, photo(9, 9, 9), Baseline.mean(DATA[form](tmp_path)))
    assert name == "mean of 7 samples"
    torch.testing.assert_close(mean, TENSORS.mean(0), atol=3e-3 if form == "a folder" else 1e-6, rtol=0)
    name, points = points_of(model, photo(9, 9, 9), Baseline.dataset(DATA[form](tmp_path), most=100))
    assert name == "7 samples of a data set"
    torch.testing.assert_close(torch.stack(points), TENSORS, atol=3e-3 if form == "a folder" else 1e-6, rtol=0)


def test_a_draw_is_seeded_and_even() -> None:
    model = Model(Pool(), Image(size=6))
    rows = [torch.full((3, 6, 6), value / 64) for value in range(20)]

    def drawn(seed: int) -> list[int]:
        points = points_of(model, photo(9, 9, 9), Baseline.dataset(iter(rows), most=5, seed=seed))[1]
        return [round(64 * float(point.mean())) for point in points]

    assert drawn(3) == drawn(3)
    assert len(set(drawn(3))) == 5
    counts = [0] * 20
    for seed in range(200):
        for value in drawn(seed):
            counts[value] += 1
    assert min(counts) > 25
    assert max(counts) < 80


def test_expected_gradients_are_the_mean_over_the_baselines(model: Model) -> None:
    sample, others = photo(200, 100, 50), [photo(0, 0, 0), photo(255, 255, 255), photo(9, 80, 120)]
    options: dict[str, Any] = {"score": "logit", "target": 1, "steps": 16, "rule": "gauss-legendre"}
    alone = [explain(model, sample, baseline=Baseline.sample(other), **options) for other in others]
    found = explain(model, sample, baseline=Baseline.dataset(others), **options)
    assert found.baseline == "3 samples of a data set"
    torch.testing.assert_close(found.scores, torch.stack([one.scores for one in alone]).mean(0), atol=1e-5, rtol=1e-4)
    assert isinstance(found, ImageAttribution)


# ---------------------------------------------------------------- texts


def explained(model: Model, text: str, baseline: object) -> TextAttribution:
    found = explain(model, text, baseline=baseline, steps=40, score="logit", target=1)
    assert isinstance(found, TextAttribution)
    return found


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("bad story", ["bad", "story", "<pad>"]),
        ("not bad story truly", ["not", "bad", "story"]),
        (torch.tensor([3, 4, 5]), ["a", "great", "film"]),
    ],
)
def test_another_text_is_cut_or_padded(
    other: object, words: list[str], text_model: Model, vocabulary: dict[str, int]
) -> None:
    module: Any = text_model.module
    expected = module.embedding(torch.tensor([vocabulary[word] for word in words])).detach()
    _, (point,) = points_of(text_model, "was a film", Baseline.sample(other))
    torch.testing.assert_close(point, expected)
    found = explained(text_model, "was a film", Baseline.sample(other))
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-2


def test_special_tokens_stay_in_another_text() -> None:
    class Tokens:
        """Numbers in brackets are its own."""

        def encode(self, text: str) -> Any:
            ids = [1, *(int(word) for word in text.split()), 2]
            return type("Encoding", (), {
                "ids": ids, "offsets": [(0, 0)] * len(ids), "special_tokens_mask": [1, *[0] * (len(ids) - 2), 1],
            })  # fmt: skip

    table = nn.Embedding(20, 4)
    module = nn.Sequential(table, nn.Flatten(), nn.Linear(20, 2))
    model = Model(module, Text(tokenizer=Tokens()))
    _, (point,) = points_of(model, "5 6 7", Baseline.sample("9 8"))
    rows = table(torch.tensor([1, 9, 8])).detach()
    torch.testing.assert_close(point[:4], torch.cat([rows, torch.zeros(1, 4)]), msg="the last is blank")
    torch.testing.assert_close(point[4], table.weight[2].detach())


def test_a_random_document(text_model: Model) -> None:
    texts = ["a great film", "not bad", "truly moving", "the story was bad"]
    seen = {
        explained(text_model, "a film", Baseline.random(texts, seed=seed)).target.baseline_value for seed in range(9)
    }
    assert len(seen) > 1
    assert explained(text_model, "a film", Baseline.random(texts, seed=4)).baseline == "random sample"


# ---------------------------------------------------------------- what cannot be

BAD: list[tuple[object, str]] = [
    (Baseline.sample(photo(200, 100, 50)), "equals the sample"),
    (Baseline.dataset([photo(200, 100, 50)] * 3), "equals the sample"),
    (Baseline.mean([]), "the data set of the baseline is empty"),
    (Baseline.dataset([]), "the data set of the baseline is empty"),
    (Baseline.random(iter([])), "the data set of the baseline is empty"),
    (Baseline.sample(torch.rand(3, 5, 6)), r"shape \(3, 5, 6\), and the sample \(3, 6, 6\)"),
    (Baseline.sample("none.jpg"), "there is no file none.jpg"),
    (Baseline.mean(3), "a int is not a data set|int is not a data set"),
    (torch.zeros(3, 6, 5), r"shape \(3, 6, 5\)"),
    (300, "no baseline '300'"),
    (-1, "no baseline '-1'"),
    ((1, 2), "no baseline of type tuple"),
    (object(), "no baseline of type object"),
]


@pytest.mark.parametrize(("baseline", "message"), BAD, ids=range(len(BAD)))
def test_a_baseline_that_cannot_be(baseline: object, message: str, model: Model) -> None:
    with pytest.raises(AttributionError, match=message) as caught:
        explain(model, photo(200, 100, 50), baseline=baseline)
    assert caught.value.next_step


@pytest.mark.parametrize("baseline", ["noise", "mean", "blurred", 3, object(), Baseline.noise()])
def test_texts_have_no_such_baselines(baseline: object, text_model: Model) -> None:
    with pytest.raises(BadBaseline) as caught:
        explain(text_model, "a film", baseline=baseline)
    assert "Baseline." in caught.value.next_step


def test_no_samples_are_no_distribution() -> None:
    with pytest.raises(BadBaseline, match="0 samples"):
        Baseline.dataset([1], most=0)
