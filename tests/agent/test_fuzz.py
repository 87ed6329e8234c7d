"""Random messages, and random conversations: every request is answered once, and nothing else is said."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from heatline.agent.stdio import Server
from heatline.framing import frame, read_message
from heatline.protocol import REQUESTS

from .served import Served, served
from .workspace import write

pytestmark = pytest.mark.fuzz

EXAMPLES = settings().max_examples

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=10,
)
_model = st.fixed_dictionaries({"kind": st.just("factory"), "spec": st.sampled_from(["models.py:sentiment", "x", ""])})
_sample = st.fixed_dictionaries({"kind": st.sampled_from(["text", "file", "row"]), "text": st.text(max_size=10)})
_params = st.fixed_dictionaries(
    {},
    optional={
        "model": _model | _json,
        "sample": _sample | _json,
        "version": st.text(max_size=4),
        "protocol": st.integers(0, 2) | _json,
        "method": st.sampled_from(["gradient", "integrated", "smoothgrad"]) | _json,
        "target": st.integers(-3, 3) | _json,
        "steps": st.integers(-1, 3) | _json,
        "plan": _json,
        "job": st.text(max_size=3) | _json,
        "source": st.text(max_size=20) | _json,
        "offset": st.integers(-3, 30),
        "spans": _json,
        "format": st.sampled_from(["png", "json"]) | _json,
    },
)
_message = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0")},
    optional={
        "id": st.integers(0, 5) | _json,
        "method": st.sampled_from([*sorted(REQUESTS), "$/cancelRequest"]) | st.text(max_size=5),
        "params": _params | _json,
    },
)


def conversation(data: bytes) -> list[dict[str, Any]]:
    """All that a server says to a client that sends these bytes and goes."""
    said = io.BytesIO()
    with contextlib.redirect_stderr(io.StringIO()):
        Server(io.BytesIO(data), said, lambda: None).run()
    said.seek(0)
    return list(iter(lambda: read_message(said), None))


@settings(max_examples=EXAMPLES // 2)
@given(st.lists(st.binary(max_size=40) | _message.map(frame), max_size=6))
def test_any_bytes_are_answered_with_messages(parts: list[bytes]) -> None:
    for message in conversation(b"".join(parts)):
        assert message["jsonrpc"] == "2.0"
        assert ("method" in message) or ("id" in message and ("result" in message) != ("error" in message))


class Conversation(RuleBasedStateMachine):
    """A client that explains, cancels, repeats itself and mistypes, against what it may be answered."""

    client: Served

    def __init__(self) -> None:
        super().__init__()
        self._open = contextlib.ExitStack()
        self.waiting: set[int] = set()
        self.answered: dict[int, dict[str, Any]] = {}
        self.cancelled: set[int] = set()

    @initialize()
    def begin(self) -> None:
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        self._open.callback(sys.modules.pop, "models", None)
        self.client = self._open.enter_context(served(write(Path(folder))))
        self.client.greet()

    def send(self, method: str, params: dict[str, Any]) -> None:
        self.waiting.add(self.client.send(method, params))

    @rule(
        model=st.sampled_from(["sentiment", "picture", "raises", "exits", "nothing"]),
        words=st.sampled_from(["good", "a bad film", "", "é 👩‍👩‍👧"]),
        method=st.sampled_from(["gradient", "integrated", "interior", "smoothgrad", "magic"]),
        steps=st.sampled_from([None, 1, 3, 200]),
        job=st.sampled_from([None, "a", "b"]),
    )
    def explain(self, model: str, words: str, method: str, steps: int | None, job: str | None) -> None:
        sample = {"kind": "text", "text": words} if model != "picture" else {"kind": "file", "path": "photo.png"}
        asked = {"model": {"kind": "factory", "spec": f"models.py:{model}"}, "sample": sample}
        self.send("heatline/explain", {**asked, "method": method, "steps": steps, "job": job})

    @rule(id_=st.integers(1, 20))
    def cancel(self, id_: int) -> None:
        self.cancelled.add(id_)
        self.client.raw(frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id_}}))

    @rule(method=st.sampled_from(["heatline/models", "heatline/samples", "heatline/magic"]))
    def ask(self, method: str) -> None:
        self.send(method, {})

    @rule(job=st.sampled_from(["a", "b", "c"]), format=st.sampled_from(["json", "npz", "gif"]))
    def export(self, job: str, format: str) -> None:
        self.send("heatline/export", {"job": job, "format": format})

    @rule(offset=st.integers(-2, 20))
    def locate(self, offset: int) -> None:
        self.send("heatline/locate", {"source": "x = 'a good film'", "offset": offset})

    @rule()
    def change_the_model(self) -> None:
        with (self.client.root / "models.py").open("a") as models:
            models.write("\n")

    @rule()
    def read(self) -> None:
        """One message; blocks only where one must come."""
        if self.waiting:
            self.take(self.client.next())

    def take(self, message: dict[str, Any]) -> None:
        id_ = message.get("id")
        if id_ is None:
            assert message["method"] in ("$/progress", "heatline/update")
            return
        assert id_ in self.waiting, "answered twice, or nobody asked"
        self.waiting.remove(id_)
        self.answered[id_] = message

    @invariant()
    def only_what_was_cancelled_is_cancelled(self) -> None:
        for id_, message in self.answered.items():
            kind = message.get("error", {}).get("data", {}).get("kind")
            assert kind != "internal", message
            assert kind != "cancelled" or id_ in self.cancelled

    def teardown(self) -> None:
        if hasattr(self, "client"):
            while self.waiting:
                self.take(self.client.next())
            self.only_what_was_cancelled_is_cancelled()
            assert self.client.rest() == []
        self._open.close()


Conversation.TestCase.settings = settings(max_examples=max(10, EXAMPLES // 10))
TestConversation = Conversation.TestCase
