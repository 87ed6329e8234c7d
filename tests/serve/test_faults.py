"""What a client may not ask for, and clients that misbehave."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest
import pytest_asyncio
from PIL import Image as Pillow
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from heatline import protocol
from heatline.agent.failures import Refusal
from heatline.protocol import REQUESTS, Explanation, ImagePicture
from heatline.serve.allowed import METHODS, REFERENCES, check
from heatline.serve.limits import Limits
from heatline.serve.supervisor import Supervisor
from heatline.wire import decode

from .served import NAMES
from .serving import TOKEN, Caller, Running, asking, computing, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = {"kind": "text", "text": "good"}
NAMED = {"kind": "named", "name": "words"}
HANDLE = {"session": "s", "object": 1}
PLAN = {"rule": "point", "points": [1.0], "weights": [1.0], "batch": 1, "memory_format": "contiguous",
        "steps": [{"count": 1000, "points": 10**6}]}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def computer() -> AsyncIterator[Supervisor]:
    async with computing(*NAMES, "large") as computer:
        yield computer


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running(computer: Supervisor) -> AsyncIterator[Running]:
    async with serving(computer) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def caller(running: Running) -> AsyncIterator[Caller]:
    async with running.connect() as connection:
        yield Caller(connection)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A folder with what a client must not reach: code that leaves a mark when it runs, and a picture."""
    (tmp_path / "models.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\ndef words(): ...\n")
    Pillow.new("RGB", (8, 8)).save(tmp_path / "secret.png")
    (tmp_path / "secret.txt").write_text("good")
    return tmp_path


@pytest.mark.parametrize(
    ("model", "sample"),
    [
        ({"kind": "factory", "spec": "{trap}/models.py:words"}, TEXT),
        ({"kind": "live", "handle": HANDLE}, TEXT),
        ({"kind": "named", "name": "{trap}/models.py:words"}, TEXT),
        ({"kind": "named", "name": "other"}, TEXT),
        (NAMED, {"kind": "file", "path": "{trap}/secret.txt"}),
        (NAMED, {"kind": "live", "handle": HANDLE}),
        ({"kind": "named", "name": "picture"}, {"kind": "file", "path": "{trap}/secret.png"}),
        ({"kind": "named", "name": "picture"}, {"kind": "text", "text": "{trap}/secret.png"}),
        ({"kind": "named", "name": "picture"}, {"kind": "bytes", "name": "{trap}/secret.png", "data": ""}),
    ],
)
@pytest.mark.parametrize("method", ["heatline/predict", "heatline/explain"])
async def test_no_model_and_no_file_but_the_served_ones(
    caller: Caller, trap: Path, method: str, model: object, sample: object
) -> None:
    params = json.loads(json.dumps({"model": model, "sample": sample}).replace("{trap}", str(trap)))
    await caller.result("heatline/initialize", {"version": "0", "protocol": protocol.PROTOCOL, "root": str(trap)})
    error = (await caller.call(method, params))["error"]
    assert error["data"]["kind"] in ("no-model", "bad-input"), error
    assert error["data"]["next_step"]
    assert not (trap / "ran").exists()


async def test_every_kind_of_reference_and_every_method_was_decided_about(caller: Caller) -> None:
    """What the protocol gains must be thought about before a client elsewhere may use it."""
    decided = {*REFERENCES, protocol.FactoryModel, protocol.LiveModel, protocol.FileSample, protocol.LiveSample}
    references = (protocol.ModelRef, protocol.SampleRef, protocol.DataRef)
    assert {shape for reference in references for shape in get_args(reference)} == decided
    assert set(REQUESTS) >= METHODS
    for method in set(REQUESTS) - METHODS:
        assert (await caller.call(method))["error"]["code"] == -32601, method


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("heatline/explain", asking("words", steps=10**12), "1000000000000 gradients"),
        ("heatline/explain", asking("words", samples=10**6, method="smoothgrad"), "1000000 gradients"),
        ("heatline/explain", asking("words", plan=PLAN), "1000000000 gradients"),
        ("heatline/compare", asking("words", steps=1000, targets=[0] * 1000), "1000000 gradients"),
        ("heatline/explain", asking("words", device="cpu"), "the device cpu"),
        ("heatline/static", {"job": "j", "max_width": 10**9}, "width"),
        ("heatline/export", {"job": "j", "format": "png", "max_width": 10**9}, "width"),
    ],
)
async def test_what_would_fill_the_memory_is_refused(method: str, params: Any, complaint: str) -> None:
    with pytest.raises(Refusal, match=complaint) as refused:
        check(method, params, Limits())
    assert refused.value.next_step


async def test_a_picture_that_unpacks_to_too_many_pixels_is_refused(caller: Caller, tmp_path: Path) -> None:
    Pillow.new("1", (20_000, 3_000)).save(tmp_path / "bomb.png")
    data = base64.b64encode((tmp_path / "bomb.png").read_bytes()).decode()
    assert len(data) < 100_000
    sample = {"kind": "bytes", "name": "bomb.png", "data": data}
    error = (await caller.call("heatline/predict", {**asking("picture"), "sample": sample}))["error"]
    assert "unpacks to more than 50,000,000 pixels" in error["message"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", -32700),
        (b"\xff\xfe", -32700),
        ("[]", -32700),
        ("[" * 100_000, -32700),
        ('{"id": true, "method": "heatline/models"}', -32600),
        ('{"id": {}, "method": "heatline/models"}', -32600),
        ('{"id": 1, "method": 2}', -32600),
        ('{"id": 1, "method": "job/start"}', -32601),
        ('{"id": 1, "method": "heatline/explain", "params": []}', -32602),
        ('{"id": 1, "method": "heatline/explain", "params": {"model": 1}}', -32602),
    ],
)
async def test_malformed_messages_cost_only_themselves(caller: Caller, message: str | bytes, code: int) -> None:
    await caller.connection.send(message)
    assert (await caller.next())["error"]["code"] == code
    await caller.cancel("unknown")
    await caller.connection.send('{"method": "unknown"}')
    await caller.connection.send('{"id": 77, "result": "to nothing"}')
    assert await caller.result("heatline/models", {})


async def test_an_id_in_use_is_refused_and_free_again_afterwards(caller: Caller) -> None:
    first = await caller.send("heatline/explain", asking("slow", steps=50), "same")
    await caller.send("heatline/models", {}, first)
    answers = [await caller.next(), await caller.next()]
    assert "in use" in answers[0]["error"]["message"]
    assert answers[1]["result"]["status"] == "final"
    await caller.send("heatline/models", {}, first)
    assert "models" in (await caller.next())["result"]


async def test_an_oversized_message_costs_its_own_connection(computer: Supervisor) -> None:
    async with (
        serving(computer, Limits(message=10_000)) as running,
        running.connect() as large,
        running.connect() as other,
    ):
        with pytest.raises(ConnectionClosedError) as closed:
            await Caller(large).call("heatline/predict", asking("words", "good " * 3000))
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        assert await Caller(other).result("heatline/models")


async def test_one_client_too_many_is_told_so(computer: Supervisor) -> None:
    async with serving(computer, Limits(clients=1)) as running:
        async with running.connect() as connection:
            await Caller(connection).result("heatline/models")
            with pytest.raises(Exception, match="503"):
                await running.connect()
        async with running.connect() as connection:
            await Caller(connection).result("heatline/models")


async def _opened(running: Running) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A websocket by hand: it answers no ping and reads only when told to."""
    opened = socket.socket()
    # Set by hand, else the kernel reads tens of megabytes ahead in the client's place.
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    opened.connect(("127.0.0.1", running.port))
    reader, writer = await asyncio.open_connection(sock=opened, limit=1 << 16)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = ["GET / HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
             "Sec-WebSocket-Version: 13", f"Authorization: Bearer {TOKEN}", "", ""]  # fmt: skip
    writer.write("\r\n".join(lines).encode())
    assert b"101" in await reader.readline()
    return reader, writer


def _frame(message: object) -> bytes:
    """A short text frame, masked with zeros."""
    body = json.dumps(message).encode()
    assert 125 < len(body) < 65536
    return bytes([0x81, 0x80 | 126]) + len(body).to_bytes(2, "big") + bytes(4) + body


async def test_connections_that_say_nothing_are_closed(computer: Supervisor) -> None:
    """Before the handshake, in its middle, and after it with a client that vanished without a word."""
    limits = Limits(opening_seconds=0.3, ping_seconds=0.1, silence_seconds=0.3)
    async with serving(computer, limits) as running, running.connect() as connection:
        silent, writer = await asyncio.open_connection("127.0.0.1", running.port)
        halfway, half_writer = await asyncio.open_connection("127.0.0.1", running.port)
        half_writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        gone, gone_writer = await _opened(running)
        for reader in (silent, halfway, gone):
            await asyncio.wait_for(reader.read(), 20)
        for opened in (writer, half_writer, gone_writer):
            opened.close()
        assert await Caller(connection).result("heatline/models"), "a client that answers pings was closed"
        assert len(running.server._clients) == 1


def _large_asked(tmp_path: Path) -> dict[str, Any]:
    Pillow.linear_gradient("L").convert("RGB").save(tmp_path / "small.png")
    data = base64.b64encode((tmp_path / "small.png").read_bytes()).decode()
    sample = {"kind": "bytes", "name": "small.png", "data": data}
    return {**asking("large"), "sample": sample, "method": "gradient"}


async def test_8_mb_arrive_whole_and_a_slow_reader_costs_itself_alone(computer: Supervisor, tmp_path: Path) -> None:
    """Who reads nothing gets no turns once its answers pile up; everybody else goes on."""
    asked = _large_asked(tmp_path)
    async with serving(computer, Limits(unread=1 << 20, clients=2)) as running, running.connect() as connection:
        reader, writer = await _opened(running)
        for id_ in range(1, 4):
            writer.write(_frame({"jsonrpc": "2.0", "id": id_, "method": "heatline/explain", "params": asked}))
        caller = Caller(connection)
        found = decode(Explanation, await caller.result("heatline/explain", asked))
        assert isinstance(found.picture, ImagePicture)
        maps = [found.picture.signed, found.picture.magnitude]
        assert [len(base64.b64decode(entry.data)) for entry in maps] == [2 * 1300 * 1300] * 2
        assert sum(len(entry.data) for entry in maps) > 8 << 20
        (slow,) = (
            client
            for client in running.server._clients
            if client.number == max(c.number for c in running.server._clients)
        )
        while slow.wants_turn():
            await caller.result("heatline/predict", asking("words"))
        assert 8 << 20 < slow._outbox._size < 12 << 20, "other than one answer was computed for who reads none"
        received = 0
        while received < 3 * 8 << 20:
            data = await asyncio.wait_for(reader.read(1 << 20), 60)
            assert data, "the slow reader was closed"
            received += len(data)
        writer.close()


async def test_a_stop_answers_what_is_under_way_and_says_goodbye(computer: Supervisor) -> None:
    async with (
        serving(computer, Limits(stop_seconds=2)) as running,
        running.connect() as soon,
        running.connect() as late,
    ):
        quick, endless = Caller(soon), Caller(late)
        short = await quick.send("heatline/explain", asking("slow", steps=8))
        long = await endless.send("heatline/explain", asking("slow", steps=4000, job="j"))
        await endless.next()
        running.server.stop()
        assert (await quick.answer(short))["result"]["status"] == "final"
        error = (await endless.answer(long))["error"]
        assert error["data"]["kind"] == "agent-died"
        assert "stopped" in error["message"]
        with pytest.raises(ConnectionClosed) as closed:
            await quick.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
