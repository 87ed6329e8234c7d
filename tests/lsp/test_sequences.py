"""Documents opened, changed and closed, samples explained and cancelled, in any order: every request has one answer.

hypothesis chooses the orders. `make test` tries a few, `make fuzz` many.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from ..agent.workspace import write
from .editor import Editor, RpcError

EXAMPLES = 200 if os.environ.get("HEATLINE_FUZZ") else 4
STEPS = 15

NAMES = st.sampled_from(["a.py", "b.py", "folder with spaces/ü.py"])
SOURCES = st.lists(
    st.sampled_from(
        [
            "from models import sentiment\n",
            "model = sentiment()\n",
            'x = "a good film"\n',
            'y = "😀 a bad film',
            "\n",
            "pred = model(x)\n",
            '"photo.png"\r\n',
            "def f(:\n",
            "\x0c\t",
        ]
    ),
    max_size=6,
).map("".join)
PLACES = st.tuples(st.integers(0, 6), st.integers(0, 30))
MODELS = st.sampled_from(["sentiment", "noisy", "raises", "nothing", "slow"])
TEXTS = st.sampled_from(["a good film", "a bad film", "", "😀"])


@cache
def editor() -> Editor:
    """One server for all sequences: what one leaves behind, the next one meets."""
    found = Editor()
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    root = write(Path(folder.name))
    (root / "folder with spaces").mkdir()
    found.open(root, options={"images": True})
    found.root = root  # type: ignore[attr-defined]
    return found


class Sequences(RuleBasedStateMachine):
    """One sequence of what a person and their editor do."""

    def __init__(self) -> None:
        super().__init__()
        self.editor = editor()
        self.root: Path = self.editor.root  # type: ignore[attr-defined]
        self.version = 0
        self.pending: list[int] = []

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def send(self, method: str, params: Any) -> None:
        self.pending.append(self.editor.send(method, params))

    @rule(name=NAMES, text=SOURCES)
    def open(self, name: str, text: str) -> None:
        self.editor.edit(self.root / name, text)

    @rule(name=NAMES, text=SOURCES)
    def change(self, name: str, text: str) -> None:
        """Also of a document that is not open."""
        self.version += 1
        document = {"uri": self.uri(name), "version": self.version}
        params = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.editor.notify("textDocument/didChange", params)

    @rule(name=NAMES)
    def close(self, name: str) -> None:
        self.editor.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})

    @rule(name=NAMES, place=PLACES)
    def hover(self, name: str, place: tuple[int, int]) -> None:
        position = {"line": place[0], "character": place[1]}
        self.send("textDocument/hover", {"textDocument": {"uri": self.uri(name)}, "position": position})
        self.send("heatline/inlineWords", {"textDocument": {"uri": self.uri(name)}, "position": position})

    @rule(name=NAMES, place=PLACES)
    def look(self, name: str, place: tuple[int, int]) -> None:
        position = {"line": place[0], "character": place[1]}
        document, span = {"uri": self.uri(name)}, {"start": position, "end": position}
        self.send("textDocument/codeAction", {"textDocument": document, "range": span, "context": {"diagnostics": []}})
        self.send("textDocument/codeLens", {"textDocument": document})
        self.send("textDocument/inlayHint", {"textDocument": document, "range": span})

    @rule(model=MODELS, text=TEXTS, job=st.sampled_from([None, "one", "two"]))
    def explain(self, model: str, text: str, job: str | None) -> None:
        ref = {"kind": "factory", "spec": f"models.py:{model}"}
        self.send("heatline/explain", {"model": ref, "sample": {"kind": "text", "text": text}, "job": job, "steps": 4})

    @rule(which=st.integers(0, 20))
    def cancel(self, which: int) -> None:
        if self.pending:
            self.editor.cancel(self.pending[which % len(self.pending)])

    @rule(hints=st.booleans())
    def configure(self, hints: bool) -> None:
        self.editor.configure(inlayHints=hints)

    def teardown(self) -> None:
        for id_ in self.pending:
            assert self.kind_of_answer(id_) in ("result", "bad-input", "user-code", "cancelled")
            assert self.editor.is_waiting(id_), "a request was answered twice"
        assert self.editor.request("heatline/locate", {"source": "x", "offset": 0})["text"] == "x"
        assert b"Traceback" not in self.editor.log

    def kind_of_answer(self, id_: int) -> str:
        """Of an error its kind."""
        try:
            self.editor.answer(id_)
        except RpcError as error:
            return error.kind
        return "result"


Sequences.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestSequences = pytest.mark.fuzz(Sequences.TestCase)


def test_it_ends_well() -> None:
    assert editor().close() == 0
