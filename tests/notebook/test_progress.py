"""Long work in a notebook's cell shows how far it is, and leaves the result alone behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from heatline.protocol import RESULT_MIME

from .kernel import Notebook, notebook

SETUP = """
import time, torch, heatline
from torch import nn

class Slow(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)
    def forward(self, x):
        time.sleep(0.12)
        return self.out(x.flatten(1))

torch.manual_seed(0)
slow, quick = Slow(), nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
x = torch.rand(1, 1, 2, 2)
"""


@pytest.fixture(scope="module")
def cells() -> Iterator[Notebook]:
    with notebook() as opened:
        assert opened.run(SETUP).status == "ok"
        yield opened


def test_a_bar_comes_and_goes(cells: Notebook) -> None:
    found = cells.run("heatline.explain(slow, x, steps=20)")
    assert found.result is not None
    assert RESULT_MIME in found.result
    *drawn, last = found.shown
    assert drawn
    assert all("<progress value=" in each["text/html"] for each in drawn)
    assert "of at most 20 gradients" in drawn[-1]["text/plain"]
    assert last == {"text/plain": ""}


def test_quick_work_shows_the_result_alone(cells: Notebook) -> None:
    found = cells.run("heatline.explain(quick, x, steps=2)")
    assert found.result is not None
    assert found.shown == []


def test_an_average_shows_what_it_has_come_to(cells: Notebook) -> None:
    found = cells.run("heatline.average(slow, [x[0]] * 300, compare=False)")
    assert found.result is not None
    assert any("samples" in each["text/plain"] for each in found.shown)
    assert found.shown[-1] == {"text/plain": ""}


def test_many_samples_have_a_bar_between_their_results(cells: Notebook) -> None:
    found = cells.run("[each.index for each in heatline.explain_many(slow, [x[0]] * 30, steps=8)] == list(range(30))")
    assert found.result == {"text/plain": "True"}
    *drawn, last = found.shown
    assert drawn
    assert all("<progress value=" in each["text/html"] for each in drawn)
    assert last == {"text/plain": ""}


def test_a_loop_that_is_left_takes_the_bar_away(cells: Notebook) -> None:
    found = cells.run(
        "for each in heatline.explain_many(slow, [x[0]] * 100, steps=20):\n    if each.index == 10: break"
    )
    assert found.status == "ok"
    assert found.shown[-1] == {"text/plain": ""}


def test_an_error_takes_the_bar_away(cells: Notebook) -> None:
    broken = "lambda *_: None if time.time() < end else 1 / 0"
    assert cells.run(f"end = time.time() + 2; handle = slow.out.register_forward_hook({broken})").status == "ok"
    found = cells.run("heatline.explain(slow, x, steps=100)")
    assert found.status == "error"
    assert found.shown
    assert found.shown[-1] == {"text/plain": ""}
