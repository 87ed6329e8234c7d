"""`%heatline` and `%%heatline` in a real kernel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from heatline.protocol import RESULT_MIME

from .kernel import Notebook, notebook

SETUP = """
%load_ext heatline
import torch, heatline
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Flatten(), nn.Linear(12, 3))
photo = torch.rand(1, 3, 2, 2)

class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(4, 2)
        self.out = nn.Linear(2, 2)
        with torch.no_grad():
            self.embedding.weight.copy_(torch.tensor([[0, 0], [1, 0], [-1, 0], [0, 0.0]]))
            self.out.weight.copy_(torch.tensor([[-2, 0], [2, 0.0]]))
    def forward(self, ids):
        return self.out(self.embedding(ids).sum(1))

vocabulary = {"<unk>": 0, "good": 1, "bad": 2, "film": 3}
critic = heatline.Model(Critic(), inputs=heatline.Text(vocabulary=vocabulary), labels=["blame", "praise"])
calls = 0
def count(x):
    global calls
    calls += 1
    return x
"""


@pytest.fixture(scope="module")
def cells() -> Iterator[Notebook]:
    with notebook() as opened:
        assert opened.run(SETUP).status == "ok"
        yield opened


def test_a_line_explains_and_shows_the_result(cells: Notebook) -> None:
    found = cells.run('%heatline critic "a good film" --target blame --method gradient')
    assert found.result is not None, found
    explanation = found.result[RESULT_MIME]
    assert explanation["target"]["label"] == "blame"
    assert explanation["method"] == "gradient"
    assert "good" in found.result["text/plain"]


def test_a_line_gives_a_value_to_go_on_with(cells: Notebook) -> None:
    assert cells.run("found = %heatline net photo -t 2 --score logit --steps 4").error == ": "
    assert cells.run("print(found.target.index, found.gradient_evaluations)").printed == "2 4\n"


@pytest.mark.parametrize(
    "line",
    ["pred = net(photo)", "net(photo).softmax(-1)", "a, b = net(photo), 1", "best = int(net(input=photo).argmax())"],
)
def test_a_cell_runs_and_its_last_call_is_explained(cells: Notebook, line: str) -> None:
    found = cells.run(f"%%heatline --method gradient\nbefore = 41\n{line}")
    assert found.result is not None, found
    assert found.result[RESULT_MIME]["method"] == "gradient"
    assert cells.run("print(before)").printed == "41\n"


def test_a_cell_with_an_error_shows_it_and_explains_nothing(cells: Notebook) -> None:
    found = cells.run("%%heatline\nnet(photo[0])")
    assert found.status == "error"
    assert found.result is None
    assert "shapes cannot be multiplied" in found.traceback
    assert "nothing was explained" in found.printed


def test_nothing_of_the_cell_is_computed_twice(cells: Notebook) -> None:
    found = cells.run("%%heatline\npred = net(count(photo))")
    assert "'count(photo)' would be computed once more. Give it a name before the call." in found.error
    assert cells.run("print(calls)").printed == "1\n"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%heatline net", "the following arguments are required: sample"),
        ("%heatline net missing", "missing has no value: NameError"),
        ("%heatline net photo --target 7", "7"),
        ("%heatline net photo --steps few", "invalid int value: 'few'"),
        ('%heatline critic ""', "empty"),
        ("%%heatline\nx = 1", "'x = 1' calls no model by name"),
        ("%%heatline\n# nothing", "the cell is empty"),
        ("%%heatline\nnet(", "the cell is no Python"),
    ],
)
def test_bad_input_is_one_line(cells: Notebook, cell: str, said: str) -> None:
    found = cells.run(cell)
    line = found.error + found.printed
    assert "UsageError" in line
    assert said in line
    assert "Traceback" not in found.printed


def test_help(cells: Notebook) -> None:
    assert "--tolerance" in cells.run("%heatline --help").printed
