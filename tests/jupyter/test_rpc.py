"""The protocol over a websocket: who may speak it, and that everything ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from jupyter_server.auth.authorizer import Authorizer
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClientConnection

import heatline
from heatline.protocol import PROTOCOL

T = TypeVar("T")
Connect = Callable[..., Awaitable[WebSocketClientConnection]]
Run = Callable[[Awaitable[T]], T]

MODELS = """
import torch, heatline
class Reader(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.table = torch.nn.Embedding(3, 2)
    def forward(self, ids):
        return self.table(ids).mean(1)
def reader():
    words = {"good": 1, "bad": 2, "<unk>": 0}
    return heatline.Model(Reader(), inputs=heatline.Text(vocabulary=words), labels=["yes", "no"])
"""
READER = {"kind": "factory", "spec": "models.py:reader"}
GREETING = {"version": heatline.__version__, "protocol": PROTOCOL}


class ReadOnly(Authorizer):
    """Lets everybody look and nobody act."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return action == "read"


class Peer:
    """A program at the other end."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection
        self.told: list[dict[str, Any]] = []

    async def ask(self, method: str, params: dict[str, Any] | None = None, id_: int = 1) -> dict[str, Any]:
        await self.send({"jsonrpc": "2.0", "id": id_, "method": method, "params": params or {}})
        return await self.answer(id_)

    async def send(self, message: dict[str, Any]) -> None:
        await self.connection.write_message(json.dumps(message))

    async def answer(self, id_: int | None) -> dict[str, Any]:
        while True:
            text = await asyncio.wait_for(self.connection.read_message(), 60)
            assert text is not None, f"closed: {self.connection.close_reason}"
            message: dict[str, Any] = json.loads(text)
            if "method" not in message and message["id"] == id_:
                return message
            self.told.append(message)

    async def closed(self) -> str:
        while await asyncio.wait_for(self.connection.read_message(), 30) is not None:
            pass
        return self.connection.close_reason or ""


@pytest.fixture
def run(jp_asyncio_loop: asyncio.AbstractEventLoop) -> Run[Any]:
    """Runs on the loop of the server."""
    return jp_asyncio_loop.run_until_complete


@pytest.fixture
def connect(jp_ws_fetch: Any, jp_serverapp: Any) -> Connect:
    """`await connect(token=..., kernel=...)`: a websocket, or an HTTPClientError."""

    async def connected(kernel: str = "python3", **headers: str) -> WebSocketClientConnection:
        connection: WebSocketClientConnection = await jp_ws_fetch(
            "heatline", "rpc", headers=headers or None, params={"kernel": kernel}
        )
        return connection

    return connected


async def kernels(jp_fetch: Any) -> int:
    return len(json.loads((await jp_fetch("api", "kernels")).body))


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(300):
        if await look():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come to pass")


@pytest.mark.parametrize("headers", [{"Authorization": ""}, {"Authorization": "token wrong"}])
def test_who_has_no_token_gets_no_connection(connect: Connect, run: Run[Any], headers: dict[str, str]) -> None:
    with pytest.raises(HTTPClientError, match="403"):
        run(connect(**headers))


def test_who_may_only_read_gets_the_agent_and_no_connection(
    jp_serverapp: Any, jp_fetch: Any, connect: Connect, run: Run[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jp_serverapp.web_app.settings, "authorizer", ReadOnly(parent=jp_serverapp))
    assert run(jp_fetch("heatline", "agent")).code == 200
    with pytest.raises(HTTPClientError, match="403"):
        run(connect())


def test_a_right_that_is_taken_away_counts_from_the_next_message(
    jp_serverapp: Any, jp_fetch: Any, connect: Connect, run: Run[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def revoked() -> None:
        peer = Peer(await connect())
        monkeypatch.setitem(jp_serverapp.web_app.settings, "authorizer", ReadOnly(parent=jp_serverapp))
        await peer.send({"jsonrpc": "2.0", "id": 1, "method": "heatline/initialize", "params": GREETING})
        assert await peer.closed() == "no longer allowed"

    run(revoked())


def test_a_page_from_elsewhere_gets_no_connection(
    jp_fetch: Any, jp_http_port: int, connect: Connect, run: Run[Any]
) -> None:
    """A browser sends the cookie of who is logged in along, whatever page asks."""
    logged_in = run(jp_fetch("api", "status", headers={"Host": f"localhost:{jp_http_port}"}))
    cookie = "; ".join(one.split(";")[0] for one in logged_in.headers.get_list("Set-Cookie"))
    assert cookie
    page = {"Authorization": "", "Cookie": cookie}
    run(connect(**page)).close()
    with pytest.raises(HTTPClientError, match="403"):
        run(connect(**page, Origin="https://elsewhere.example"))


def test_a_kernel_that_is_not_there_is_named(connect: Connect, run: Run[Any]) -> None:
    with pytest.raises(HTTPClientError, match="404"):
        run(connect(kernel="no-such-kernel"))


@pytest.mark.parametrize("jp_base_url", ["/hub/user/ada/"])
def test_from_the_greeting_to_the_end(
    jp_serverapp: Any, jp_root_dir: Any, jp_fetch: Any, connect: Connect, run: Run[Any]
) -> None:
    (jp_root_dir / "models.py").write_text(MODELS)

    async def spoken() -> None:
        peer = Peer(await connect())
        assert (await peer.ask("heatline/models"))["error"]["data"]["kind"] == "not-initialized"
        assert (await peer.ask("job/start"))["error"]["data"]["kind"] == "unknown-method"
        assert await kernels(jp_fetch) == 0, "a kernel is started by the first question that needs it"
        other = await peer.ask("heatline/initialize", {"version": "99.0", "protocol": PROTOCOL + 1})
        assert other["error"]["data"]["kind"] == "version"
        assert heatline.__version__ in other["error"]["message"]
        greeted = await peer.ask("heatline/initialize", GREETING)
        assert greeted["result"]["version"] == heatline.__version__
        assert greeted["result"]["torch"]
        assert await kernels(jp_fetch) == 1

        params = {"model": READER, "sample": {"kind": "text", "text": "a good film"}, "job": "j"}
        explained = await peer.ask("heatline/explain", params, 2)
        assert [word["text"] for word in explained["result"]["picture"]["words"]] == ["a", "good", "film"]
        told = {message["method"] for message in peer.told}
        assert told == {"$/progress", "heatline/update"}
        static = await peer.ask("heatline/static", {"job": "j"}, 3)
        assert "good" in static["result"]["html"]

        await peer.connection.write_message("{")
        assert (await peer.answer(None))["error"]["data"]["kind"] == "parse"
        missing = {**params, "model": {"kind": "factory", "spec": "nowhere.py:reader"}}
        assert "nowhere.py" in (await peer.ask("heatline/explain", missing, 4))["error"]["message"]
        peer.connection.close()

        async def gone() -> bool:
            return await kernels(jp_fetch) == 0

        await until(gone)

    run(spoken())


class TestLimits:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        limits = {"max_clients_per_user": 1, "max_jobs_per_user": 1, "idle_seconds": 4.0, "step_ms": 10}
        return {**jp_server_config, "HeatlineApp": limits}

    def test_one_too_many_is_told_so_and_the_rest_goes_on(
        self, jp_root_dir: Any, jp_fetch: Any, connect: Connect, run: Run[Any]
    ) -> None:
        (jp_root_dir / "models.py").write_text(MODELS)

        async def spoken() -> None:
            peer = Peer(await connect())
            assert "1 connections of one user" in await Peer(await connect()).closed()
            await peer.ask("heatline/initialize", GREETING)
            # Half a minute, if nobody cancelled it.
            params = {"model": READER, "sample": {"kind": "text", "text": "bad " * 50}, "steps": 200_000}
            await peer.send({"jsonrpc": "2.0", "id": 5, "method": "heatline/explain", "params": params})
            busy = await peer.ask("heatline/models", {}, 6)
            assert (busy["error"]["data"]["kind"], "allows 1" in busy["error"]["message"]) == ("busy", True)
            await peer.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 5}})
            assert (await peer.answer(5))["error"]["data"]["kind"] == "cancelled"
            assert "result" in await peer.ask("heatline/models", {}, 7)
            # And who asks nothing any more is closed, and its kernel ends.
            assert await kernels(jp_fetch) == 1
            assert "nothing was asked for 4 s" in await peer.closed()

            async def gone() -> bool:
                return await kernels(jp_fetch) == 0

            await until(gone)

        run(spoken())


def test_a_kernel_that_ends_costs_the_requests_under_way(
    jp_serverapp: Any, jp_fetch: Any, connect: Connect, run: Run[Any]
) -> None:
    async def spoken() -> None:
        peer = Peer(await connect())
        await peer.ask("heatline/initialize", GREETING)
        [kernel] = json.loads((await jp_fetch("api", "kernels")).body)
        await jp_fetch("api", "kernels", kernel["id"], method="DELETE")  # as the server's own culling does it
        lost = await peer.ask("heatline/models", {}, 2)
        assert lost["error"]["data"]["kind"] == "agent-died"

        other = Peer(await connect())
        await other.ask("heatline/initialize", GREETING)
        await jp_serverapp.extension_manager.stop_all_extensions()
        assert await other.closed() == "the server stops"
        assert await kernels(jp_fetch) == 0

    run(spoken())
