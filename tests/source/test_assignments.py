"""Which expressions a name was assigned, read off code that has run."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest

from heatline.source.assignments import History, history_in, history_in_function, history_of


def values(history: History, name: str) -> list[str]:
    """The expressions that may have given a name its value, most probable first."""
    found = [history.bindings[place] for place in history.candidates(name)]
    return ["?" if binding.value is None else ast.unparse(binding.value) for binding in found]


CELLS = [
    ("pred = model(x)", ["model(x)"]),
    ("pred = model(x)\npred = other(x)", ["other(x)"]),
    ("a = pred = model(x)", ["model(x)"]),
    ("pred: Tensor = model(x)", ["model(x)"]),
    ("pred, aux = net(x)", ["net(x)[0]"]),
    ("aux, *rest, pred = net(x)", ["net(x)[-1]"]),
    ("(pred, y), z = net(x)", ["net(x)[0][0]"]),
    ("y, pred = a, net(x)", ["net(x)"]),
    ("if (pred := model(x)).max() > 0: pass", ["model(x)"]),
    ("pred = model(x)\npred /= 2", ["pred / 2"]),
    ("with torch.no_grad():\n    pred = model(x)", ["model(x)"]),
    ("for x in loader:\n    pred = model(x)", ["model(x)"]),
    ("pred = first(x)\nif again:\n    pred = second(x)", ["second(x)", "first(x)"]),
    ("if a:\n    pred = one(x)\nelse:\n    pred = two(x)", ["two(x)", "one(x)"]),
    ("try:\n    pred = one(x)\nexcept ValueError:\n    pred = two(x)", ["two(x)", "one(x)"]),
    ("pred = model(x)\ndef f():\n    pred = 3", ["model(x)"]),
    ("pred = model(x)\nf = lambda: (pred := 1)", ["model(x)"]),
    ("pred = model(x)\nfor pred in preds: pass", ["?", "model(x)"]),
    ("get_ipython().run_cell_magic('time', '', 'pred = model(x)\\n')", ["model(x)"]),
    ("pred = model(x)\ndel pred", ["?"]),
    ("self.pred = model(x)", []),
    ("pred = = 3", []),
]


@pytest.mark.parametrize(("cell", "expected"), CELLS)
def test_what_a_cell_assigned(cell: str, expected: list[str]) -> None:
    assert values(history_of([cell]), "pred") == expected


def test_the_last_cell_counts_and_broken_ones_are_passed_over() -> None:
    history = history_of(["pred = model(x)", "probs = pred.softmax(1)", "pred = (", "self.pred = probs"])
    assert values(history, "pred") == ["model(x)"]
    assert values(history, "self.pred") == ["probs"]


FUNCTION = """
def step(self, batch):
    x, y = batch
    pred = self.warm(x)
    for i in range(3):
        mark = 1
        pred = self.net(x)
        x = x + 1
    else:
        pred = self.after(x)
    with torch.autocast("cuda"):
        pred = self.last(x)
"""

LINES = [
    (2, []),
    (4, []),
    (5, ["self.net(x)", "self.warm(x)"]),  # in the second round, or in the first
    (6, ["self.net(x)", "self.warm(x)"]),
    (8, ["self.net(x)"]),
    (10, ["self.net(x)", "self.warm(x)"]),
    (12, ["self.after(x)", "self.net(x)", "self.warm(x)"]),
    (13, ["self.last(x)"]),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_what_a_paused_function_has_assigned(line: int, expected: list[str]) -> None:
    """Lines count from the `def`, which is line 1 of the text."""
    assert values(history_in_function(FUNCTION.strip(), line - 1), "pred") == expected
    method = indent(FUNCTION.strip(), "    ")
    assert values(history_in_function(method, line - 1), "pred") == expected


def test_a_paused_branch_excludes_the_other() -> None:
    code = dedent("""
        if ready:
            pred = one(x)
        else:
            pred = two(x)
            mark = 1
        """).strip()
    assert values(history_in(code, 5), "pred") == ["two(x)"]


def test_what_was_bound_since_and_autocast() -> None:
    history = history_of(["with torch.autocast('cpu'):\n    pred = model(x)", "y = 1", "x[0] = 0", "z.mul_(2)"])
    (place,) = history.candidates("pred")
    assert history.bindings[place].autocast
    assert history.bound_since(place, {"x", "model"}) == "x"
    assert history.bound_since(place, {"z"}) == "z"
    assert history.bound_since(place, {"model"}) is None
