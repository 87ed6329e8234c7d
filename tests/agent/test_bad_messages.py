"""What a client may send that is no request, or none that can be answered now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heatline.agent.stdio import MAX_REQUEST
from heatline.framing import frame
from heatline.protocol import ERROR_CODES

from .served import Served, served
from .workspace import write

PARAMS: dict[str, Any] = {
    "model": {"kind": "factory", "spec": "models.py:sentiment"},
    "sample": {"kind": "text", "text": "good"},
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Served]:
    with served(write(tmp_path)) as client:
        client.greet()
        yield client


def kind_of(answer: dict[str, Any]) -> str:
    error = answer["error"]
    assert error["code"] == ERROR_CODES[error["data"]["kind"]]
    assert "\n" not in error["message"]
    kind: str = error["data"]["kind"]
    return kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "parse"),
        (b"\xff\xfe", "parse"),
        (b"[]", "parse"),
        (b"[" * 1_000_000, "parse"),
        (b'{"a":' * 1_000_000, "parse"),
        (b'{"id": 7, "method": "heatline/predict", "params": ' + b"[" * 300 + b"]" * 300 + b"}", "protocol"),
        (b'{"id": {}, "method": "heatline/models"}', "invalid-request"),
        (b'{"id": true, "method": "heatline/models"}', "invalid-request"),
        (b'{"id": 1.5, "method": "heatline/models"}', "invalid-request"),
        (b'{"id": 7, "method": 7}', "invalid-request"),
        (b'{"id": 7}', "invalid-request"),
        (b'{"id": 7, "method": "heatline/magic"}', "unknown-method"),
        (b'{"id": 7, "method": "heatline/predict"}', "protocol"),
        (b'{"id": 7, "method": "heatline/predict", "params": null}', "protocol"),
        (b'{"id": 7, "method": "heatline/models", "params": "all"}', "protocol"),
    ],
)
def test_a_bad_message_costs_only_itself(client: Served, body: bytes, kind: str) -> None:
    client.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert kind_of(client.next()) == kind
    assert client.result("heatline/models")["models"]


def test_a_message_of_100_mb_is_read_over_in_little_memory(client: Served) -> None:
    size = 100 << 20
    assert size > MAX_REQUEST
    client.raw(b"Content-Length: %d\r\n\r\n" % size)
    for _ in range(100):
        client.raw(b"x" * (1 << 20))
    answer = client.next()
    assert kind_of(answer) == "parse"
    assert f"a message of {size} bytes" in answer["error"]["message"]
    assert client.result("heatline/models")["models"]


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: ten\r\n\r\n",
        b"Content-Length: -5\r\n\r\n{}",
        b"Content-Length: 99999999999999999999\r\n\r\n{}",
        b"Content-Type: text\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"y" * 20_000,
    ],
)
def test_a_stream_that_cannot_be_read_on_is_told_so_and_left(client: Served, data: bytes) -> None:
    client.raw(data)
    (answer,) = client.rest()
    assert kind_of(answer) == "parse"


def test_a_wrong_length_is_noticed_with_the_next_message(client: Served) -> None:
    message = frame({"jsonrpc": "2.0", "id": 5, "method": "heatline/models"})
    length = len(message.partition(b"\r\n\r\n")[2])
    client.raw(message.replace(str(length).encode(), str(length - 3).encode(), 1))
    assert kind_of(client.next()) == "parse"


@pytest.mark.parametrize("cut", [5, 25, 40])
def test_a_truncated_message_ends_the_stream(client: Served, cut: int) -> None:
    client.raw(frame({"jsonrpc": "2.0", "id": 5, "method": "heatline/models", "params": {}})[:cut])
    (answer,) = client.rest()
    assert kind_of(answer) == "parse"


def test_an_id_is_used_once_at_a_time(client: Served) -> None:
    slow = {**PARAMS, "model": {"kind": "factory", "spec": "models.py:slow"}, "steps": 50}
    client.raw(frame({"jsonrpc": "2.0", "id": "a", "method": "heatline/explain", "params": slow}) * 2)
    assert kind_of(client.next()) == "invalid-request"
    assert client.next()["result"]["status"] == "final"
    client.raw(frame({"jsonrpc": "2.0", "id": "a", "method": "heatline/models"}))
    assert client.next()["result"]["models"]


@pytest.mark.parametrize("params", [{"id": 99}, {"id": None}, {}, [], None, {"id": {}}])
def test_cancelling_what_is_not_there_is_no_event(client: Served, params: object) -> None:
    client.raw(frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": params}))
    client.raw(frame({"jsonrpc": "2.0", "method": "heatline/unknown-notification", "params": params}))
    assert client.result("heatline/models")["models"]
    assert client.rest() == []


def test_first_initialize(tmp_path: Path) -> None:
    with served(write(tmp_path)) as client:
        assert kind_of(client.call("heatline/predict", PARAMS)) == "not-initialized"
        assert kind_of(client.call("heatline/initialize", {"version": "9", "protocol": 999})) == "version"
        assert kind_of(client.call("heatline/predict", PARAMS)) == "not-initialized"
        client.greet()
        assert client.result("heatline/predict", PARAMS)["classes"]


def test_after_shutdown_nothing(client: Served) -> None:
    under_way = client.send("heatline/explain", {**PARAMS, "steps": 100_000})
    assert client.result("heatline/shutdown") == {}
    assert kind_of(client.wait(under_way)) == "cancelled"
    assert kind_of(client.call("heatline/predict", PARAMS)) == "invalid-request"
    assert kind_of(client.call("heatline/initialize", {"version": "9", "protocol": 1})) == "invalid-request"
    assert client.rest() == []


def test_halves_of_characters_pass(client: Served) -> None:
    sample = {"kind": "text", "text": "good \ud83d film"}
    body = json.dumps({"jsonrpc": "2.0", "id": 3, "method": "heatline/explain", "params": {**PARAMS, "sample": sample}})
    client.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body.encode())
    assert client.next()["id"] == 3
