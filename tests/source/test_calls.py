"""Calls of models, and what flows into them. In each case `|` marks the place that is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatline.source import Modules, literal_at
from heatline.source.calls import ModelCall, model_call_at

HEAD = """\
import torch, heatline, nets
import torch.nn.functional as F
from torch import nn
from PIL import Image
from nets import build, ready
class Net(nn.Module):
    def forward(self, x): return x
def make(width=3): return Net()
model = make().eval()
text = "a good film"
"""
NETS = "from torch import nn\nclass Deep(nn.Module):\n    def forward(self, x): return x\ndef build(): return Deep()\n"
NETS += "ready = build()\n"

CALLS = [
    # what stands behind HEAD; the call, its model, the literals that flow into it
    ("pred| = model(text)", "model(text)", "main.py:make", ["a good film"]),
    ("pred = mod|el(text)", "model(text)", "main.py:make", ["a good film"]),
    ("pred = model(text)\nprint(pred|.argmax())", "model(text)", "main.py:make", ["a good film"]),
    ("pred = model('a bad film')\npr|ed", "model('a bad film')", "main.py:make", ["a bad film"]),
    ("a, b = model(text)\nb|", "model(text)", "main.py:make", ["a good film"]),
    ("p = torch.softmax(model(text), -1)[0]\np|", "model(text)", "main.py:make", ["a good film"]),
    ("p = model(text).softmax(-1)\np|", "model(text)", "main.py:make", ["a good film"]),
    ("if (p := model(text)) is not None:\n    p|", "model(text)", "main.py:make", ["a good film"]),
    ("net = model\nnet = net.to('cpu')\np| = net(text)", "net(text)", "main.py:make", ["a good film"]),
    ("p| = make()(text)", "make()(text)", "main.py:make", ["a good film"]),
    ("p| = make().cuda().eval()(text)", "make().cuda().eval()(text)", "main.py:make", ["a good film"]),
    ("p| = Net()(text)", "Net()(text)", "main.py:Net", ["a good film"]),
    ("m = build()\np| = m(text)", "m(text)", "nets.py:build", ["a good film"]),
    ("m = nets.Deep()\np| = m(text)", "m(text)", "nets.py:Deep", ["a good film"]),
    ("p| = ready(text)", "ready(text)", "nets.py:build", ["a good film"]),
    ("p| = nets.ready(text)", "nets.ready(text)", "nets.py:build", ["a good film"]),
    ("m = heatline.load_model('films')\np| = m(text)", "m(text)", "films", ["a good film"]),
    ("m = torch.jit.load('film.pt')\np| = m(text)", "m(text)", "film.pt", ["a good film"]),
    ("m = torch.export.load('film.pt2').module()\np| = m(text)", "m(text)", "film.pt2", ["a good film"]),
    ("m = make(7)\np| = m(text)", "m(text)", "", ["a good film"]),
    ("m = nn.Linear(2, 2)\np| = m(text)", "m(text)", "", ["a good film"]),
    ("p| = model(", None, "", []),
    # what flows in
    ("x = encode(text, 'pt')\np| = model(x)", "model(x)", "main.py:make", ["a good film", "pt"]),
    ("x = encode(text, mode='pt')\np| = model(**x)", "model(**x)", "main.py:make", ["a good film"]),
    ("p| = model(text='a bad film')", "model(text='a bad film')", "main.py:make", ["a bad film"]),
    ("x = Image.open('cat.png').convert('RGB')\np| = model(x)", "model(x)", "main.py:make", ["cat.png", "RGB"]),
    ("x = 'old one'\nx = 'new one'\np| = model(x)\nx = 'next one'", "model(x)", "main.py:make", ["new one"]),
    ("x = text\nx = x.lower()\np| = model(x)", "model(x)", "main.py:make", ["a good film"]),
    ("for x in ['one film', 'two films']:\n    p| = model(x)", "model(x)", "main.py:make", ["one film", "two films"]),
    ("p| = model(f'a {text}')", "model(f'a {text}')", "main.py:make", ["a a good film"]),
    ("p| = model(f'{text!r} {3}')", "model(f'{text!r} {3}')", "main.py:make", []),
    (
        "if text:\n    x = 'one film'\nelse:\n    x = 'two films'\np| = model(x)",
        "model(x)",
        "main.py:make",
        ["one film", "two films"],
    ),
    ("x = 'a film'\nif text:\n    x = 'no film'\n    p| = model(x)", "model(x)", "main.py:make", ["no film"]),
    (
        "x = 'a film'\nwhile text:\n    p| = model(x)\n    x = 'no film'",
        "model(x)",
        "main.py:make",
        ["no film", "a film"],
    ),
    ("x = 'a '\nx += 'film'\np| = model(x)", "model(x)", "main.py:make", ["a ", "film"]),
    ("x = 'a film'\nx = 'no film'\ndef f():\n    p| = model(x)", "model(x)", "main.py:make", ["a film", "no film"]),
    ("def f(x):\n    p| = model(x)", "model(x)", "main.py:make", []),
    ("def f(text):\n    p| = model(text)", "model(text)", "main.py:make", []),
    ("def f():\n    p| = model(text)", "model(text)", "main.py:make", ["a good film"]),
    (
        "class T:\n    def __init__(self):\n        self.net = make()\n        self.text = 'so good'\n"
        "    def run(self):\n        p| = self.net(self.text)",
        "self.net(self.text)",
        "main.py:make",
        ["so good"],
    ),
    # half-typed
    ("p = model(text)\nq = (p|", "model(text)", "main.py:make", ["a good film"]),
    ("def f(:\n  pass\np| = model(text)", "model(text)", "main.py:make", ["a good film"]),
    ("if True\n    p| = model(text)", "model(text)", "main.py:make", ["a good film"]),
]

NO_CALLS = [
    "|model",
    "x = tex|t",
    "p| = len(text)",
    "p| = Net()",
    "p = model(te|xt)",
    "p| = unknown(text)",
    "p = text\nmodel(p|)",
    "def f(model):\n    p| = model(text)",
    "model = print\np| = model(text)",
    "p.mod|el(text)",
    "|",
    "# mod|el(text)",
]


def ask(root: Path, marked: str) -> tuple[ModelCall | None, str]:
    (root / "nets.py").write_text(NETS)
    offset = len(HEAD) + marked.index("|")
    source = HEAD + marked.replace("|", "", 1) + "\n"
    return model_call_at(source, offset, str(root / "main.py"), Modules(str(root))), source


def values_of(found: ModelCall, source: str) -> list[str]:
    literals = {start: literal_at(source, start + 1) for start in found.literals}
    return [found.known.get(start, literal.value) for start, literal in literals.items() if literal is not None]


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("adjective = 'good'\np| = model(f'a {adjective} film')", ["a good film"]),
        ("n = 'f'\np| = model(f'{{a}}\\t{n}{\"il\"}' rf'm\\t{n}')", ["{a}\tfilm\\tf"]),
        ("a = f'very {text}'\np| = model(f'a {a}')", ["a very a good film"]),
        ("n = 1\np| = model(f'a {n}')", []),
        ("p| = model(f'a {text:>20}')", []),
        ("if text:\n    text = 'a film'\np| = model(f'so: {text}')", []),
    ],
)
def test_formatted_literals_whose_value_is_known(tmp_path: Path, source: str, values: list[str]) -> None:
    found, text = ask(tmp_path, source)
    assert found is not None
    assert values_of(found, text) == values


@pytest.mark.parametrize(
    ("source", "batch", "entry"),
    [
        ("p| = model(['one film', 'two films'])", True, None),
        ("x = ('one film', 'two films')\np = model(encode(x, 'pt', padding=True))\np|[1]", True, 1),
        ("p = model(['one film', 'two films'])\np|[-1].argmax()", True, -1),
        ("p = model(['one film', 'two films']).logits\np|[1]", True, None),
        ("p| = model(['one film', text])", False, None),
        ("p| = model('one film', 'two films')", False, None),
        ("for x in ['one film', 'two films']:\n    p| = model(x)", False, None),
    ],
)
def test_batches_and_which_of_their_entries(tmp_path: Path, source: str, batch: bool, entry: int | None) -> None:
    found, _ = ask(tmp_path, source)
    assert found is not None
    assert (len(found.batch) == 2, found.entry) == (batch, entry)


@pytest.mark.parametrize(("marked", "call", "spec", "literals"), CALLS)
def test_calls(tmp_path: Path, marked: str, call: str | None, spec: str, literals: list[str]) -> None:
    found, source = ask(tmp_path, marked)
    if call is None:
        return
    assert found is not None
    assert source[found.start : found.end] == call
    assert found.spec == spec
    assert values_of(found, source) == literals


@pytest.mark.parametrize("marked", NO_CALLS)
def test_no_calls(tmp_path: Path, marked: str) -> None:
    assert ask(tmp_path, marked)[0] is None


def test_the_names_that_flow_in(tmp_path: Path) -> None:
    marked = "x = encode(text)\nbatch = torch.stack([x])\np| = model(batch, mask=x.mask)"
    found, _ = ask(tmp_path, marked)
    assert found is not None
    assert (found.callee, found.arguments) == ("model", ("batch", "x.mask"))
    assert found.names == ("batch", "x", "text", "x.mask")


@given(
    st.lists(st.sampled_from([*"|()[]=:.,\n", "p", " model", "self.", "text", "x ", "def f", "    ", "for ", "'"])),
    st.integers(0, 60),
)
def test_any_text_is_borne(pieces: list[str], place: int) -> None:
    source = HEAD + "".join(pieces)
    found = model_call_at(source, len(HEAD) + place, "/nowhere/main.py", Modules("/nowhere"))
    assert found is None or 0 <= found.start < found.end <= len(source)
