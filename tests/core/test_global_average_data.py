"""What can be averaged over, and what is said where that is not possible."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from attribution_core import (
    AttributionError,
    BadRequest,
    BadSample,
    BadTarget,
    GlobalAverage,
    Image,
    Model,
    Tabular,
    Text,
    average,
)

TEXTS = ["a great film", "not bad", "bad story", "truly moving"]
LABELS = ["positive", "positive", "negative", "positive"]


@pytest.fixture
def photo_model(mlp: nn.Module) -> Model:
    return Model(mlp, inputs=Image(size=4), labels=["cat", "dog", "owl"])


@pytest.fixture
def row_model() -> Model:
    inputs = Tabular(columns=["age", "sex"], categories={"sex": ["female", "male"]}, mean={"age": 30})
    return Model(nn.Linear(3, 2), inputs=inputs, labels=["dies", "lives"])


def equal(one: GlobalAverage, other: GlobalAverage) -> bool:
    return one.samples == other.samples and torch.allclose(one.gradients, other.gradients)


def test_every_form_of_tensors_gives_the_same(mlp: nn.Module) -> None:
    samples, labels = torch.randn(12, 3, 4, 4), torch.tensor([0, 1, 2] * 4)

    class Own(Dataset[tuple[Tensor, int]]):
        def __len__(self) -> int:
            return 12

        def __getitem__(self, index: int) -> tuple[Tensor, int]:
            return samples[index], int(labels[index])

    tensors = TensorDataset(samples, labels)
    whole = average(mlp, tensors)
    assert whole.accuracy is not None
    for data in (
        Own(),
        DataLoader(tensors, batch_size=5),
        DataLoader(Own(), batch_size=None),
        DataLoader(samples, batch_size=12),  # type: ignore[arg-type]
        samples,
        list(samples),
        list(zip(samples, labels, strict=True)),
        (sample for sample in samples),
    ):
        found = average(mlp, data)
        assert equal(found, whole), type(data)
        assert found.accuracy in (None, whole.accuracy)


def test_every_form_of_texts_gives_the_same(text_model: Model, tmp_path: Path) -> None:
    rows = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]
    lines = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "lines.jsonl").write_text(lines + "\n\n")
    with gzip.open(tmp_path / "packed.jsonl.gz", "wt") as file:
        file.write(lines)
    (tmp_path / "strings.jsonl").write_text("\n".join(json.dumps(text) for text in TEXTS))
    table = ["number,review,class", *(f'{i},"{row["text"]}",{row["label"]}' for i, row in enumerate(rows))]
    (tmp_path / "table.csv").write_text("\n".join(table))
    (tmp_path / "table.tsv").write_text("\n".join(line.replace(",", "\t") for line in table))
    for text, label in zip(TEXTS, LABELS, strict=True):
        folder = tmp_path / "folder" / label
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{TEXTS.index(text)}.txt").write_text(text)
    (tmp_path / "folder" / ".hidden.txt").write_text("bad bad bad")
    (tmp_path / "folder" / "positive" / "notes.md").write_text("bad bad bad")
    whole = average(text_model, TEXTS)
    for data, labelled in (
        (rows, True),
        (list(zip(TEXTS, LABELS, strict=True)), True),
        (DataLoader(list(zip(TEXTS, LABELS, strict=True)), batch_size=3), True),  # type: ignore[arg-type]
        (tmp_path / "lines.jsonl", True),
        (str(tmp_path / "packed.jsonl.gz"), True),
        (tmp_path / "strings.jsonl", False),
        (tmp_path / "table.csv", True),
        (tmp_path / "table.tsv", True),
        (tmp_path / "folder", True),
    ):
        found = average(text_model, data)
        assert found.samples == 4, data
        assert (found.accuracy is not None) == labelled, data
        by_name = dict(zip(found.names, found.gradients.T.tolist(), strict=True))
        for name, values in zip(whole.names, whole.gradients.T.tolist(), strict=True):
            assert by_name[name] == pytest.approx(values), (data, name)


def test_token_ids_with_a_mask(transformer_net: nn.Module, vocabulary: dict[str, int]) -> None:
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = transformer_net

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            found: Tensor = self.net(input_ids * attention_mask)
            return found

    ids = torch.tensor([[3, 4, 5], [7, 8, 0]])
    batch = {"input_ids": ids, "attention_mask": (ids > 0).long(), "labels": torch.tensor([0, 2])}
    rows = [{name: part[i] for name, part in batch.items()} for i in range(2)]
    model = Model(Masked(), inputs=Text(vocabulary=vocabulary))
    loader: DataLoader[object] = DataLoader(rows, batch_size=2)  # type: ignore[arg-type]
    for data in (loader, rows):
        found = average(model, data)
        assert found.samples == 2
        assert found.accuracy is not None
        assert set(found.names) == {"a", "great", "film", "not", "bad"}


def test_a_folder_of_photos(photo_model: Model, photo_file: Callable[..., Path], tmp_path: Path) -> None:
    for label, size in (("cat", (8, 6)), ("owl", (4, 4)), ("unheard of", (5, 9))):
        (tmp_path / "photos" / label).mkdir(parents=True)
        photo_file(name=f"photos/{label}/one.png", size=size)
    (tmp_path / "photos" / "cat" / "broken.jpg").write_bytes(b"no photo")
    found = average(photo_model, tmp_path / "photos")
    assert found.samples == 3
    assert found.data == "photos"
    assert found.gradients.shape == (3, 3, 4, 4)
    assert any("1 of 4 samples could not be read" in note and "broken.jpg" in note for note in found.notes)
    assert "The labels of 1 samples are no classes of the model." in found.notes
    assert found.accuracy in (0, 0.5, 1)


def test_a_table_of_photos(photo_model: Model, photo_file: Callable[..., Path], tmp_path: Path) -> None:
    photo_file(name="a.png")
    photo_file(name="b.png", size=(4, 4))
    (tmp_path / "photos.csv").write_text("file,label\na.png,cat\nb.png,1\n")
    found = average(photo_model, tmp_path / "photos.csv")
    assert found.samples == 2
    assert found.accuracy is not None


def test_rows_of_a_table(row_model: Model, tmp_path: Path) -> None:
    rows = [{"age": 20 + i, "sex": "male" if i % 3 else "female"} for i in range(9)]
    (tmp_path / "rows.csv").write_text(
        "\n".join(["sex,port,age,target", *(f"{row['sex']},S,{row['age']},{i % 2}" for i, row in enumerate(rows))])
    )
    found = average(row_model, tmp_path / "rows.csv")
    assert found.names == ("age", "sex=female", "sex=male")
    assert equal(found, average(row_model, rows))
    assert found.accuracy == found.linear_accuracy


def test_what_was_cut_is_said(lstm_net: nn.Module, vocabulary: dict[str, int]) -> None:
    model = Model(lstm_net, inputs=Text(vocabulary=vocabulary, longest=3))
    found = average(model, ["not bad", "a great film , truly moving"])
    assert any("The text has 6 tokens; the model takes 3" in note for note in found.notes)


def test_a_limit_takes_the_first_samples(mlp: nn.Module) -> None:
    data = torch.randn(30, 3, 4, 4)
    assert equal(average(mlp, data, limit=7), average(mlp, data[:7]))
    assert equal(average(mlp, DataLoader(data, batch_size=4), limit=7), average(mlp, data[:7]))  # type: ignore[arg-type]
    assert average(mlp, data, limit=100).samples == 30


def test_a_regression_is_averaged_over_its_value() -> None:
    linear = nn.Linear(4, 1)
    found = average(Model(linear, task="regression"), torch.randn(10, 4))
    assert found.score == "value"
    torch.testing.assert_close(found.gradients, linear.weight.double(), check_dtype=False)
    assert found.agreement is None


def test_what_cannot_be_differentiated_is_measured() -> None:
    weights = torch.randn(4, 3, dtype=torch.float64)
    found = average(lambda rows: numpy.asarray(rows) @ weights.numpy(), torch.randn(8, 4, dtype=torch.float64))
    torch.testing.assert_close(found.gradients, weights.T, rtol=1e-6, atol=1e-8)
    assert "finite differences" in found.notes[0]


@pytest.mark.parametrize(
    ("data", "options", "kind", "message"),
    [
        (TEXTS, {"classes": ["positiv"]}, BadTarget, "there is no class 'positiv'"),
        (TEXTS, {"classes": []}, BadRequest, "no classes were asked for"),
        (TEXTS, {"score": "odds"}, BadRequest, "there is no score 'odds'"),
        (TEXTS, {"limit": 0}, BadRequest, "0 samples were asked for"),
        ([], {}, BadSample, "there are no samples in list"),
        (["", " "], {}, BadSample, "the text is empty"),
        ([3.5, 4.5], {}, BadSample, "the model reads text, and"),
        (12, {}, BadSample, "a int is not a data set"),
        ("nowhere", {}, BadSample, "there is no file or folder nowhere"),
        ([{"number": 1, "words": "bad"}], {}, BadRequest, "none of the columns number, words seems to hold the text"),
        ([{"text": "bad"}], {"label_column": "stars"}, BadRequest, "there is no column 'stars'"),
        ([{"text": "bad"}], {"text_column": "txt"}, BadRequest, "there is no column 'txt'"),
        (TEXTS, {"device": "abacus"}, BadRequest, "the device 'abacus' is not there"),
    ],
)
def test_mistakes_are_one_clear_line(
    text_model: Model, data: object, options: dict[str, object], kind: type[AttributionError], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        average(text_model, data, **options)  # type: ignore[arg-type]
    assert caught.value.next_step
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "empty.csv is empty"),
        ("odd.csv", "text,label\na,b,c\n", "row 1 of odd.csv has 3 values"),
        ("latin.csv", "text\ncaf\xe9\n", "latin.csv is not UTF-8"),
        ("lines.jsonl", '{"text": "bad"}\n{"text": \n', "line 2 of lines.jsonl is not JSON"),
        ("list.jsonl", "[1, 2]\n", "line 1 of list.jsonl is a list"),
        ("cut.jsonl.gz", "no archive", "cut.jsonl.gz cannot be read"),
        ("notes.md", "bad", "notes.md is no data set that can be read"),
    ],
)
def test_bad_files_are_one_clear_line(text_model: Model, tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content, encoding="latin-1")
    with pytest.raises(BadSample, match=message) as caught:
        average(text_model, tmp_path / name)
    assert caught.value.next_step


def test_a_folder_without_samples(photo_model: Model, tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing here")
    with pytest.raises(BadSample, match="there are no images in the folder"):
        average(photo_model, tmp_path)


def test_samples_of_different_sizes(conv_net: nn.Module) -> None:
    data = [torch.randn(3, 12, 12), torch.randn(3, 12, 13)]
    with pytest.raises(BadRequest, match=r"the first is \(3, 12, 12\), and another one \(3, 12, 13\)"):
        average(conv_net, data)


def test_many_classes_must_be_named() -> None:
    with pytest.raises(BadTarget, match="the model has 50 classes, and each costs a backward pass"):
        average(nn.Linear(4, 50), torch.randn(3, 4))
    assert len(average(nn.Linear(4, 50), torch.randn(3, 4), classes=[3, 7]).classes) == 2


def test_labels_must_be_as_many_as_samples(mlp: nn.Module) -> None:
    batches = [(torch.randn(4, 3, 4, 4), torch.tensor([0, 1]))]
    loader: DataLoader[object] = DataLoader(batches, batch_size=1, collate_fn=lambda batch: batch[0])  # type: ignore[arg-type]
    with pytest.raises(BadRequest, match="4 samples came with 2 labels"):
        average(mlp, loader)


@pytest.mark.parametrize(
    "text", ["A great film!", "it's not-so bad ... 日本 GREAT", "un known-word bad", "film", "\n a \t film \n"]
)
@pytest.mark.parametrize("limits", [{}, {"longest": 2}, {"shortest": 4}])
def test_ids_that_are_read_in_haste_are_those_that_are_explained(
    text: str, limits: dict[str, int], vocabulary: dict[str, int]
) -> None:
    for words in (vocabulary, {word: i for word, i in vocabulary.items() if word != "<unk>"}):
        reader = Text(vocabulary=words, **limits)  # type: ignore[arg-type]
        assert reader.read(text).ids == reader._fitted(reader.encoded(text)[2]).ids
