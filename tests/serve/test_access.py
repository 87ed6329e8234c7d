"""Who comes in, who does not, and what a log gives away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import pytest
import pytest_asyncio
from websockets.exceptions import InvalidStatus

from heatline.serve.limits import Limits
from heatline.serve.server import Server

from .serving import TOKEN, Caller, Running, asking, computing, serving

GOOD = f"Bearer {TOKEN}"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running() -> AsyncIterator[Running]:
    async with computing() as computer, serving(computer) as running:
        yield running


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ([], "", HTTPStatus.UNAUTHORIZED),
        ([("Authorization", "Bearer")], "", HTTPStatus.UNAUTHORIZED),
        ([("Authorization", f"Bearer {TOKEN[:-1]}")], "", HTTPStatus.UNAUTHORIZED),
        ([("Authorization", f"{GOOD}x")], "", HTTPStatus.UNAUTHORIZED),
        ([("Authorization", f"Basic {TOKEN}")], "", HTTPStatus.UNAUTHORIZED),
        ([("Authorization", "Bearer wrong"), ("Authorization", GOOD)], "", HTTPStatus.UNAUTHORIZED),
        ([("Authorization", "Bearer \u00fc\u00e9")], "", HTTPStatus.UNAUTHORIZED),
        ([], f"?token={TOKEN}", HTTPStatus.NOT_FOUND),
        ([("Authorization", GOOD)], f"?token={TOKEN}", HTTPStatus.NOT_FOUND),
        ([("Authorization", GOOD)], "other", HTTPStatus.NOT_FOUND),
        ([("Authorization", GOOD), ("Origin", "https://evil.example")], "", HTTPStatus.FORBIDDEN),
        ([("Authorization", GOOD), ("Origin", "null")], "", HTTPStatus.FORBIDDEN),
        # A page that this machine itself serves, or that says so: DNS can be made to.
        ([("Authorization", GOOD), ("Origin", "http://127.0.0.1")], "", HTTPStatus.FORBIDDEN),
    ],
)
async def test_who_is_not_let_in(
    running: Running, headers: list[tuple[str, str]], path: str, status: HTTPStatus
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await running.connect(None, path, additional_headers=headers)
    assert refused.value.response.status_code == status
    assert TOKEN.encode() not in (refused.value.response.body or b"")


async def test_who_knows_the_token_comes_in(running: Running) -> None:
    async with running.connect() as connection:
        assert (await Caller(connection).result("heatline/predict", asking("words")))["classes"]


async def test_health_needs_no_token_and_tells_nothing(running: Running) -> None:
    for path in ("/healthz", "/readyz"):
        assert await running.get(f"GET {path} HTTP/1.1\nHost: x\n\n") == (200, "ok\n")
    assert (await running.get("GET /models HTTP/1.1\nHost: x\n\n"))[0] == 404


async def test_ready_only_between_loading_and_stopping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATLINE_TEST_LATE", str(tmp_path / "go"))
    async with computing("late", "waits") as computer:
        await _ready_only_between_loading_and_stopping(Server(computer, TOKEN, Limits(stop_seconds=0.2)), tmp_path)


async def _ready_only_between_loading_and_stopping(server: Server, folder: Path) -> None:
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(server.run(["127.0.0.1"], 0, None, port.set_result))
    running = Running(server, await port)
    probe = "GET /readyz HTTP/1.1\nHost: x\n\n"
    assert await running.get(probe) == (503, "the models are being loaded\n")
    assert await running.get(probe.replace("readyz", "healthz")) == (200, "ok\n")
    async with running.connect() as connection:
        caller = Caller(connection)
        early = await caller.send("heatline/models")
        (folder / "go").touch()
        found = await caller.answer(early)
        assert len(found["result"]["models"]) == 2
        assert await running.get(probe) == (200, "ok\n")
        await caller.send("heatline/predict", asking("waits"))
        await asyncio.sleep(0.1)
        server.stop()
        assert await running.get(probe) == (503, "the server is stopping\n")
        assert (await caller.call("heatline/models"))["error"]["data"]["kind"] == "busy"
    await task


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
async def test_no_token_and_no_contents_in_the_log(
    running: Running, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Contents come with debug logging alone; a token never, also one in a header that cannot be read."""
    caplog.set_level(level)
    logging.getLogger("heatline.serve").setLevel(level)
    with pytest.raises(InvalidStatus):
        await running.connect("a-wrong-token-that-is-long")
    with pytest.raises(InvalidStatus):
        await running.connect(None, f"?token={TOKEN}")
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization : {GOOD}\r\n\r\n".encode())
    await reader.read()
    writer.close()
    async with running.connect() as connection:
        caller = Caller(connection)
        await caller.result("heatline/predict", asking("words", "w77 w78"))
        assert "w79" not in str(await caller.call("heatline/predict", asking("fails", "w79")))
        await caller.call("heatline/explain", asking("words", "w80", target="w81"))
        await caller.call("w82")
    own = [record for record in caplog.records if record.name != "websockets.client"]
    text = "\n".join(f"{record.getMessage()} {record.exc_info} {record.args}" for record in own)
    assert "client" in text
    assert "refused 127.0.0.1" in text
    assert TOKEN not in text
    assert "a-wrong-token" not in text
    for content in ("w77", "w79", "w80", "w81", "w82", "cannot read"):
        assert (content in text) == (level == logging.DEBUG), content
