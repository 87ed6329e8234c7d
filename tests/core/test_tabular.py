"""Tables: rows in any form, columns by name, categories added up, rows of files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from torch import Tensor, nn

from attribution_core import (
    BadBaseline,
    BadSample,
    Baseline,
    Model,
    Tabular,
    TabularAttribution,
    explain,
    predict,
    read_row,
    read_rows,
)

TITANIC = Tabular(
    columns=["age", "fare", "sex", "port"],
    categories={"sex": ["female", "male"], "port": ["C", "Q", "S"]},
    mean={"age": 30.0, "fare": 32.0},
    std={"age": 14.0, "fare": 50.0},
    missing={"age": 28.0},
)
WOMAN = {"age": 44, "fare": 82.0, "sex": "female", "port": "S"}


@pytest.fixture
def weights() -> Tensor:
    return torch.tensor([[0.5, -0.2, 1.0, -1.0, 0.3, 0.2, -0.1], [0.0] * 7])


@pytest.fixture
def model(weights: Tensor) -> Model:
    linear = nn.Linear(7, 2)
    with torch.no_grad():
        linear.weight.copy_(weights)
    return Model(linear, TITANIC, labels=["survived", "died"])


def explained(model: object, row: object, **options: Any) -> TabularAttribution:
    found = explain(model, row, **options)
    assert isinstance(found, TabularAttribution)
    return found


def test_columns_carry_names_values_and_scores(model: Model) -> None:
    found = explained(model, WOMAN, score="logit", target="survived", steps=2)
    assert [(column.name, column.value) for column in found.columns] == [
        ("age", "44"), ("fare", "82"), ("sex", "female"), ("port", "S"),
    ]  # fmt: skip
    expected = [0.5 * 1.0, -0.2 * 1.0, 1.0, -0.1]
    assert [column.score for column in found.columns] == pytest.approx(expected, abs=1e-6)
    assert found.scores.shape == (7,), "one per feature of the network"
    assert found.baseline == "column means, no category"
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-5


def test_a_category_is_the_sum_of_its_features(model: Model) -> None:
    """Against another row both the value that was left and the value that came count."""
    other = {"age": 30, "fare": 32, "sex": "male", "port": "S"}
    found = explained(model, WOMAN, score="logit", target=0, steps=2, baseline=Baseline.sample(other))
    sex = next(column for column in found.columns if column.name == "sex")
    assert sex.score == pytest.approx(1.0 - -1.0, abs=1e-6)
    assert explained(model, WOMAN, score="logit", target=0, steps=2, baseline=other).scores.tolist() == pytest.approx(
        found.scores.tolist()
    )


FORMS: dict[str, object] = {
    "a mapping": WOMAN,
    "more columns, another order": {"name": "Emily", "port": "S", "sex": "female", "fare": 82.0, "age": 44},
    "strings, as from a file": {"age": "44", "fare": "82.0", "sex": "female", "port": "S"},
    "a sequence": [44, 82.0, "female", "S"],
    "an array": numpy.array([44, 82.0, "female", "S"], dtype=object),
    "encoded": torch.tensor([1.0, 1, 1, 0, 0, 0, 1]),
    "encoded, a batch of one": torch.tensor([[1.0, 1, 1, 0, 0, 0, 1]]),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_row_in_any_form_gives_the_same(form: str, model: Model) -> None:
    found = explained(model, FORMS[form], steps=2)
    expected = explained(model, WOMAN, steps=2)
    torch.testing.assert_close(found.scores, expected.scores)
    assert [(c.name, c.value) for c in found.columns] == [(c.name, c.value) for c in expected.columns]


def test_what_a_row_lacks_is_filled_in(model: Model) -> None:
    found = explained(model, {**WOMAN, "age": "", "port": None}, steps=2, score="logit", target=0)
    assert [column.value for column in found.columns] == ["missing", "82", "female", "missing"]
    assert found.columns[0].score == pytest.approx(0.5 * (28 - 30) / 14, abs=1e-6)
    assert found.columns[3].score == 0, "no category"


BAD_ROWS: list[tuple[object, str, str]] = [
    ({"age": 3}, "the row has no fare, sex, port", "It has age"),
    ([1, 2], "the row has 2 values, and the model takes 4", "age, fare, sex, port"),
    ({**WOMAN, "age": "old"}, "age is 'old', not a number", "categories="),
    ({**WOMAN, "fare": float("nan")}, "fare is nan", "finite"),
    ({**WOMAN, "fare": float("inf")}, "fare is inf", "finite"),
    ({**WOMAN, "sex": "femal"}, "sex is 'femal'", "female, male"),
    (torch.ones(6), "the row has 6 numbers, and the columns make 7 features", "in this order: age"),
    (torch.ones(2, 7), r"shape \(2, 7\) is not one row", "batch"),
    (torch.ones(7).long(), "is not one row", "floats"),
    (torch.tensor([1.0, float("nan"), 0, 0, 0, 0, 0]), "not finite", "NaN"),
    ("a text", "a row of a table, and a str was given", "mapping"),
    (3, "a row of a table, and a int was given", "mapping"),
]


@pytest.mark.parametrize(("row", "message", "step"), BAD_ROWS)
def test_a_row_that_cannot_be(row: object, message: str, step: str, model: Model) -> None:
    with pytest.raises(BadSample, match=message) as caught:
        explain(model, row)
    assert step in caught.value.next_step


BAD_BASELINES: list[tuple[object, str]] = [
    (torch.zeros(6), r"the baseline has shape \(6,\), and the sample \(7,\)"),
    (torch.zeros(2, 7), r"the baseline has shape \(2, 7\)"),
    ("black", "no baseline 'black' for a table"),
    (3, "no baseline '3' for a table"),
    (numpy.zeros(7), "no baseline of type ndarray for a table"),
    (Baseline.noise(), "have no range"),
    (Baseline.sample(WOMAN), "equals the sample"),
    (torch.full((7,), float("inf")), "not finite"),
]


@pytest.mark.parametrize(("baseline", "message"), BAD_BASELINES, ids=[message for _, message in BAD_BASELINES])
def test_a_baseline_that_cannot_be(baseline: object, message: str, model: Model) -> None:
    with pytest.raises(BadBaseline, match=message) as caught:
        explain(model, WOMAN, baseline=baseline)
    assert caught.value.next_step


def test_means_that_are_not_known() -> None:
    with pytest.raises(BadBaseline, match="means of the columns are not known") as caught:
        explain(nn.Linear(3, 2), [1.0, 2.0, 3.0], baseline="mean")
    assert "Baseline.mean(rows)" in caught.value.next_step


def test_options_for_columns_that_are_not_there() -> None:
    options: list[dict[str, Any]] = [{"categories": {"agge": ["x"]}}, {"mean": {"agge": 1}}, {"std": {"agge": 1}}]
    for option in options:
        with pytest.raises(BadSample, match=rf"Tabular\({next(iter(option))}=...\) names no column: agge"):
            Tabular(columns=["age"], **option)


# ---------------------------------------------------------------- rows for bare modules

ROWS: dict[str, object] = {
    "a list": [0.5, -1.0, 2.0],
    "an array": numpy.array([0.5, -1.0, 2.0], dtype=numpy.float32),
    "an array of one row": numpy.array([[0.5, -1.0, 2.0]]),
    "a tensor": torch.tensor([0.5, -1.0, 2.0]),
    "a batch of one": torch.tensor([[0.5, -1.0, 2.0]]),
    "a mapping": {"a": 0.5, "b": -1.0, "c": 2.0},
}


@pytest.mark.parametrize("form", ROWS)
def test_a_module_whose_first_layer_is_linear_reads_rows(form: str, mlp_of_three: nn.Module) -> None:
    found = explained(mlp_of_three, ROWS[form], method="gradient", score="logit", target=1)
    inputs = torch.tensor([[0.5, -1.0, 2.0]], requires_grad=True)
    (expected,) = torch.autograd.grad(mlp_of_three(inputs)[0, 1], inputs)
    torch.testing.assert_close(found.scores, expected[0])
    names = ["a", "b", "c"] if form == "a mapping" else ["feature 0", "feature 1", "feature 2"]
    assert [column.name for column in found.columns] == names
    assert predict(mlp_of_three, ROWS[form]).kind == "tabular"


@pytest.fixture
def mlp_of_three() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))


def test_a_batch_of_rows_is_one_too_many(mlp_of_three: nn.Module) -> None:
    with pytest.raises(BadSample, match="a batch of 4 rows was given") as caught:
        explain(mlp_of_three, torch.ones(4, 3))
    assert caught.value.next_step == "Pick one: batch[0]."


def test_a_row_of_another_length_is_the_models_to_say(mlp_of_three: nn.Module) -> None:
    with pytest.raises(Exception, match=r"failed on an input of shape \(1, 5\)"):
        explain(mlp_of_three, [1.0] * 5)


# ---------------------------------------------------------------- rows of files


def test_a_row_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text('name,age,note\nEmily,44,"first, class"\n\nJohn, 30 ,second\n', encoding="utf-8")
    assert read_row(path, 1) == {"name": "Emily", "age": "44", "note": "first, class"}
    assert read_row(path, 2) == {"name": "John", "age": "30 ", "note": "second"}
    assert len(list(read_rows(path))) == 2


@pytest.mark.parametrize(("separator", "name"), [(",", "a.csv"), (";", "a.csv"), ("|", "a.csv"), ("\t", "a.tsv")])
def test_separators(separator: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(f"a{separator}b\r\n1{separator}2\r\n", encoding="utf-8-sig")
    assert read_row(tmp_path / name, 1) == {"a": "1", "b": "2"}


def test_a_file_without_names_gives_lists(tmp_path: Path) -> None:
    path = tmp_path / "adult.csv"
    path.write_text("39, State-gov, 77516\n50, Private, 83311\n")
    assert read_row(path, 1) == ["39", "State-gov", "77516"]
    assert read_row(str(path), 2) == ["50", "Private", "83311"]


def test_a_row_of_a_file_is_explained(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("survived,age,fare,sex,port\n1,44,82,female,S\n")
    torch.testing.assert_close(explain(model, read_row(path, 1), steps=2).scores, explain(model, WOMAN, steps=2).scores)


BAD_TABLES: list[tuple[bytes | None, int, str, str]] = [
    (None, 1, "cannot be read: No such file", "path"),
    (b"", 1, "is empty", "at least one row"),
    (b"a,b\n1,2\n", 2, "there is no row 2 in data.csv", "It has 1 rows"),
    (b"a,b\n1,2\n", 0, "there is no row 0", "counted from 1"),
    (b"a,b\n1,2\n3\n", 2, "row 2 of data.csv has 1 values, and the first line 2", "separators"),
    (b"a,b\n\xff,2\n", 1, "is not UTF-8", "UTF-8"),
    (b'a,b\n"' + b"x" * 200_000 + b'",2\n', 1, "is no table: field larger than", "CSV"),
]


@pytest.mark.parametrize(("content", "number", "message", "step"), BAD_TABLES)
def test_a_table_that_cannot_be_read(
    content: bytes | None, number: int, message: str, step: str, tmp_path: Path
) -> None:
    path = tmp_path / "data.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSample, match=message) as caught:
        read_row(path, number)
    assert re.search(step, caught.value.next_step)
