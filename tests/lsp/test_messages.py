"""Messages that no editor should send: each is answered, and the server goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from heatline.framing import frame

from .editor import Editor, RpcError


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


def still_answers(editor: Editor) -> None:
    assert editor.request("heatline/locate", {"source": "x", "offset": 0}, timeout=10)["text"] == "x"


def errors_without_id(editor: Editor) -> list[int]:
    return [n["error"]["code"] for n in editor.notifications if n["method"] == "" and n["id"] is None]


@pytest.mark.parametrize(
    "data",
    [
        frame({}).replace(b"{}", b"{]"),
        frame({}).replace(b"{}", b"[]"),
        frame({}).replace(b"{}", b"\xff\xfe"),
        b"Content-Length: 2000000\r\n\r\n" + b"[" * 2_000_000,
        b"Content-Length: 99999999999\r\n\r\n",
        frame({"id": [1], "method": "shutdown"}),
        frame({"id": True, "method": "shutdown"}),
        frame({"method": 3}),
    ],
)
def test_unreadable_messages_are_answered(editor: Editor, data: bytes) -> None:
    before = len(errors_without_id(editor))
    editor.write(data)
    still_answers(editor)
    assert len(errors_without_id(editor)) == before + 1


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"garbage\r\n\r\n",
        b"Content-Length: none\r\n\r\n",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Type: text/plain\r\n\r\n{}",
        b'Content-Length: none\r\n\r\n{"jsonrpc": "2.0"}',
        b"x" * 100_000 + b"\r\n",
        frame({}),
        frame({"id": 99_999, "result": None}),
        frame({"id": "gone", "error": {"code": 1, "message": "x"}}),
        frame({"method": "no/such", "params": {}}),
        frame({"method": "$/cancelRequest", "params": {"id": 99_999}}),
        frame({"method": "$/cancelRequest", "params": {}}),
        frame({"method": "textDocument/didChange", "params": {"textDocument": {"uri": "file:///x", "version": 1}}}),
        frame({"method": "textDocument/didClose", "params": {"textDocument": {"uri": "file:///never-opened"}}}),
        frame({"method": "workspace/didChangeConfiguration", "params": {"settings": [1, 2]}}),
    ],
)
def test_what_needs_no_answer_disturbs_nothing(editor: Editor, data: bytes) -> None:
    editor.write(data)
    still_answers(editor)


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("no/such", {}, -32601),
        ("heatline/initialize", {}, -32601),
        ("heatline/locate", {}, -32602),
        ("heatline/locate", None, -32602),
        ("heatline/locate", [1, 2], -32602),
        ("heatline/locate", {"source": 3, "offset": 0}, -32602),
        ("heatline/explain", {"model": {"kind": "factory", "spec": "x"}}, -32602),
        ("heatline/explain", {"jsonrpc": "2.0", "id": 3, "method": "shutdown"}, -32602),
        ("textDocument/hover", {"position": 3}, -32602),
        ("textDocument/hover", {}, -32602),
        ("workspace/executeCommand", {"command": "no.such"}, -32602),
    ],
)
def test_requests_that_do_not_fit(editor: Editor, method: str, params: Any, code: int) -> None:
    with pytest.raises(RpcError) as error:
        editor.request(method, params, timeout=10)
    assert error.value.code == code
    assert set(error.value.data) == {"kind", "next_step", "traceback"}


def test_deep_nesting(editor: Editor) -> None:
    deep: Any = {}
    for _ in range(400):
        deep = {"model": deep}
    with pytest.raises(RpcError):
        editor.request("heatline/explain", deep, timeout=10)


def test_a_message_in_pieces(editor: Editor) -> None:
    message = frame({"id": 12_345, "method": "heatline/locate", "params": {"source": "grüße", "offset": 0}})
    for byte in message:
        editor.write(bytes([byte]))
    found = editor.until(lambda n: n.get("id") == 12_345, timeout=10)
    assert found["result"]["text"] == "grüße"


def test_hover_in_a_document_that_is_not_open(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "closed.py").write_text('x = "a good film"')
    assert editor.hover((tmp_path / "closed.py").as_uri(), 0, 8) is None
    assert editor.hover((tmp_path / "gone.py").as_uri(), 0, 8) is None
    assert editor.hover("untitled:Untitled-1", 0, 8) is None


HOVER = {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}}


def test_before_initialize_and_after_shutdown() -> None:
    editor = Editor()
    for method, params in [("heatline/models", {}), ("textDocument/hover", HOVER), ("shutdown", None)]:
        with pytest.raises(RpcError, match="before initialize") as error:
            editor.request(method, params, timeout=10)
        assert error.value.code == -32002
    editor.notify("textDocument/didOpen", {})
    with pytest.raises(RpcError):
        editor.request("initialize", {"capabilities": 3}, timeout=10)
    editor.open()
    with pytest.raises(RpcError, match="second time") as error:
        editor.request("initialize", {"capabilities": {}}, timeout=10)
    assert error.value.code == -32600
    still_answers(editor)
    editor.request("shutdown", None)
    for method, params in [("heatline/models", {}), ("textDocument/hover", HOVER), ("shutdown", None)]:
        with pytest.raises(RpcError, match="after shutdown") as error:
            editor.request(method, params, timeout=10)
        assert error.value.code == -32600
    editor.notify("exit", None)
    assert editor.process.wait(10) == 0
