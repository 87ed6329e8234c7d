"""Values of expressions, found without running anything of the person's."""

from __future__ import annotations

import ast
from collections import namedtuple
from typing import Any

import pytest
import torch
from torch import nn

from heatline.agent.looking import NotSeen, look
from heatline.agent.variables import within_reach

Pair = namedtuple("Pair", "first second")


class Watchful:
    """Everything of its own that runs is an error."""

    def __init__(self) -> None:
        self.net = nn.Linear(2, 2)
        self.items = {"x": torch.ones(2)}

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("ran")

    def __getitem__(self, key: object) -> Any:
        raise RuntimeError("ran")

    def __call__(self) -> Any:
        raise RuntimeError("ran")

    @property
    def computed(self) -> Any:
        raise RuntimeError("ran")

    __repr__ = __eq__ = __len__ = __iter__ = __bool__ = __call__  # type: ignore[assignment]
    __hash__ = object.__hash__


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Linear(2, 2)
        self.register_buffer("mean", torch.zeros(2))


VARIABLES: dict[str, object] = {
    "torch": torch,
    "it": Watchful(),
    "x": torch.arange(6.0).reshape(2, 3),
    "pair": Pair(1, 2),
    "words": ["a", "b"],
    "n": 1,
}

SEEN = [
    ("it.net", lambda: VARIABLES["it"].__dict__["net"]),
    ("it.items['x'].sum().item()", lambda: 2.0),
    ("x[0, 1:].tolist()", lambda: [1.0, 2.0]),
    ("x.max(1).indices.tolist()", lambda: [2, 2]),
    ("(x / 2 - 1)[n][0].item()", lambda: 0.5),
    ("torch.softmax(x[:, :1], dim=-n).tolist()", lambda: [[1.0], [1.0]]),
    ("pair.second", lambda: 2),
    ("words[-1]", lambda: "b"),
    ("{'a': n, 'b': (n, [n])}", lambda: {"a": 1, "b": (1, [1])}),
]


@pytest.mark.parametrize(("text", "expected"), SEEN)
def test_what_can_be_seen(text: str, expected: Any) -> None:
    value, wanted = look(ast.parse(text, mode="eval").body, VARIABLES), expected()
    assert value is wanted or value == wanted


UNSEEN = [
    "it.computed", "it.absent", "it[0]", "it()", "it + 1", "nobody", "x.add_(1)", "x.backward()", "words[9]",
    "x.grad_fn", "it.items[it]", "torch.manual_seed(3)", "open('f')", "[y for y in x]", "lambda: 1", "f'{x}'",
    "words.pop()", "torch.load('f')", "x[it]", "words + words", "-it", "x.to(it.computed)",
]  # fmt: skip


@pytest.mark.parametrize("text", UNSEEN)
def test_what_would_have_to_run_is_not_seen(text: str) -> None:
    before = torch.get_rng_state()
    with pytest.raises(NotSeen):
        look(ast.parse(text, mode="eval").body, VARIABLES)
    assert torch.equal(torch.get_rng_state(), before)
    assert VARIABLES["words"] == ["a", "b"]


def test_what_is_within_reach_is_one_step_away() -> None:
    net = Net()
    found = [name for name, _ in within_reach({"it": VARIABLES["it"], "self": net, "other": net, "rows": ({}, net)})]
    assert found == [
        "rows",
        "other",
        "self",
        "it",
        "rows[0]",
        "rows[1]",
        "self.part",
        "self.training",
        "it.net",
        "it.items",
    ]
